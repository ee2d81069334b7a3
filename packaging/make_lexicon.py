"""Make resources/lexicon.npz: what nouns mean, what they are kinds of and what they are parts of.

    python packaging/make_lexicon.py WORDNET

WORDNET is the folder of WordNet 3.0's files (Debian: wordnet-base, /usr/share/wordnet). Senses are
those of things that can be seen (the lexicographers' files SEEN, without names of single persons
and places), those of the shipped vocabulary, and all that these are kinds of. Wholes are those that
a thing is a part of (the steering wheel of a car), not the group that it is a member of, nor what
it is the substance of.
"""

import argparse
from pathlib import Path

from insight_app.concepts.likeness import lexicon
from insight_app.concepts.likeness.spelling import plain
from insight_app.concepts.naming import hypernyms

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
SEEN = {5, 6, 8, 13, 17, 19, 20, 25, 27}
"""Animals, artifacts, bodies, food, objects, phenomena, plants, shapes, substances."""
PERSONS = 18


def read(folder: Path) -> dict[str, tuple[int, bool, str, list[str], list[str]]]:
    """Return synset -> (file, whether it is a single thing, first word, hypernyms, wholes)."""
    found = {}
    for line in (folder / "data.noun").read_text(encoding="ascii").splitlines():
        if line.startswith("  "):
            continue
        fields = line.partition(" | ")[0].split()
        words = int(fields[3], 16)
        pointers = fields[5 + 2 * words :]
        marked = list(zip(pointers[::4], pointers[1::4], strict=False))
        ups = ["n" + place for mark, place in marked if mark in ("@", "@i")]
        wholes = ["n" + place for mark, place in marked if mark == "#p"]
        is_single = any(mark == "@i" for mark, _ in marked)
        found["n" + fields[0]] = int(fields[1]), is_single, plain(fields[4]), ups, wholes
    return found


def senses(folder: Path) -> dict[str, list[str]]:
    """Return each word, in plain spelling, with its synsets, the most usual first."""
    found: dict[str, list[str]] = {}
    for line in (folder / "index.noun").read_text(encoding="ascii").splitlines():
        if line.startswith("  "):
            continue
        word, _, count, pointers, *rest = line.split()
        synsets = rest[int(pointers) + 2 :]
        assert len(synsets) == int(count)
        known = found.setdefault(plain(word), [])
        known.extend(one for place in synsets if (one := "n" + place) not in known)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wordnet", type=Path)
    folder = parser.parse_args().wordnet
    nouns = read(folder)
    wanted = {f"n{number:08d}" for number in hypernyms.shipped().synsets.tolist()} & nouns.keys()
    for synset, (file, is_single, *_) in nouns.items():
        if (file in SEEN or file == PERSONS) and not is_single:
            wanted.add(synset)
    todo = list(wanted)
    while todo:
        new = [up for up in nouns[todo.pop()][3] if up not in wanted]
        wanted.update(new)
        todo.extend(new)
    words = {word: [s for s in found if s in wanted] for word, found in senses(folder).items()}
    table = lexicon.table(
        {word: found for word, found in words.items() if found},
        {synset: nouns[synset][2] for synset in wanted},
        [(synset, up) for synset in wanted for up in nouns[synset][3]],
        [(synset, whole) for synset in wanted for whole in nouns[synset][4] if whole in wanted],
    )
    target = RESOURCES / lexicon.RESOURCE
    lexicon.save(table, target)
    print(
        f"{target}: {len(table.words)} words, {table.synsets.size} senses,"
        f" {table.hyponym.size} kinds, {table.part.size} parts, {target.stat().st_size} bytes"
    )


if __name__ == "__main__":
    main()
