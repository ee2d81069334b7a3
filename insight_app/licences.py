"""What Insight ships or builds on, and under which licence: for About and the command line.

Torch-free and Qt-free; knows nothing of projects.
"""

import csv
from dataclasses import dataclass

from insight_app import resources


@dataclass(frozen=True)
class Component:
    """A part that somebody else made; text: its licence's file below resources/licences, if any."""

    name: str
    what: str
    author: str
    licence: str
    text: str = ""


@dataclass(frozen=True)
class PhotoLicence:
    """A demo photograph: file below resources/photos, where it comes from, and what was changed."""

    file: str
    source: str
    author: str
    licence: str
    changes: str


def components() -> tuple[Component, ...]:
    """Return weights, words and libraries; a library's licence is also in its installed package."""
    return (
        Component("Insight", "this application", "the authors of Insight", "MIT"),
        Component(
            "EfficientNet-Lite2 weights",
            "image features (builtin)",
            "ML Illustrated; Google",
            "Apache-2.0",
            "efficientnet-lite.txt",
        ),
        Component(
            "all-MiniLM-L6-v2 weights",
            "text features (builtin)",
            "sentence-transformers",
            "Apache-2.0",
            "all-MiniLM-L6-v2.txt",
        ),
        Component(
            "WordNet 3.0",
            "names, definitions, kinds and parts",
            "Princeton University",
            "WordNet licence",
            "wordnet.txt",
        ),
        Component("timm", "lists of ImageNet names", "Ross Wightman", "Apache-2.0", "timm.txt"),
        Component("Phosphor icons", "icons, through qtawesome", "Phosphor Icons", "MIT"),
        Component("Qt and PySide6", "windows", "The Qt Company", "LGPL-3.0"),
        Component("PyTorch", "computing", "The PyTorch contributors", "BSD-3-Clause"),
        Component("open_clip", "CLIP encoders", "The open_clip contributors", "MIT"),
        Component("pyqtgraph", "plots", "The pyqtgraph contributors", "MIT"),
        Component("NumPy, SciPy", "computing", "The NumPy and SciPy contributors", "BSD-3-Clause"),
        Component("SQLAlchemy, Alembic", "project files", "Michael Bayer and others", "MIT"),
        Component("Pillow", "reading photos", "Jeffrey A. Clark and others", "MIT-CMU"),
        Component(
            "libheif, libde265, through pi-heif",
            "reading HEIC",
            "Dirk Farin and others; Alexander Piskun",
            "LGPL-3.0, BSD-3-Clause",
        ),
        Component(
            "LibRaw, through rawpy",
            "reading camera raw",
            "LibRaw LLC; Maik Riechert",
            "LGPL-2.1, MIT",
        ),
        Component("tifffile", "reading scientific TIFF", "Christoph Gohlke", "BSD-3-Clause"),
        Component("pydicom", "reading DICOM", "Darcy Mason and contributors", "MIT"),
        Component(
            "GDCM, through python-gdcm",
            "unpacking DICOM",
            "Mathieu Malaterre and others",
            "BSD-3-Clause, Apache-2.0",
        ),
        Component("rdflib, networkx", "exports", "Their contributors", "BSD-3-Clause"),
        Component("Typer, Rich", "command line", "Sebastián Ramírez; Will McGugan", "MIT"),
    )


def text_of(component: Component) -> str:
    """Return the licence's text, "" if it is not shipped beside the program."""
    if not component.text:
        return ""
    return resources.path(f"licences/{component.text}").read_text(encoding="utf-8")


def photos() -> list[PhotoLicence]:
    """Return the demo's photographs, by file."""
    path = resources.path("photos/LICENCES.csv")
    with path.open(newline="", encoding="utf-8") as file:
        return [PhotoLicence(**row) for row in csv.DictReader(file)]
