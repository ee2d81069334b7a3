"""Whether what was kept to explain photos can be read: classes, scores against masks, values.

None of it is damage of the results: each is made again, by a person or by itself. Changes nothing.
"""

from collections.abc import Iterator
from pathlib import Path

from insight_app.concepts.explain.classifier import Kind
from insight_app.disk_errors import disk_error
from insight_app.errors import KnownError
from insight_app.plain_arrays import read_npz
from insight_app.project.check.findings import KEPT, Finding
from insight_app.project.explaining import mask_store, store
from insight_app.project.folder import EXPLAIN

_KINDS: tuple[Kind, ...] = ("probe", "zero-shot", "released")
_MADE_AGAIN = f"{KEPT} It is passed over, and made again when it is needed."


def findings(folder: Path) -> Iterator[Finding]:
    """Yield a finding for each kept file that cannot be read."""
    classes = {path for kind in _KINDS for path in store.files(folder, kind=kind)}
    masks = set(mask_store.files(folder))
    for path in sorted((folder / EXPLAIN).glob("*.npz")):
        try:
            if path in classes:
                store.read(path)
            elif path in masks:
                mask_store.read(path)
            else:
                read_npz(path)
        except FileNotFoundError:
            continue  # a newer one took its place meanwhile
        except KnownError as error:
            do = " ".join(filter(None, (error.kept, error.do)))
            yield Finding(error.what, error.where, do, is_damage=False)
        except OSError as error:
            known = disk_error(error, "This file cannot be read", where=path)
            yield Finding(known.what, known.where, _MADE_AGAIN, is_damage=False)
        except (ValueError, KeyError):
            what = "What was kept here to save time is damaged."
            yield Finding(what, str(path), _MADE_AGAIN, is_damage=False)
