"""What people pinned, what became of it, and who signed reports of this project."""

from collections.abc import Iterator

from insight_app.exchange.audit_report import pictures
from insight_app.exchange.audit_report.blocks import (
    Block,
    Card,
    Facts,
    FiguresTable,
    Heading,
    Paragraph,
    PictureRow,
    ReportSection,
    Tone,
)
from insight_app.exchange.audit_report.source import Audited, moment
from insight_app.figures import counted
from insight_app.plain_text import shortened
from insight_app.project.judgements.auditing import CLOSED, OPEN, in_order
from insight_app.project.judgements.state import Judgement, PinnedFinding
from insight_app.project.judgements.targets import finding_target, signature_target

MOST, MOST_CONCEPTS, LETTERS = 500, 12, 120


def section(source: Audited) -> ReportSection:
    """Return the section of findings."""
    return ReportSection("findings", "Findings", tuple(_blocks(source)))


def standing(source: Audited) -> list[tuple[str, PinnedFinding]]:
    """Return findings that are on the list, those first that bar signing."""
    return in_order(source.state.findings)


def signatures(source: Audited) -> ReportSection:
    """Return the section of signatures under earlier reports."""
    return ReportSection("signatures", "Signatures", tuple(_signatures(source)))


def _blocks(source: Audited) -> Iterator[Block]:
    found = standing(source)
    if not found:
        yield Paragraph(
            "Nobody pinned a finding. That means that nothing was written down, not that the model "
            "was verified.",
            "note",
        )
        return
    yield Paragraph(
        "A finding is something that a person saw and pinned, with the figures as they stood on "
        "the screen at that moment. A report is not signed while a critical one is open."
    )
    for number, (key, one) in enumerate(found[:MOST], 1):
        yield _card(source, number, key, one)
    if len(found) > MOST:
        yield Paragraph(f"and {len(found) - MOST:,} more findings", "warning")


def _card(source: Audited, number: int, key: str, one: PinnedFinding) -> Card:
    badges: list[tuple[str, Tone]] = []
    if one.is_critical:
        badges.append(("critical", "warning"))
    badges.append(("open", "warning") if one.status == OPEN else ("closed", "good"))
    view, history = one.view, source.project.judgements.history(finding_target(key))
    blocks: list[Block] = []
    if one.comment:
        blocks.append(Paragraph(one.comment))
    record = source.photo(view.image)
    if record is not None:
        shown = pictures.of_view(source, record, view)
        if shown:
            blocks.append(PictureRow(shown))
    facts = [(name, value) for name, value in sorted(view.choices.items()) if value]
    where = view.workspace.capitalize()
    rows = [("Seen in", f"the workspace {where}"), *facts] if where else list(facts)
    if view.image and record is None:
        rows.append(("Photo", source.called(view.image)))
    if rows:
        blocks.append(Facts(rows))
    for concept in view.concepts[:MOST_CONCEPTS]:
        name, examples = source.named(concept), pictures.examples(source, concept)
        blocks.append(Facts([("Concept", name)]))
        if examples:
            blocks.append(PictureRow(examples))
    if view.figures:
        heads = [Heading("What"), Heading("Value", True)]
        said = [[figure.what, figure.value] for figure in view.figures]
        blocks.append(FiguresTable("Figures as they stood when it was pinned.", heads, said))
    if one.status == CLOSED:
        blocks.append(Paragraph(f"Settled: {one.resolution or 'without a word why'}", "good"))
    blocks.append(Facts([("History", "\n".join(map(_told, history)))]))
    title = view.told or one.comment or "A view without a description"
    return Card(f"{number}. {shortened(title, LETTERS)}", badges, blocks)


def _told(entry: Judgement) -> str:
    return f"{moment(entry.utc)}, {entry.person.name}: {entry.text}"


def _signatures(source: Audited) -> Iterator[Block]:
    found = dict(source.state.signatures)
    if not found:
        yield Paragraph("No report of this project has been signed so far.", "note")
        return
    rows = []
    for (sha256, person), one in found.items():
        history = source.project.judgements.history(signature_target(sha256, person))
        if not history or one.report is None:
            continue
        last = history[-1]
        what = "signed" if one.is_signed else "withdrawn"
        rows.append(
            [last.person.name, what, moment(last.utc), one.report.file, one.statement, sha256]
        )
    heads = [Heading(name) for name in ("Person", "What", "When", "File", "Statement", "SHA-256")]
    yield FiguresTable(
        "Signatures under earlier reports of this project. A signature says that a person put "
        "their name under exactly this file, and nothing more.",
        heads,
        rows[-MOST:],
        f"{counted(len(rows), 'signature')} in all",
    )
