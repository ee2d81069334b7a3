"""JSON of others is data or a ValueError: never a crash, a number that is none, or much memory."""

import json

import pytest

from insight_app import plain_json

FINE = (
    {"a": [1, 2.5, None, True, ']]]]\\"[[[['], "é": {}},
    "[" * 200,
    [-(2**63), 2**63 - 1, 1e300, 0.1234567890123456789],
    "\U0001f600 \\ud83d",
)


@pytest.mark.parametrize("value", FINE, ids=range(len(FINE)))
@pytest.mark.parametrize("ascii", [True, False])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "marked"])
def test_what_json_says_is_returned(value: object, ascii: bool, mark: bytes) -> None:
    assert plain_json.loads(mark + json.dumps(value, ensure_ascii=ascii).encode()) == value


def test_depth_is_counted_in_what_json_reads() -> None:
    deepest = plain_json.DEEPEST
    for opening, closing in (("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")):
        fits = deepest // (2 if "[{" in opening else 1)
        plain_json.loads((opening * fits + "1" + closing * fits).encode())
        with pytest.raises(ValueError, match="in each other"):
            plain_json.loads((opening * (fits + 1) + "1" + closing * (fits + 1)).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"", b" ", b"{", b"[1,]", b"{}{}", b"[}", b"][", b'"open', b'"open\\',
        b"\xff\xfe[\x00]\x00",
        b'"\xff"', b'"\xed\xa0\x80"', rb'"\ud800"', rb'{"\udc00": 1}', b"NaN", b"[-Infinity]",
        b"1e999",
        b"[-1E+999]", b"9" * 400 + b".0", b"9223372036854775808", b"-9223372036854775809",
        b"9" * 10_000_000, b"[" * 100_000 + b"]" * 100_000, b"[" * 100_000, b'{"a":' * 100_000,
        b'"' + rb"\"" * 1_000_000, b" " * (plain_json.MOST_BYTES + 1),
    ],
    ids=lambda data: f"{data[:8]!r}*{len(data)}",
)  # fmt: skip
def test_all_else_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError):
        plain_json.loads(data)
