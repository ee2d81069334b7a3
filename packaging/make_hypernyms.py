"""Make resources/hypernyms.npz: which noun of the vocabulary is a kind of which other.

    python packaging/make_hypernyms.py WORDNET

WORDNET is the folder of WordNet 3.0's files (Debian: wordnet-base, /usr/share/wordnet). The nouns
are the synsets of ImageNet-22k that timm lists. Between two of them only the nearest links are
kept; where WordNet's next hypernym is not in the list, the way goes on above it.
"""

import argparse
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from insight_app.concepts.naming import hypernyms
from insight_app.concepts.quality import taxonomy

RESOURCES = Path(__file__).resolve().parent.parent / "resources"


def vocabulary_synsets() -> set[str]:
    """Read the synsets of ImageNet-22k from timm's lists (timm itself is not imported)."""
    spec = find_spec("timm")
    if spec is None or spec.origin is None:
        raise SystemExit("timm is not installed")
    lists = Path(spec.origin).parent / "data" / "_info"
    names = ("imagenet_synsets.txt", "imagenet_synset_to_lemma.txt")
    return {line.split()[0] for name in names for line in (lists / name).read_text().splitlines()}


def nearest_above(synset: str, known: set[str], wordnet: taxonomy.Taxonomy) -> set[str]:
    """Return the first known synsets on every way up, without those above another of them."""
    found: set[str] = set()
    todo = list(wordnet.hypernyms.get(synset, ()))
    while todo:
        up = todo.pop()
        if up in known:
            found.add(up)
        else:
            todo.extend(wordnet.hypernyms.get(up, ()))
    return {
        up for up in found if not any(up in wordnet.with_hypernyms(o) for o in found if o != up)
    }


def frequencies(folder: Path) -> dict[str, int]:
    """Count how often the first lemma of each noun synset was tagged in WordNet's texts."""
    counts = {}
    for line in (folder / "cntlist.rev").read_text().splitlines():
        sense, _, count = line.split()
        counts[sense] = int(count)
    found = {}
    for line in (folder / "data.noun").read_text().splitlines():
        if not line.startswith("  "):
            offset, file, _, _, word, number = line.split(maxsplit=6)[:6]
            sense = f"{word.lower()}%1:{file}:{int(number, 16):02d}::"
            found["n" + offset] = counts.get(sense, 0)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wordnet", type=Path)
    folder = parser.parse_args().wordnet
    wordnet = taxonomy.read(folder)
    synsets = sorted(vocabulary_synsets() & wordnet.lemmas.keys())
    known = set(synsets)
    place = {synset: n for n, synset in enumerate(synsets)}
    links = [
        (place[child], place[parent])
        for child in synsets
        for parent in sorted(nearest_above(child, known, wordnet))
    ]
    frequency = frequencies(folder)
    target = RESOURCES / hypernyms.RESOURCE
    table = hypernyms.Hypernyms(
        synsets=np.array([int(synset[1:]) for synset in synsets], np.int32),
        hyponym=np.array([child for child, _ in links], np.int32),
        hypernym=np.array([parent for _, parent in links], np.int32),
        frequency=np.array([frequency.get(synset, 0) for synset in synsets], np.int32),
    )
    hypernyms.save(table, target)
    print(f"{target}: {len(synsets)} nouns, {len(links)} links, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
