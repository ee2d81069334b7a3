"""The report on paper: what the HTML file says, laid out by Qt, which knows little of its style.

Runs on any thread: a document and a PDF writer of its own. Knows no panel.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QSizeF
from PySide6.QtGui import QFont, QPageLayout, QPageSize, QPdfWriter, QTextDocument

from insight_app.exchange.audit_report.blocks import (
    AuditReport,
    Bars,
    Block,
    Card,
    Cell,
    EmbeddedPicture,
    Facts,
    FiguresTable,
    Paragraph,
    PictureRow,
)
from insight_app.exchange.audit_report.source import moment
from insight_app.plain_text import visible_lines

if TYPE_CHECKING:
    from insight_app.project.project import Project

POINTS, DPI, MARGIN_MM = 9, 150, 16
_ACROSS = 3
"""Pictures in one row."""


def pdf(project: "Project") -> bytes:
    """Return a project's report as a PDF file."""
    from insight_app.exchange.audit_report.gathering import gather

    return written(gather(project))


def written(report: AuditReport) -> bytes:
    """Return a report as a PDF file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(f"Audit of {report.name}")
    writer.setResolution(DPI)
    margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    document = QTextDocument()
    document.setDocumentMargin(0)
    document.setDefaultFont(QFont(document.defaultFont().family(), POINTS))
    document.documentLayout().setPaintDevice(writer)
    document.setHtml("".join(_body(report)))
    document.setPageSize(QSizeF(writer.width(), writer.height()))
    document.print_(writer)
    del writer
    return bytes(buffer.data().data())


def _body(report: AuditReport) -> Iterator[str]:
    yield f"<h1>{_text(f'Audit of {report.name}')}</h1>"
    made = f"Made {moment(report.made)} with Insight {report.version}. Report {report.id}."
    yield f"<p>{_text(made)}</p>"
    for section in report.sections:
        yield f"<h2>{_text(section.title)}</h2>"
        for block in section.blocks:
            yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        mark = "<b>!</b> " if block.tone == "warning" else ""
        yield f"<p>{mark}{_text(block.text)}</p>"
    elif isinstance(block, Facts):
        rows = ((f"<i>{_text(name)}</i>", _cell(value)) for name, value in block.rows)
        yield _table(rows, border=0)
    elif isinstance(block, FiguresTable):
        heads = [f"<b>{_text(head.title)}</b>" for head in block.heads]
        yield f"<p>{_text(block.caption)}</p>"
        yield _table((heads, *(map(_cell, row) for row in block.rows)), border=1)
        yield f"<p>{_text(block.note)}</p>" if block.note else ""
    elif isinstance(block, Bars):
        yield f"<p>{_text(block.caption)}</p>"
        yield _table(((_text(one.title), _text(one.said)) for one in block.bars), border=1)
    elif isinstance(block, PictureRow):
        shown = list(block.pictures)
        for start in range(0, len(shown), _ACROSS):
            yield _table([map(_picture, shown[start : start + _ACROSS])], border=0)
    elif isinstance(block, Card):
        badges = "".join(f" [{_text(word)}]" for word, _tone in block.badges)
        yield f"<h3>{_text(block.title)}{badges}</h3>"
        for one in block.blocks:
            yield from _block(one)


def _table(rows: Iterable[Iterable[str]], *, border: int) -> str:
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<table border="{border}" cellspacing="0" cellpadding="4" width="100%">{body}</table>'


def _picture(picture: EmbeddedPicture) -> str:
    data = b64encode(picture.jpeg).decode()
    size = f'width="{picture.width}"'
    caption = _text(picture.caption)
    return f'<img src="data:image/jpeg;base64,{data}" {size}><br>{caption}'


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return _text(cell)
    return f"<i>{_text(cell.text)}</i>" if cell.is_machine else _text(cell.text)


def _text(text: str) -> str:
    return escape(visible_lines(text)).replace("\n", "<br>")
