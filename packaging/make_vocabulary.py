"""Make resources/encoders/builtin.npz and resources/vocabulary/: run once, results are committed.

    python packaging/make_vocabulary.py            (about 8 minutes on two cores)

Nouns come from the ImageNet-22k lists inside the installed timm (found without importing it), in
the order of their synsets, each first lemma once; adjectives and verbs from
resources/vocabulary/words.tsv. After a change of the class table, builtin_table.SHA256 has to be
set to what this script prints before it goes on to the words.
"""

import gzip
import hashlib
import sys
import time
from pathlib import Path

import numpy as np

from insight_app.concepts.encoders import builtin_table, text_tower
from insight_app.concepts.encoders.files import package_folder
from insight_app.concepts.naming import vocabulary

RESOURCES = Path(__file__).resolve().parents[1] / "resources"
NOTE = (
    "# synset, first lemma, definition: WordNet 3.0 (licences/wordnet.txt), as listed by timm "
    "(licences/timm.txt)\n"
)


def synset_lists() -> tuple[list[str], dict[str, str], dict[str, str]]:
    """Return the 1,000 classes in order; synset -> first lemma; synset -> definition."""
    folder = package_folder("timm") / "data" / "_info"
    classes = (folder / "imagenet_synsets.txt").read_text(encoding="utf-8").split()
    lemmas = {key: text.split(",")[0].strip() for key, text in rows(folder, "lemma").items()}
    return classes, lemmas, rows(folder, "definition")


def rows(folder: Path, what: str) -> dict[str, str]:
    text = (folder / f"imagenet_synset_to_{what}.txt").read_text(encoding="utf-8")
    return dict(line.split("\t", 1) for line in text.splitlines())


def make_table(classes: list[str], lemmas: dict[str, str]) -> builtin_table.ClassTable:
    names = [lemmas[synset] for synset in classes]
    raw = text_tower.embed(names).numpy()
    empty = builtin_table.ClassTable(raw.mean(0), raw[:0], (), ())
    return builtin_table.ClassTable(empty.mean, empty.centred(raw), tuple(classes), tuple(names))


def write_nouns(path: Path, lemmas: dict[str, str], definitions: dict[str, str]) -> None:
    first: dict[str, str] = {}
    for synset, lemma in lemmas.items():
        first.setdefault(lemma, synset)
    lines = [f"{synset}\t{lemma}\t{definitions[synset]}\n" for lemma, synset in first.items()]
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write((NOTE + "".join(lines)).encode())


def write_embeddings(path: Path, table: builtin_table.ClassTable) -> None:
    terms, readings, _definitions, _synsets = vocabulary.shipped_terms()
    start = time.monotonic()

    def say(done: int, total: int) -> None:
        print(f"{done:6} of {total} words, {time.monotonic() - start:.0f} s", flush=True)

    vectors = vocabulary.embed(
        terms, readings, lambda texts: text_tower.embed(texts).numpy(), table.centred, say
    )
    values, scales = vocabulary.quantised(vectors)
    np.savez_compressed(
        path,
        vectors=values,
        scales=scales,
        terms_sha256=np.array(vocabulary.terms_digest(terms, readings)),
        table_sha256=np.array(builtin_table.SHA256),
    )


def main() -> None:
    classes, lemmas, definitions = synset_lists()
    table = make_table(classes, lemmas)
    buffer = RESOURCES / builtin_table.RESOURCE
    builtin_table.save(table, buffer)
    digest = hashlib.sha256(buffer.read_bytes()).hexdigest()
    print(f"{buffer}: SHA-256 {digest}")
    if digest != builtin_table.SHA256:
        sys.exit("Set builtin_table.SHA256 to it and run this again.")
    (RESOURCES / "vocabulary").mkdir(exist_ok=True)
    write_nouns(RESOURCES / vocabulary.NOUNS, lemmas, definitions)
    write_embeddings(RESOURCES / vocabulary.EMBEDDINGS, table)


if __name__ == "__main__":
    main()
