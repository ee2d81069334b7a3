"""Projects as older versions left them."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from zlib import crc32

import numpy as np

from insight_app.project.results import analysis_database, manifest

CONCEPTS_OF_VERSION_2 = ("images", "cells", "steps", "maximum", "histogram", "levels")
EDGES_OF_VERSION_2 = ("child", "parent", "strength", "back", "cells", "images", "source")


def without_manifests(project: Path) -> None:
    """Take away the lists of published files: they came with version 1.2 of the results."""
    with closing(sqlite3.connect(project / analysis_database.NAME)) as connection, connection:
        connection.execute("UPDATE generation SET manifest = ''")
    for path in (project / "statistics").glob(f"generation-*/{manifest.NAME}"):
        path.unlink()


def with_results_of_version_2(project: Path) -> None:
    """Take away what generations did not tell before version 3: how sure names and relations are,
    and why.
    """
    without_manifests(project)
    for folder in (project / "statistics").glob("generation-*"):
        header = json.loads((folder / "generation.json").read_text())
        lines = [json.loads(line) for line in (folder / "candidates.jsonl").open(encoding="utf-8")]
        text = "".join(json.dumps([one[:4] for one in row]) + "\n" for row in lines)
        (folder / "candidates.jsonl").write_text(text)
        header |= {"schema_version": 2, "candidates_crc32": crc32(text.encode())}
        since = [name for name in header if name.startswith("names_") and name != "names_run"]
        above = "relations_above", "dictionary_relations_above"
        for name in (*since, *above, "near_images", "clarity_images", "clarity_bound"):
            del header[name]
        (folder / "generation.json").write_text(json.dumps(header))
        words = json.loads((folder / "names.json").read_text())
        (folder / "names.json").write_text(json.dumps({"names": words["names"]}))
        with np.load(folder / "concepts.npz") as file:
            kept = {name: file[name] for name in CONCEPTS_OF_VERSION_2}
        np.savez(folder / "concepts.npz", **kept)
        with np.load(folder / "edges.npz") as file:
            kept = {name: file[name] for name in EDGES_OF_VERSION_2}
        np.savez(folder / "edges.npz", **kept)
        for path in folder.glob("near_*.npy"):
            path.unlink()


def with_measured_names(
    project: Path, probability: dict[int, float], clarity: dict[int, float], before: dict[int, str]
) -> None:
    """Write into the newest results how sure names are, and which concepts are clear, by number.

    Names rest on 24 photos then, and a clarity under 0.5 is no more than chance.
    """
    without_manifests(project)
    folder = max((project / "statistics").glob("generation-*"))
    header = json.loads((folder / "generation.json").read_text())
    header |= {"names_run": "photos", "names_photos": 24, "clarity_bound": 0.5}
    (folder / "generation.json").write_text(json.dumps(header))
    with np.load(folder / "concepts.npz") as file:
        arrays = {name: file[name] for name in file.files}
    size = header["concepts"]
    for name, known in (("name_probability", probability), ("clarity", clarity)):
        arrays[name] = np.array([known.get(n, np.nan) for n in range(size)], np.float32)
    arrays["name_photos"] = np.array([3 if n in probability else 0 for n in range(size)], np.int32)
    np.savez(folder / "concepts.npz", **arrays)
    words = json.loads((folder / "names.json").read_text())
    words["before"] = [before.get(n, "") for n in range(size)]
    (folder / "names.json").write_text(json.dumps(words))
