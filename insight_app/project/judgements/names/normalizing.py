"""A normalization file: one line a name, `canonical: variant, variant`.

Says which names a file changes, and writes one. A name with a comma, a colon or a quotation mark
stands in quotation marks (`"Salt, coarse"`; one inside is doubled), a language behind it after @
(`Vogel @de`); lines that begin with # are remarks. Knows no log.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from insight_app.disk_errors import disk_error, disk_errors
from insight_app.errors import Refusal
from insight_app.files import read_regular, write_whole
from insight_app.project.judgements.names.spelling import K, Renaming, same_name, tidy
from insight_app.project.judgements.targets import Alias, is_language

MOST_BYTES = 32 * 2**20
MOST_TOLD = 20
"""Lines that are wrong are told one by one up to so many."""
HOW = "Write one name a line: canonical: variant, variant."
_QUOTED = re.compile(r'\s*"((?:[^"]|"")*)"\s*')
_LANGUAGE = re.compile(r"(?:^|\s)@(\S*)\s*$")
_NEEDS_QUOTES = re.compile(r'[",:#]|(^|\s)@')


@dataclass(frozen=True)
class NameLine:
    """Hold one line of a normalization file."""

    canonical: str
    variants: tuple[Alias, ...] = ()


def read(path: Path) -> list[NameLine]:
    """Return the lines of a file. Refusal for what is none, WorldError where it cannot be read."""
    try:
        data = read_regular(path, MOST_BYTES, follow_links=True)
    except OSError as error:
        raise disk_error(error, "The file cannot be read", where=path) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal(
            "This is no text in UTF-8.",
            where=str(path),
            kept="Nothing was changed.",
            do="Save it as UTF-8 and try again.",
        ) from error
    return parse(text, str(path))


def parse(text: str, where: str = "") -> list[NameLine]:
    """Return the lines of a text. Refusal that names every wrong one: all of it holds, or none."""
    lines: list[NameLine] = []
    wrong: list[str] = []
    said: dict[str, tuple[int, str]] = {}
    """Name in comparable spelling -> where it stands first, and the canonical name of that line."""
    for number, content in enumerate(text.splitlines(), 1):
        if not content.strip() or content.lstrip().startswith("#"):
            continue
        try:
            line = _line(content)
        except ValueError as error:
            wrong.append(f"line {number}: {error}")
            continue
        canonical = same_name(line.canonical)
        for name in (line.canonical, *(variant.text for variant in line.variants)):
            first, belongs = said.setdefault(same_name(name), (number, canonical))
            if belongs != canonical:
                wrong.append(f"line {number}: “{name}” belongs to another name on line {first}")
        lines.append(line)
    if wrong:
        more = f"; and {len(wrong) - MOST_TOLD:,} more" if len(wrong) > MOST_TOLD else ""
        raise Refusal(
            f"Not understood: {'; '.join(wrong[:MOST_TOLD])}{more}.",
            where=where,
            kept="Nothing was changed.",
            do=HOW,
        )
    return lines


def variants(text: str) -> tuple[Alias, ...]:
    """Return the names that a person typed with commas between them, each with its language.

    Refusal where one is not understood; nothing typed is none.
    """
    if not text.strip():
        return ()
    try:
        return _line(f'"\0": {text}').variants
    except ValueError as error:
        raise Refusal(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error


def renamings(lines: Iterable[NameLine], names: Iterable[tuple[K, str]]) -> list[Renaming[K]]:
    """Return which names become canonical ones: variants, and other spellings of these."""
    canonical: dict[str, str] = {}
    for line in lines:
        for variant in line.variants:
            canonical[same_name(variant.text)] = line.canonical
        canonical[same_name(line.canonical)] = line.canonical
    found = ((key, name, canonical.get(same_name(name), name)) for key, name in names)
    return [Renaming(key, name, after) for key, name, after in found if name and after != name]


def unmatched(lines: Iterable[NameLine], names: Iterable[tuple[K, str]]) -> list[str]:
    """Return the variants that nothing is called, in the order of the file."""
    called = {same_name(name) for _key, name in names}
    variants = (variant.text for line in lines for variant in line.variants)
    return [text for text in variants if same_name(text) not in called]


def written(names: Iterable[tuple[str, Iterable[Alias]]]) -> str:
    """Return a normalization file of names and their variants; names met again share a line.

    A variant that is another line's name or variant stands there as a remark only.
    """
    lines: dict[str, NameLine] = {}
    for name, variants in names:
        known = lines.get(same_name(name), NameLine(tidy(name)))
        more = dict.fromkeys((*known.variants, *variants))
        lines[same_name(name)] = NameLine(known.canonical, tuple(more))
    taken = dict.fromkeys(lines, "")
    texts, remarks = [], []
    for line in sorted(lines.values(), key=lambda line: same_name(line.canonical)):
        written_here = []
        for variant in line.variants:
            name = same_name(variant.text)
            owner = taken.setdefault(name, line.canonical)
            if owner == line.canonical and name not in lines:
                written_here.append(variant)
            elif name != same_name(line.canonical):
                is_name = owner or "a name of its own"
                remarks.append(
                    f"# left out: {variant.text}, of {line.canonical}, is also {is_name}"
                )
        unique = {same_name(one.text): one for one in reversed(written_here)}
        spelled = ", ".join(map(_spelled, reversed(unique.values())))
        texts.append(f"{_quoted(line.canonical)}: {spelled}".rstrip())
    return "\n".join([*texts, *remarks, ""])


def save(names: Iterable[tuple[str, Iterable[Alias]]], path: Path) -> int:
    """Write a normalization file, whole or not at all; return how many names it has."""
    text = written(names)
    kept = "The project itself was not changed."
    with disk_errors("The names cannot be written", where=path, kept=kept):
        write_whole(path, lambda file: file.write(text.encode("utf-8")))
    return sum(not line.startswith("#") for line in text.splitlines())


def _line(content: str) -> NameLine:
    """Return the line that a text spells; ValueError in words where it spells none."""
    name, language, at = _item(content, 0, ":")
    if at == len(content):
        raise ValueError("there is no colon behind the first name")
    if not name or language:
        raise ValueError("the colon needs a name before it, without a language")
    own = same_name(name)
    return NameLine(name, tuple(a for a in _variants(content, at) if same_name(a.text) != own))


def _variants(content: str, at: int) -> tuple[Alias, ...]:
    """Return the names behind the sign at `at`, each once; ValueError where one is none."""
    found: dict[str, Alias] = {}
    while at < len(content) and content[at + 1 :].strip():
        text, language, at = _item(content, at + 1, ",")
        if not text:
            raise ValueError("a name is empty")
        found.setdefault(same_name(text), Alias(text, language))
    if at < len(content) and content[at : at + 1] == ",":
        raise ValueError("a name is empty")
    return tuple(found.values())


def _item(content: str, at: int, sign: str) -> tuple[str, str, int]:
    """Return (name, language, where the next `sign` or the end is) of what begins at `at`."""
    quoted = _QUOTED.match(content, at)
    begin = at if quoted is None else quoted.end()
    end = content.find(sign, begin)
    end = len(content) if end < 0 else end
    text, language = content[begin:end], ""
    if (tag := _LANGUAGE.search(text)) is not None:
        text, language = text[: tag.start()], tag[1]
        if not is_language(language):
            raise ValueError(f"“{language}” is no code of a language")
    if quoted is not None:
        if text.strip():
            raise ValueError(f"“{text.strip()}” is not expected behind a quotation mark")
        text = quoted[1].replace('""', '"')
    elif text.lstrip().startswith('"'):
        raise ValueError("a quotation mark is not closed")
    return tidy(text), language, end


def _spelled(variant: Alias) -> str:
    language = f" @{variant.language}" if variant.language else ""
    return f"{_quoted(variant.text)}{language}"


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""')) if _NEEDS_QUOTES.search(name) else name
