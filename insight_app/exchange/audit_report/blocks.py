"""What a report is made of: sections of paragraphs, facts, tables, bars and pictures, as values.

Every text is plain text. Knows no HTML and no project.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Tone = Literal["", "note", "warning", "good"]


@dataclass(frozen=True)
class NamedText:
    """A text and who says it: a machine's name stands in italics, everywhere in Insight."""

    text: str
    is_machine: bool = False
    language: str = ""


Cell = str | NamedText


@dataclass(frozen=True)
class Paragraph:
    """One paragraph; tone: what is to be minded."""

    text: str
    tone: Tone = ""


@dataclass(frozen=True)
class Facts:
    """Pairs of what is told and its value."""

    rows: Sequence[tuple[str, Cell]]


@dataclass(frozen=True)
class Heading:
    """Head a column; hint: what its figures are of."""

    title: str
    is_number: bool = False
    hint: str = ""


@dataclass(frozen=True)
class FiguresTable:
    """A table; caption: what its figures are of."""

    caption: str
    heads: Sequence[Heading]
    rows: Sequence[Sequence[Cell]]
    note: str = ""


@dataclass(frozen=True)
class Bar:
    """A value from 0 to 1 with its interval; said: all of it in words."""

    title: str
    value: float
    said: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Bars:
    """Values as bars on one scale of 0 to 1; caption: what they are of."""

    caption: str
    bars: Sequence[Bar]


@dataclass(frozen=True)
class EmbeddedPicture:
    """A JPEG with what it shows, for those who see it and those who do not."""

    jpeg: bytes
    alt: str
    caption: str
    width: int
    height: int


@dataclass(frozen=True)
class PictureRow:
    """Pictures beside each other."""

    pictures: Sequence[EmbeddedPicture]


@dataclass(frozen=True)
class Card:
    """Something with a heading of its own, such as a finding; badges: what it is in a word."""

    title: str
    badges: Sequence[tuple[str, Tone]]
    blocks: Sequence["Block"]


Block = Paragraph | Facts | FiguresTable | Bars | PictureRow | Card


@dataclass(frozen=True)
class ReportSection:
    """A part of the report; id: of its heading, as a link has it."""

    id: str
    title: str
    blocks: Sequence[Block] = field(default_factory=tuple)


@dataclass(frozen=True)
class AuditReport:
    """A whole report. id: a uuid. project: its uuid. made: UTC, ISO 8601. head: end of its log.

    open_critical: pinned critical findings that are open, which bar signing.
    """

    id: str
    project: str
    name: str
    made: str
    version: str
    head: str
    open_findings: int
    open_critical: int
    sections: Sequence[ReportSection]

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values; of a picture its words."""
        values = {name: value for name, value in vars(self).items() if name != "sections"}
        return values | {"sections": [_plain(one) for one in self.sections]}

    def walk(self) -> Iterator[Block]:
        """Yield all blocks, those inside of cards too."""
        for section in self.sections:
            yield from _walk(section.blocks)


def _walk(blocks: Sequence[Block]) -> Iterator[Block]:
    for one in blocks:
        yield one
        if isinstance(one, Card):
            yield from _walk(one.blocks)


def _plain(section: ReportSection) -> dict[str, Any]:
    return {
        "id": section.id,
        "title": section.title,
        "blocks": [_plain_block(one) for one in section.blocks],
    }


def _plain_block(block: Block) -> dict[str, Any]:
    kind = {"kind": type(block).__name__.lower()}
    if isinstance(block, Card):
        inside = [_plain_block(one) for one in block.blocks]
        return kind | {"title": block.title, "badges": list(block.badges), "blocks": inside}
    if isinstance(block, PictureRow):
        shown = [{"alt": one.alt, "caption": one.caption} for one in block.pictures]
        return kind | {"pictures": shown}
    return kind | asdict(block)
