"""What if: concepts switched off or scaled, as people kept it, with what that did."""

from collections.abc import Iterator

from insight_app.exchange.audit_report.blocks import (
    Block,
    Card,
    Cell,
    Facts,
    FiguresTable,
    Heading,
    Paragraph,
    ReportSection,
)
from insight_app.exchange.audit_report.source import Audited, moment
from insight_app.figures import counted, figure, percentage
from insight_app.project.judgements.payloads import Intervention, KeptEffect
from insight_app.project.judgements.state import ModelEdit
from insight_app.project.judgements.targets import edit_target, machine_concept

MOST, MOST_CONCEPTS = 200, 50


def section(source: Audited) -> ReportSection:
    """Return the section."""
    return ReportSection("what-if", "What if: edits of the model", tuple(_blocks(source)))


def _blocks(source: Audited) -> Iterator[Block]:
    kept = [(key, one) for key, one in dict(source.state.edits).items() if one.is_kept]
    if not kept:
        yield Paragraph("Nobody kept an edit: nothing was tried out, or nothing was kept.", "note")
        return
    yield Paragraph(
        "An edit multiplies the strength of concepts by a factor: 0 switches one off, 1 leaves it, "
        "2 doubles it. The effects are those measured when it was kept."
    )
    for key, one in kept[:MOST]:
        yield _card(source, key, one)
    if len(kept) > MOST:
        yield Paragraph(f"and {len(kept) - MOST:,} more edits", "warning")


def _card(source: Audited, key: str, one: ModelEdit) -> Card:
    blocks: list[Block] = [Paragraph(one.note)] if one.note else []
    if one.intervention is not None:
        blocks += _of(source, one.intervention)
    first = source.project.judgements.history(edit_target(key))[0]
    who = f"{first.person.name}, {moment(first.utc)}"
    return Card(f"“{one.name}”", (), (*blocks, Facts([("Kept by", who)])))


def _of(source: Audited, edit: Intervention) -> Iterator[Block]:
    rows: list[list[Cell]] = []
    for index, factor in sorted(edit.factors.items())[:MOST_CONCEPTS]:
        concept = source.named(machine_concept(edit.dictionary, index))
        said = "off" if factor == 0 else f"× {figure(factor)}"
        rows.append([concept, said, source.standing(index)])
    more = len(edit.factors) - MOST_CONCEPTS
    heads = [Heading("Concept"), Heading("Factor", True), Heading("Checked by a person")]
    yield FiguresTable(
        "Concepts that it changes.", heads, rows, f"and {more:,} more" if more > 0 else ""
    )
    if source.results is not None and edit.dictionary != source.results.dictionary.fingerprint:
        yield Paragraph("It is of another dictionary than the project has now.", "warning")
    scope = "all photos" if not edit.images else counted(len(edit.images), "photo")
    yield Facts(
        [("For", scope), *((name, value) for name, value in sorted(edit.choices.items()) if value)]
    )
    if edit.effects:
        heads = [
            Heading("What"),
            Heading("Of"),
            Heading("Before", True),
            Heading("After", True),
            Heading("Change", True),
        ]
        effects: list[list[Cell]] = [list(_effect(one)) for one in edit.effects]
        yield FiguresTable(
            "What it does.", heads, effects, "Change: with its 95 % interval where there is one."
        )
    else:
        yield Paragraph("Its effect was not kept with it.", "warning")


def _effect(one: KeptEffect) -> Iterator[Cell]:
    yield one.what
    yield one.of
    yield _value(one.before, one.unit)
    yield _value(one.after, one.unit)
    if one.before is None or one.after is None:
        yield ""
        return
    scale, unit = (100, " points") if one.unit == "share" else (1, "")
    change, between = one.after - one.before, ""  # early edits kept the interval of `after`
    if one.low is not None and one.high is not None and one.low <= change <= one.high:
        between = f" ({_signed(scale * one.low)} to {_signed(scale * one.high)})"
    yield f"{_signed(scale * change)}{unit}{between}"


def _value(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    if unit == "share":
        return f"{percentage(value)} %"
    return f"{value:,.0f}" if unit == "photos" else figure(value)


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{figure(abs(value))}"
