"""JSON of others, read without surprises: it is data that fits in memory, or it is a ValueError.

And JSON of ours, written in one spelling only.

Standard library only, below all floors. Knows no format: who calls checks the types of what comes.
"""

import json
import math
import re
from typing import Any, NoReturn, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MOST_BYTES = 32 << 20
"""More is no settings, names or manifest of ours; empty lists alone become 30 times as much."""

DEEPEST = 64
"""Lists and objects inside each other: C code that walks deeper may leave its stack."""

_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_SQUARE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_LONG_NUMBER = re.compile(rb"[0-9]{18}|[eE]\+?[0-9]{3}")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_BIGGEST = 2**63


def loads(data: bytes) -> Json:
    """Return what UTF-8 JSON says, with or without a byte-order mark.

    Raises ValueError, and nothing else, for what is not JSON, is over MOST_BYTES or DEEPEST, or
    holds what others choke on: NaN, infinities, integers over 64 bits, half characters.
    """
    if len(data) > MOST_BYTES:
        raise ValueError(f"over {MOST_BYTES >> 20} MB of JSON")
    bare = _STRING.sub(b"", data)
    brackets = bare.translate(_SQUARE, _NO_BRACKETS)
    for _ in range(DEEPEST):
        brackets = brackets.replace(b"[]", b"")
    if brackets:
        raise ValueError(f"JSON with unmatched brackets, or over {DEEPEST} in each other")
    careful = _LONG_NUMBER.search(bare)
    value: Json = json.loads(
        data.decode("utf-8-sig"),
        parse_constant=_refuse,
        parse_int=_integer if careful else None,
        parse_float=_number if careful else None,
    )
    if _SURROGATE.search(data):
        json.dumps(value, ensure_ascii=False).encode()  # half a character cannot be encoded
    return value


def dumps(value: Any) -> str:
    """Return JSON in one spelling only, so that equal values have equal text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} in JSON")


def _integer(digits: str) -> int:
    value = int(digits) if len(digits) < 30 else _BIGGEST
    if not -_BIGGEST <= value < _BIGGEST:
        raise ValueError("an integer of over 64 bits in JSON")
    return value


def _number(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _refuse(digits[:30])
