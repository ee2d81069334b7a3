"""Taking a whole report from an open project, section by section.

What is not there is said to be not there. No section says that anything was verified.
"""

from collections.abc import Iterator
from contextlib import closing, nullcontext
from datetime import UTC, datetime
from uuid import uuid4

from insight_app import __version__
from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.errors import WorldError
from insight_app.exchange.audit_report import (
    classes,
    edits,
    findings,
    model_and_data,
    people,
    quality,
    regions,
)
from insight_app.exchange.audit_report.blocks import (
    AuditReport,
    Block,
    Facts,
    FiguresTable,
    Heading,
    Paragraph,
    ReportSection,
)
from insight_app.exchange.audit_report.source import Audited
from insight_app.figures import counted
from insight_app.project.judgements.auditing import OPEN
from insight_app.project.judgements.state import not_understood
from insight_app.project.project import Project

NOT_VERIFIED = (
    "This report says what was looked at and what was seen. It does not say that the model is "
    "right or safe: where no anomaly was found, none was found, which is not the same as verified."
)
_WORDS = (
    (
        "Concept",
        "A direction in the encoder's features that lights up in certain cells of photos, "
        "such as “sail”. Found by the machine; named by it (in italics) or by a person.",
    ),
    ("Activation", "How strongly a concept lights up in a cell."),
    ("Cell", "A square of the grid that a photo is divided into."),
    ("Held back", "Not used for learning, only for testing."),
    (
        "95 % interval",
        "Where the true value lies in 95 of 100 such samples, as far as chance goes.",
    ),
    ("Points", "Percentage points: from 77 % to 74 % are −3 points."),
    ("Edit of the model", "Concepts switched off or scaled, to see what decisions rest on."),
    ("Critical finding", "One that a person says must be settled before anybody signs."),
)


def gather(
    project: Project, *, progress: Progress = silent, cancel: CancelToken | None = None
) -> AuditReport:
    """Return the report of a project as it is now.

    WorldError where its judgements are damaged: a report that lacks some says what is not true.
    """
    if project.damage is not None:
        raise WorldError(
            project.why_read_only,
            where=str(project.path),
            kept="Nothing was written.",
            do="Restore the judgements, and make the report then.",
        )
    results = project.results()
    with nullcontext() if results is None else closing(results):
        source = Audited(project, results)
        made = []
        makers = (
            findings.section,
            model_and_data.section,
            people.section,
            classes.section,
            regions.section,
            edits.section,
            quality.section,
        )
        for number, make in enumerate(makers):
            if cancel is not None:
                cancel.check()
            progress(number, len(makers), "making the report")
            made.append(make(source))
        progress(len(makers), len(makers), "making the report")
        there = [one for _key, one in findings.standing(source)]
        first = ReportSection("in-short", "In short", tuple(_in_short(source)))
        doubts = ReportSection("doubts", "Open doubts", tuple(_doubts(source)))
        words = ReportSection("words", "Words used here", (Facts(_WORDS),))
        found, *others = made
        return AuditReport(
            id=str(uuid4()),
            project=project.judgements.project,
            name=project.name,
            made=datetime.now(UTC).isoformat(timespec="seconds"),
            version=__version__,
            head=head.text if (head := project.judgements.head) else "",
            open_findings=sum(one.status == OPEN for one in there),
            open_critical=sum(one.bars_signing for one in there),
            sections=(first, found, doubts, *others, findings.signatures(source), words),
        )


def _in_short(source: Audited) -> Iterator[Block]:
    there = [one for _key, one in findings.standing(source)]
    critical = sum(one.bars_signing for one in there)
    still = sum(one.status == OPEN for one in there)
    if critical:
        said = counted(critical, "critical finding")
        yield Paragraph(f"{said} open: this report cannot be signed.", "warning")
    yield Paragraph(NOT_VERIFIED, "note")
    rows = [
        ("Project", source.project.name),
        ("Findings", f"{len(there):,} pinned: {still:,} open, {critical:,} of them critical"),
    ]
    if (results := source.results) is not None:
        rows += [
            ("Model", f"{results.encoder[0]} with {counted(results.F, 'concept')}"),
            ("Data", f"{counted(results.coded_images, 'photo')}"),
        ]
    rows.append(
        ("People", ", ".join(one.name for one in source.opinions.people.values()) or "nobody")
    )
    rows.append(
        (
            "Checked",
            f"{source.reviewed_share()} of all activation lies on concepts that a person judged",
        )
    )
    rows += classes.accuracies(source)
    yield Facts(rows)


def _doubts(source: Audited) -> Iterator[Block]:
    found = [*_of_project(source), *source.doubts]
    if not found:
        yield Paragraph(
            "Nothing is known that speaks against the figures here. That is not a proof of them.",
            "note",
        )
        return
    heads = [Heading("What is open")]
    yield FiguresTable(
        "What a reader should know before trusting the rest.", heads, [[one] for one in found]
    )


def _of_project(source: Audited) -> Iterator[str]:
    if newer := not_understood(source.project.judgements.not_understood):
        yield newer
    results, catalogue = source.results, source.catalogue
    if results is None or catalogue is None:
        return
    if left := results.image_count - results.coded_images:
        which = f"{counted(left, 'photo')} of this project are not in the results"
        yield f"{which}: not analyzed, not readable or not there."
    if results.problem_count:
        which = f"{counted(results.problem_count, 'problem')} with photos or folders"
        yield f"{which}, listed in the window under Problems."
    listed = catalogue.is_listed & catalogue.fires
    if unseen := int((listed & (catalogue.status == 0)).sum()):
        which = f"{unseen:,} of {counted(int(listed.sum()), 'concept')} that occur"
        yield f"{which} were reviewed by nobody."
    if doubtful := int((listed & catalogue.doubtful).sum()):
        yield f"{doubtful:,} of them have a name of the machine that is probably wrong."
