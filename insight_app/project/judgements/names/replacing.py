"""Find and replace in names: which change, and to what. Nothing is changed here."""

import re
from collections.abc import Iterable

from insight_app.project.judgements.names.spelling import K, Renaming, tidy


def find_and_replace(
    names: Iterable[tuple[K, str]],
    find: str,
    put: str,
    *,
    match_case: bool = False,
    whole_words: bool = False,
) -> list[Renaming[K]]:
    """Return the names in which `find` occurs with `put` in its place, those that change by it.

    Both are plain text. A name of which nothing would be left is not among them.
    """
    if not find:
        return []
    pattern = re.escape(find)
    if whole_words:
        pattern = rf"(?<!\w){pattern}(?!\w)"
    found = re.compile(pattern, re.NOFLAG if match_case else re.IGNORECASE)
    replaced = ((key, name, tidy(found.sub(lambda _match: put, name))) for key, name in names)
    return [Renaming(key, name, after) for key, name, after in replaced if after not in ("", name)]
