"""Plots and tables as files: PNG, SVG, CSV. Knows no panel."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pyqtgraph as pg
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageWriter, QPainter

from insight_app.disk_errors import ELSEWHERE, UNCHANGED, disk_errors
from insight_app.files import write_whole

Table = tuple[Sequence[str], Sequence[Sequence[object]]]
"""Column titles, and rows of values."""


def save_picture(plot: pg.PlotWidget, path: Path) -> None:
    """Write a plot as .png or .svg, whichever its path ends with. Raise WorldError."""
    _save(path, _svg(plot) if path.suffix.lower() == ".svg" else _png(plot))


def save_table(table: Table, path: Path) -> None:
    """Write CSV in UTF-8 with a byte-order mark, which spreadsheets need for other alphabets.

    Names are kept as text (`exchange.spreadsheet`) by whoever makes the table. Raise WorldError.
    """
    titles, rows = table
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(titles)
    writer.writerows(rows)
    _save(path, text.getvalue().encode("utf-8-sig"))


def _save(path: Path, content: bytes) -> None:
    what = "The file could not be written"
    with disk_errors(what, where=path, kept=UNCHANGED, do=ELSEWHERE):
        write_whole(path, lambda file: file.write(content))


def _svg(plot: pg.PlotWidget) -> bytes:
    from PySide6.QtSvg import QSvgGenerator

    content = QByteArray()
    buffer = QBuffer(content)
    drawing = QSvgGenerator()
    drawing.setOutputDevice(buffer)
    drawing.setSize(plot.size())
    drawing.setViewBox(plot.rect())
    painter = QPainter(drawing)
    plot.render(painter)
    painter.end()
    return bytes(content.data())


def _png(plot: pg.PlotWidget) -> bytes:
    ratio = max(2.0, plot.devicePixelRatioF())
    picture = QImage(plot.size() * ratio, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(ratio)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    plot.render(painter)
    painter.end()
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(picture)
    return bytes(content.data())
