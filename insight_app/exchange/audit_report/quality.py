"""How good the dictionary is: the newest quality report of the project, with its controls."""

from collections.abc import Iterator

from insight_app.exchange.audit_report.blocks import (
    Block,
    Cell,
    FiguresTable,
    Heading,
    Paragraph,
    ReportSection,
)
from insight_app.exchange.audit_report.source import Audited, moment
from insight_app.figures import counted, figure
from insight_app.project.quality import store
from insight_app.project.quality.report import GROUPS, NO_BETTER, Figure


def section(source: Audited) -> ReportSection:
    """Return the section."""
    return ReportSection("quality", "How good the concepts are", tuple(_blocks(source)))


def _blocks(source: Audited) -> Iterator[Block]:
    found, failed = store.reports(source.project.path)
    for error in failed[:3]:
        yield Paragraph(str(error), "warning")
    if not found:
        source.doubts.append("How good the concepts are was never measured.")
        yield Paragraph("This was never measured: insight-app quality PROJECT does it.", "warning")
        return
    report = found[0].report
    yield Paragraph(
        f"Measured {moment(report.made)} on {counted(report.photos, 'photo')} "
        f"({report.cells:,} cells). "
        "Beside each figure stand controls: the same figure for something that knows nothing."
    )
    if source.results is not None and (
        why := store.is_stale(report, store.basis_of(source.results))
    ):
        source.doubts.append(f"The quality report is out of date. {why}")
        yield Paragraph(f"Out of date: {why}", "warning")
    heads = [
        Heading("Figure", hint="and how it is computed"),
        Heading("Value", True, "95 % interval"),
        Heading("Of"),
        Heading("Controls"),
    ]
    for group in GROUPS:
        if figures := report.in_group(group):
            yield FiguresTable(group, heads, [_row(one) for one in figures])
    weak = [one.title for one in report.figures if one.is_no_better]
    if weak:
        source.doubts.append(f"A control does as well as the dictionary in: {', '.join(weak)}.")
        yield Paragraph(f"{NO_BETTER} Here: {', '.join(weak)}.", "warning")
    failed_tests = [one.title for one in report.self_tests if not one.passed]
    if failed_tests:
        source.doubts.append(f"Self-tests of the measures failed: {', '.join(failed_tests)}.")
    passed = sum(one.passed for one in report.self_tests)
    yield Paragraph(f"Self-tests of the measures: {passed} of {len(report.self_tests)} passed.")


def _row(one: Figure) -> list[Cell]:
    if one.value is None:
        return [f"{one.title}\n{one.formula}", "not known", one.note, ""]
    between = (
        "" if one.low is None or one.high is None else f" ({figure(one.low)} to {figure(one.high)})"
    )
    controls = "\n".join(
        f"{control.title}: {'not known' if control.value is None else figure(control.value)}"
        for control in one.controls.values()
    )
    weak = "\nA control does as well" if one.is_no_better else ""
    return [
        f"{one.title}\n{one.formula}",
        f"{figure(one.value)}{between}",
        f"{one.count:,} {one.count_of}",
        f"{controls}{weak}",
    ]
