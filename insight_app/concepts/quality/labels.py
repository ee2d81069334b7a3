"""What classes the labels of photos stand for, and what the shipped table says is above them.

A label is a folder's name or a word of a person's list: an id of WordNet, with or without a word
(n02084071_dog), or a word. Names are judged by `names`. F concepts, C classes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.naming import hypernyms, vocabulary
from insight_app.concepts.quality.names import Classes
from insight_app.concepts.quality.taxonomy import Taxonomy

_SYNSET = re.compile(r"n\d{8}(?!\d)")


@cache
def shipped() -> Taxonomy:
    """Return the nouns of the shipped vocabulary with the hypernyms that ship beside it."""
    table = hypernyms.shipped()
    terms, _, _, synsets = vocabulary.shipped_terms()
    above: dict[str, list[str]] = {}
    for low, high in zip(table.hyponym.tolist(), table.hypernym.tolist(), strict=True):
        above.setdefault(_id(table.synsets[low]), []).append(_id(table.synsets[high]))
    lemmas: dict[str, list[str]] = {}
    for term, synset in zip(terms, synsets, strict=True):
        if synset:
            lemmas.setdefault(synset, []).append(term)
    return Taxonomy(
        {synset: tuple(found) for synset, found in above.items()},
        {},
        {synset: tuple(found) for synset, found in lemmas.items()},
    )


def synset_of(label: str, taxonomy: Taxonomy) -> str:
    """Return the synset that a label names, "" if none: "n02084071_dog", "dog", "sports_car".

    A word of several senses stands for the first of them that the taxonomy lists.
    """
    if found := _SYNSET.match(label):
        return found.group()
    return next(iter(taxonomy.synsets(re.sub(r"[_\-\s]+", " ", label).strip())), "")


def top(
    counts: NDArray[np.int64], classes: Classes, names: Sequence[str], synsets: Sequence[str]
) -> NDArray[np.float64]:
    """Return (F,) 1 where a name is the class of most of its cells, or a hypernym of that, else 0.

    counts (F, C): cells by class. NaN without a name or cells; ties go to the earlier class.
    """
    found = np.full(len(names), np.nan)
    for n, (name, synset) in enumerate(zip(names, synsets, strict=True)):
        if name and counts[n].any():
            found[n] = classes.covered(name, synset)[counts[n].argmax()]
    return found


def read_csv(text: str) -> Mapping[str, str]:
    """Return labels by photo: lines of "photo,label"; a photo is a file name or the end of a path.

    A first line whose label is "label" or "class" is a header.
    """
    import csv

    rows = [row for row in csv.reader(text.splitlines()) if len(row) >= 2]
    if rows and rows[0][1].strip().lower() in ("label", "class", "synset"):
        rows = rows[1:]
    return {row[0].strip().replace("\\", "/"): row[1].strip() for row in rows}


def _id(number: np.integer) -> str:
    return f"n{int(number):08d}"
