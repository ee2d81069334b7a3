"""Which model and which data were audited, by fingerprints that nothing else has."""

from collections.abc import Iterator

from insight_app.exchange.audit_report.blocks import Block, Facts, Paragraph, ReportSection
from insight_app.exchange.audit_report.source import Audited
from insight_app.figures import counted
from insight_app.project.results.contents import fingerprint


def section(source: Audited) -> ReportSection:
    """Return the section."""
    return ReportSection("model-and-data", "The model and the data", tuple(_blocks(source)))


def _blocks(source: Audited) -> Iterator[Block]:
    log = source.project.judgements
    head = log.head
    results = source.results
    if results is None:
        yield Paragraph("No photo of this project has been analyzed.", "warning")
        return
    encoder, encoder_fingerprint = results.encoder
    dictionary = results.dictionary
    sources = results.sources()
    yield Paragraph(
        "The model under audit is the encoder: it turns each photo into a grid of cells. The "
        "dictionary splits what the encoder sees in a cell into concepts. A fingerprint is "
        "computed from the files themselves: another model or other photos have another one."
    )
    yield Facts(
        [
            ("Encoder", f"{encoder}, fingerprint {encoder_fingerprint}"),
            ("Dictionary", f"{dictionary.title}, fingerprint {dictionary.fingerprint}"),
            (
                "Concepts",
                f"{dictionary.concepts:,} in {counted(len(dictionary.group_sizes), 'level')}",
            ),
            (
                "Photos",
                f"{results.coded_images:,} analyzed of "
                f"{counted(results.image_count, 'photo')}, {results.tokens:,} cells",
            ),
            ("Fingerprint of the photos", fingerprint(results)),
            (
                "Folders",
                "\n".join(str(one.path) for one in sources[:20])
                + (f"\nand {len(sources) - 20:,} more" if len(sources) > 20 else ""),
            ),
            ("Reading rule", f"{results.reading_rule} (how files become pixels)"),
            ("Results", f"generation {results.generation}, {results.run_state}"),
            (
                "Judgements",
                f"{log.count:,} entries; the log ends at {head.text if head else 'no mark'}",
            ),
        ]
    )
