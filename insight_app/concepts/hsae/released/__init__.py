"""Dictionaries as the field publishes them: folders with `ae.pt`, `config.json` and more.

`reading` has the weights, names and probes, `relations` the co-occurrence, `inspection` what a
person is told of a folder, `importing` makes one of our dictionaries of it, `writing` the reverse
(METHOD.md section 2, "Release files"). Knows nothing of photos and projects.
"""

from insight_app.concepts.hsae.released.importing import import_into, read
from insight_app.concepts.hsae.released.inspection import Inspection, inspect
from insight_app.concepts.hsae.released.reading import info, load
from insight_app.concepts.hsae.released.writing import write

__all__ = ["Inspection", "import_into", "info", "inspect", "load", "read", "write"]
