"""A report as one HTML file: nothing is loaded from anywhere, every text of others is escaped.

It can be read on a screen, on paper and by a screen reader. Knows no project.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from html import escape

from insight_app.exchange.audit_report.blocks import (
    AuditReport,
    Bar,
    Bars,
    Block,
    Card,
    Cell,
    EmbeddedPicture,
    Facts,
    FiguresTable,
    NamedText,
    Paragraph,
    PictureRow,
    ReportSection,
)
from insight_app.exchange.audit_report.source import moment
from insight_app.exchange.audit_report.style import STYLE
from insight_app.plain_text import visible, visible_lines

REPORT_META, PROJECT_META = "insight-report", "insight-project"
"""Names of the lines in the head that say which report of which project a file is."""
CRITICAL_META = "insight-open-critical"
"""The line that says how many critical findings were open when it was made."""
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""What a browser may load for it: nothing but what is in it."""
_LARGE = 220
"""Pixels of width from which on a picture is shown large."""


def page(report: AuditReport) -> bytes:
    """Return the file, UTF-8."""
    return "".join(_page(report)).encode("utf-8", "replace")


def _page(report: AuditReport) -> Iterator[str]:
    title = _text(f"Audit of {report.name}")
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f'<meta name="{REPORT_META}" content="{_text(report.id)}">\n'
    yield f'<meta name="{PROJECT_META}" content="{_text(report.project)}">\n'
    yield f'<meta name="{CRITICAL_META}" content="{report.open_critical}">\n'
    yield f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    yield f'<a class="skip" href="#main">To the report</a>\n<header>\n<h1>{title}</h1>\n'
    made = f"Made {moment(report.made)} with Insight {report.version}"
    yield f"<p>{_text(made)}</p>\n</header>\n"
    yield '<nav aria-label="Sections"><ol>'
    for section in report.sections:
        yield f'<li><a href="#{_text(section.id)}">{_text(section.title)}</a></li>'
    yield '</ol></nav>\n<main id="main">\n'
    for section in report.sections:
        yield from _section(section)
    yield "</main>\n<footer><p>"
    yield f"Report {_text(report.id)} of project {_text(report.project)}. "
    yield "Whether this file still is the one that was signed: "
    yield "<code>insight-app report PROJECT --check FILE</code></p></footer>\n</body>\n</html>\n"


def _section(section: ReportSection) -> Iterator[str]:
    yield f'<section aria-labelledby="{_text(section.id)}">\n'
    yield f'<h2 id="{_text(section.id)}">{_text(section.title)}</h2>\n'
    for block in section.blocks:
        yield from _block(block)
    yield "</section>\n"


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield f"<p{_class(block.tone)}>{_prose(block.text)}</p>\n"
    elif isinstance(block, Facts):
        rows = "".join(
            f"<dt>{_text(name)}</dt><dd>{_cell(value)}</dd>" for name, value in block.rows
        )
        yield f"<dl>{rows}</dl>\n"
    elif isinstance(block, FiguresTable):
        yield from _table(block)
    elif isinstance(block, Bars):
        yield from _bars(block)
    elif isinstance(block, PictureRow):
        yield f'<div class="pictures">{"".join(map(_picture, block.pictures))}</div>\n'
    elif isinstance(block, Card):
        badges = "".join(
            f' <span class="badge {tone}">{_text(word)}</span>' for word, tone in block.badges
        )
        yield f'<article class="card">\n<h3>{_text(block.title)}{badges}</h3>\n'
        for one in block.blocks:
            yield from _block(one)
        yield "</article>\n"


def _table(table: FiguresTable) -> Iterator[str]:
    yield f'<div class="wide"><table>\n<caption>{_prose(table.caption)}</caption>\n<thead><tr>'
    for head in table.heads:
        hint = f"<small>{_text(head.hint)}</small>" if head.hint else ""
        yield f'<th scope="col"{_class("number" if head.is_number else "")}>'
        yield f"{_text(head.title)}{hint}</th>"
    yield "</tr></thead>\n<tbody>\n"
    for row in table.rows:
        yield f"<tr>{''.join(_cells(table, row))}</tr>\n"
    yield "</tbody></table></div>\n"
    if table.note:
        yield f'<p class="small">{_prose(table.note)}</p>\n'


def _cells(table: FiguresTable, row: Sequence[Cell]) -> Iterator[str]:
    for place, (head, cell) in enumerate(zip(table.heads, row, strict=True)):
        name = "td" if place else "th"
        scope = "" if place else ' scope="row"'
        yield f"<{name}{scope}{_class('number' if head.is_number else '')}>{_cell(cell)}</{name}>"


def _bars(bars: Bars) -> Iterator[str]:
    yield f'<figure class="bars"><figcaption>{_prose(bars.caption)}</figcaption>\n<table>\n'
    for bar in bars.bars:
        yield f'<tr><th scope="row">{_text(bar.title)}</th><td class="scale" aria-hidden="true">'
        yield f'{_drawn(bar)}</td><td class="said">{_text(bar.said)}</td></tr>\n'
    yield "</table></figure>\n"


def _drawn(bar: Bar) -> str:
    """Return a bar with its interval as a line over it, in 100 units of width."""
    drawn = '<svg viewBox="0 0 100 10" preserveAspectRatio="none" width="100%" height="14">'
    drawn += '<rect class="ground" width="100" height="10"/>'
    drawn += f'<rect class="bar" width="{100 * bar.value:.2f}" height="10"/>'
    if bar.low is not None and bar.high is not None:
        left, width = 100 * bar.low, 100 * (bar.high - bar.low)
        drawn += f'<rect class="between" x="{left:.2f}" y="4" width="{width:.2f}" height="2"/>'
    return drawn + "</svg>"


def _picture(picture: EmbeddedPicture) -> str:
    data = b64encode(picture.jpeg).decode()
    size = f'width="{picture.width}" height="{picture.height}"'
    source = f"data:image/jpeg;base64,{data}"
    return (
        f"<figure{_class('large' if picture.width > _LARGE else '')}>"
        f'<img src="{source}" {size} alt="{_text(picture.alt)}">'
        f"<figcaption>{_text(picture.caption)}</figcaption></figure>"
    )


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return _prose(cell)
    lang = f' lang="{_text(cell.language)}"' if cell.language else ""
    if cell.is_machine:
        return f'<em class="machine" title="a name that the machine gave">{_text(cell.text)}</em>'
    return f"<span{lang}>{_text(cell.text)}</span>" if isinstance(cell, NamedText) else ""


def _text(text: str) -> str:
    return escape(visible(text))


def _prose(text: str) -> str:
    return escape(visible_lines(text)).replace("\n", "<br>")


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""
