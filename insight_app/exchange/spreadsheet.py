"""Which texts a spreadsheet would take for something else, and how they are kept as text.

Excel and LibreOffice read a cell of a CSV file as a formula, a number, a date or a truth value
where it looks like one: `1E5` becomes 100000, `3/4` a day in April, `=...` is run. So an apostrophe
is set before such a text, and before one that begins with an apostrophe itself. Who reads the file
with a program takes one apostrophe off where a text begins with one, and has the exact text.
"""

import locale
import re

MARK = "'"
_TRUTH_WORDS = """true false wahr falsch vrai faux verdadero falso verdadeiro vero waar onwaar
prawda fałsz sant falskt sand falsk tosi epätosi igaz hamis истина ложь"""
_MONTHS = """jan feb mar apr may jun jul aug sep oct nov dec mär mai okt dez fév avr juin aoû déc
ene abr ago dic gen mag giu lug set ott fev out mrt maa mei sty lut kwi maj cze lip sie wrz paź lis
gru янв фев мар апр май июн июл авг сен окт ноя дек"""
"""How months begin in widespread languages."""
_TRUTH, _MONTH = frozenset(_TRUTH_WORDS.split()), tuple(_MONTHS.split())
_LETTERS = re.compile(r"[^\W\d_]+")
_HOURS = frozenset(("a", "p", "m", "am", "pm"))
_LONG_WORD = 4
"""Letters of a word that is no unit, no currency and no exponent: "3 dogs" is no number."""


def kept_as_text(text: str) -> str:
    """Return what is written for a text, so that a spreadsheet shows it as it is."""
    return f"{MARK}{text}" if looks_otherwise(text) else text


def looks_otherwise(text: str) -> bool:
    """Return whether a spreadsheet might read a text as a formula, number, date or truth value."""
    shown = text.strip()
    if not shown or not text[0].isalnum():
        return bool(text)
    words = [word.casefold() for word in _LETTERS.findall(shown)]
    is_month = any(word.startswith(_MONTH) for word in words)
    if not text[0].isalpha():
        return is_month or all(word in _HOURS for word in words) or _is_unit(words)
    return shown.casefold() in _TRUTH or (is_month and any(map(str.isdigit, shown)))


def _is_unit(words: list[str]) -> bool:
    """Return whether the words of a text with numbers are a unit, a currency or an exponent."""
    return len(words) == 1 and len(words[0]) < _LONG_WORD


def has_decimal_comma() -> bool:
    """Return whether numbers are written 0,5 in this computer's region."""
    before = locale.setlocale(locale.LC_NUMERIC)
    try:
        locale.setlocale(locale.LC_NUMERIC, "")
        return locale.localeconv()["decimal_point"] == ","
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_NUMERIC, before)
