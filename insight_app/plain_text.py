"""Texts of others - names, notes, file names, messages - as something that can only be read.

What moves a cursor, ends a line or turns the writing round is shown as a sign of its own. The
standard library only, below all floors: window and command line show by it. Knows no window; what
is written into files keeps the exact text.
"""

import re

ACTS = "\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
"""Signs that move the cursor, end the line, turn the writing round, or are none."""
ACTED = "\ufffd"
"""What is shown of one that acts: pictures of Escape and its like (U+2400) lack in many fonts."""
_ACTS = re.compile(f"[{ACTS}]")
_WORD = re.compile(r"\S{81,}")
_NO_FILE = re.compile(f'[{ACTS}/\\\\:*?"<>|]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)
"""Names that Windows keeps for devices, with any ending."""
FILE_NAME_BYTES = 150
_PART = 40
"""Letters of a long word after which a line may end."""
BREAK = "\u200b"
"""Where a line may end, though nothing is seen there."""


def visible(text: str) -> str:
    """Return a text as one line in which no sign acts: one that would is shown as ACTED."""
    return text if text.isprintable() else _ACTS.sub(ACTED, text)


def visible_lines(text: str) -> str:
    """Return a text as `visible` does, line by line: notes and messages may have several."""
    if text.isprintable():
        return text
    return "\n".join(map(visible, text.replace("\r\n", "\n").replace("\t", " ").split("\n")))


def shortened(text: str, most: int) -> str:
    """Return a text of at most `most` letters: of a longer one the beginning and the end."""
    if len(text) <= most:
        return text
    begin = (most - 1) * 2 // 3
    return f"{text[:begin]}…{text[len(text) - (most - 1 - begin) :]}"


def file_name(text: str) -> str:
    """Return a name for a file that every system takes and that says what `text` says.

    No slashes and no signs that Windows refuses; not too long for an ending to be added.
    """
    found = " ".join(_NO_FILE.sub("_", text).split()).strip(". ")
    found = found.encode("utf-8", "replace")[:FILE_NAME_BYTES].decode("utf-8", "ignore")
    found = found.rstrip(". ") or "untitled"
    return f"_{found}" if _RESERVED.match(found) else found


def breakable(text: str) -> str:
    """Return a text whose very long words can be wrapped: where they may be is not seen."""
    return _WORD.sub(_with_breaks, text) if len(text) > 2 * _PART else text


def _with_breaks(found: re.Match[str]) -> str:
    word = found[0]
    return BREAK.join(word[at : at + _PART] for at in range(0, len(word), _PART))
