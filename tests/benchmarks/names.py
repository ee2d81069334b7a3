"""Names and relations against WordNet: ours, the published rule, and what chance would give.

    python -m tests.benchmarks.names PHOTOS --wordnet /usr/share/wordnet [--json FILE]
        [--dictionary FOLDER] [--leave-out]

PHOTOS holds photos called n########_word.jpg after their WordNet class (ImageNet's). A name is

- right:  the class, or a hypernym of it, of more than half of the concept's exemplars;
- top:    the class of most exemplars, or a hypernym of that;
- wup:    Wu-Palmer similarity to the exemplars' classes, mean (falls for too general names too);
- depth:  how deep the name is in WordNet (1 = "entity"): general names are right more easily.

A relation is right when the parent's name is a hypernym or holonym of the child's, and "same" when
both have one name (never right). Words count in any of their noun senses. Rule "shared" takes
hypernyms from WordNet, so its relations are measured partly by themselves; the other two do not.
--leave-out removes the classes of every second photo from the encoder's table, trains a dictionary
of the same size on all photos so encoded, and measures on the photos left out.
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from insight_app import resources
from insight_app.concepts import encoders, hsae
from insight_app.concepts.codes import Codes, concatenate
from insight_app.concepts.hsae.model import HSAE
from insight_app.concepts.naming import exemplars as exemplars_rule
from insight_app.concepts.naming import hypernyms, published, shared, vocabulary
from insight_app.concepts.naming.candidates import CANDIDATES, Terms
from insight_app.concepts.naming.evidence import Evidence, ExemplarCodes, exemplar_codes, unit_rows
from insight_app.concepts.quality import taxonomy
from insight_app.concepts.quality.taxonomy import Taxonomy
from insight_app.concepts.relations import Edges, relations, shuffled
from insight_app.concepts.statistics import CoOccurrence, Counts, Exemplars
from insight_app.project.analysis.coding.pixels import read_pixels
from insight_app.project.photos.decoding import NEWEST_RULE
from insight_app.project.photos.photo_file import read_bytes

THRESHOLDS = (0.75, 0.6, 0.5, 0.45, 0.4, 0.35, 0.3)
TRAINING_EPOCHS = 12.0
CLASS_OF_FILE = re.compile(r"n\d{8}_")


@dataclass(frozen=True)
class Coded:
    """Photos as codes, and all that is counted over them."""

    classes: list[str]
    decoder: np.ndarray
    bias: np.ndarray
    counts: Counts
    pairs: CoOccurrence
    exemplars: Exemplars
    exemplar_codes: ExemplarCodes


def count(
    codes: Sequence[Codes], classes: list[str], decoder: np.ndarray, bias: np.ndarray
) -> Coded:
    """Statistics over photos; codes[n] are the codes of the photo of classes[n]."""
    concepts = len(decoder)
    counts, pairs, exemplars = Counts(concepts), CoOccurrence(concepts), Exemplars(concepts)
    for start in range(0, len(codes), 64):
        part = codes[start : start + 64]
        joined = concatenate(part)
        image = np.repeat(np.arange(start, start + len(part)), [one.cells for one in part])
        cell = np.concatenate([np.arange(one.cells) for one in part])
        counts.add(joined, image)
        pairs.add(joined, image)
        exemplars.add(joined, image, cell)
    shown = exemplar_codes(exemplars, lambda image: codes[image])
    return Coded(classes, decoder, bias, counts, pairs, exemplars, shown)


class Judge:
    """WordNet's opinion of names and relations."""

    def __init__(self, wordnet: Taxonomy, words: Terms, coded: Coded) -> None:
        self.wordnet = wordnet
        self.words = words
        self.coded = coded
        self._similar: dict[tuple[str, str], float] = {}

    def senses(self, term: str, synset: str = "") -> set[str]:
        return set(self.wordnet.synsets(term)) | ({synset} if synset else set())

    def names(self, terms: Sequence[str]) -> dict[str, float]:
        """Figures of one name a concept ("" = none)."""
        synset_of = dict(zip(self.words.terms, self.words.synsets, strict=True))
        right, top, wup, depth = [], [], [], []
        for concept, term in enumerate(terms):
            if not term:
                continue
            images = self.coded.exemplars.of(concept).image
            classes = Counter(self.coded.classes[image] for image in images)
            senses = self.senses(term, synset_of.get(term, ""))
            under = {one for one in classes if self.wordnet.is_kind(one, senses)}
            covered = sum(classes[one] for one in under)
            right.append(covered * 2 > images.size)
            top.append(max(classes, key=lambda one: (classes[one], one)) in under)
            meant = synset_of.get(term, "") or next(iter(sorted(senses)), "")
            if meant in self.wordnet.lemmas:
                similar = sum(self.similar(meant, one) * n for one, n in classes.items())
                wup.append(similar / images.size)
                depth.append(self.wordnet.depth(meant))
        return {
            "concepts": len(right),
            "right": float(np.mean(right)),
            "top": float(np.mean(top)),
            "wup": float(np.mean(wup)) if wup else 0.0,
            "depth": float(np.mean(depth)) if depth else 0.0,
            "different": len({term for term in terms if term}),
        }

    def similar(self, one: str, other: str) -> float:
        if (one, other) not in self._similar:
            self._similar[one, other] = self.wordnet.similarity(one, other)
        return self._similar[one, other]

    def edges(self, terms: Sequence[str], edges: Edges) -> dict[str, float]:
        """Shares of relations that are right, and between equal names."""
        pairs = [
            (terms[child], terms[parent])
            for child, parent in zip(edges.child, edges.parent, strict=True)
            if terms[child] and terms[parent]
        ]
        right = [
            self.wordnet.is_kind_or_part(self.senses(child), self.senses(parent))
            for child, parent in pairs
        ]
        return {
            "edges": len(pairs),
            "right": float(np.mean(right)) if right else 0.0,
            "same": float(np.mean([a == b for a, b in pairs])) if pairs else 0.0,
        }


def measure(
    coded: Coded,
    words: Terms,
    wordnet: Taxonomy,
    class_names: Sequence[str],
    class_vectors: np.ndarray,
) -> dict[str, Any]:
    """All figures of one dictionary."""
    table = hypernyms.shipped()
    judge = Judge(wordnet, words, coded)
    edges = relations(coded.pairs)
    evidence = Evidence(coded.decoder, coded.bias, coded.exemplar_codes, coded.pairs, edges)

    def first(candidates: Callable[..., Any], **how: Any) -> list[str]:
        named = candidates(evidence, words, table, CANDIDATES, **how)
        return [row[0].term if row else "" for row in named]

    rules: dict[str, Callable[[], list[str]]] = {
        "shared (ours)": lambda: first(shared.candidates),
        "exemplars (no taxonomy)": lambda: first(exemplars_rule.candidates),
        "published": lambda: first(published.candidates),
        "published, /30": lambda: first(published.candidates, divide_by=published.PUBLISHED_COUNT),
    }
    found = {rule: name() for rule, name in rules.items()}
    live = [bool(n) for n in coded.counts.cells]
    rng = np.random.default_rng(0)

    def for_live(name: Callable[[], str]) -> list[str]:
        return [name() if lives else "" for lives in live]

    found["nearest class vector"] = _nearest_class(coded, class_names, class_vectors)
    found["drawn at random"] = for_live(lambda: words.terms[rng.integers(len(words.terms))])
    others = iter(rng.permutation([term for term in found["shared (ours)"] if term]).tolist())
    found["ours, shuffled"] = for_live(lambda: next(others, ""))
    for word in ("artifact", "animal"):
        found[f"always {word!r}"] = for_live(lambda word=word: word)  # type: ignore[misc]
    figures = {}
    for rule, terms in found.items():
        figures[rule] = {"names": judge.names(terms)}
        if not rule.startswith("always"):
            figures[rule] |= {
                "edges": judge.edges(terms, edges),
                "shuffled edges": judge.edges(terms, shuffled(edges)),
            }
    return {
        "concepts": len(live),
        "live": sum(live),
        "photos": len(coded.classes),
        "rules": figures,
        "graph": _coverage(coded, judge, found["shared (ours)"]),
    }


def _nearest_class(coded: Coded, names: Sequence[str], vectors: np.ndarray) -> list[str]:
    cosines = unit_rows(coded.decoder) @ unit_rows(vectors).T
    return [
        names[k] if lives else ""
        for k, lives in zip(cosines.argmax(1), coded.counts.cells > 0, strict=True)
    ]


def _coverage(coded: Coded, judge: Judge, terms: list[str]) -> list[dict[str, float]]:
    """How many live concepts have a parent, beside how often that is right, by threshold."""
    live = max(int((coded.counts.cells > 0).sum()), 1)
    rows = []
    for threshold in THRESHOLDS:
        edges = relations(coded.pairs, threshold=threshold)
        every = relations(coded.pairs, threshold=threshold, keep_implied=True)
        figures = judge.edges(terms, edges)
        rows.append(
            {
                "threshold": threshold,
                "edges": edges.size,
                "with a parent": np.unique(edges.child).size / live,
                "parents each": edges.size / max(np.unique(edges.child).size, 1),
                "right": figures["right"],
                "same": figures["same"],
                "shuffled": judge.edges(terms, shuffled(edges))["right"],
                "with implied": every.size,
                "right with implied": judge.edges(terms, every)["right"],
            }
        )
    return rows


def show(figures: dict[str, Any]) -> None:
    print(f"{figures['live']} of {figures['concepts']} concepts alive, {figures['photos']} photos")
    print(
        f"{'names':24}{'right':>7}{'top':>7}{'wup':>7}{'depth':>7}{'different':>11}"
        f"{'edges':>8}{'right':>7}{'same':>7}{'shuffled':>10}"
    )
    for rule, row in figures["rules"].items():
        n = row["names"]
        line = (
            f"{rule:24}{n['right']:7.3f}{n['top']:7.3f}{n['wup']:7.3f}{n['depth']:7.1f}"
            f"{n['different']:11}"
        )
        if "edges" in row:
            e, s = row["edges"], row["shuffled edges"]
            line += f"{e['edges']:8}{e['right']:7.3f}{e['same']:7.3f}{s['right']:10.3f}"
        print(line)
    print("\nrelations by threshold of R (20 cells in 5 images), names of rule 'shared'")
    print("  ".join(figures["graph"][0]))
    for row in figures["graph"]:
        print("  ".join(f"{value:{len(name)}.4g}" for name, value in row.items()))


def tokens_of(photos: Sequence[Path], encoder: encoders.DenseEncoder) -> np.ndarray:
    """(photos, cells, D) float16, each photo as analysis sees it."""
    rows, cols = encoder.grid
    tokens = np.empty((len(photos), rows * cols, encoder.token_dim), np.float16)
    for n, photo in enumerate(photos):
        pixels = read_pixels(read_bytes(photo), photo, encoder, NEWEST_RULE).pixels[None]
        tokens[n] = encoder.encode(pixels).reshape(rows * cols, -1).numpy()
        if n % 100 == 99:
            print(f"{n + 1} of {len(photos)} photos encoded", file=sys.stderr)
    return tokens


def trained_like(dictionary: HSAE, tokens: np.ndarray) -> HSAE:
    """A dictionary of the same size and sparsity for other tokens."""
    settings = hsae.TrainingSettings(
        concepts=dictionary.F, k=dictionary.k, epochs=TRAINING_EPOCHS, learning_rate=3e-3
    )

    def stream(epoch: int, start: int) -> Iterator[torch.Tensor]:
        order = np.random.default_rng(epoch).permutation(len(tokens))
        return (torch.from_numpy(np.array(tokens[n])) for n in order[start:])

    return hsae.train(stream, settings, tokens=tokens.shape[0] * tokens.shape[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("photos", type=Path)
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    parser.add_argument("--dictionary", type=Path, default=None, help="default: the shipped one")
    parser.add_argument("--leave-out", action="store_true")
    parser.add_argument("--json", type=Path, default=None)
    options = parser.parse_args()
    wordnet = taxonomy.read(options.wordnet)
    photos = sorted(
        path for path in options.photos.iterdir() if CLASS_OF_FILE.match(path.name) is not None
    )
    if not photos:
        raise SystemExit(f"no photo in {options.photos} is named after a class (n########_word)")
    classes = [path.name.split("_")[0] for path in photos]
    dictionary = hsae.load(options.dictionary or resources.path("dictionaries/builtin"))
    words = vocabulary.default(encoders.load("builtin").fingerprint)
    absent = sorted(set(classes[::2])) if options.leave_out else []
    encoder = encoders.load("builtin", leave_out=absent)
    tokens = tokens_of(photos, encoder)
    if absent:
        dictionary = trained_like(dictionary, tokens)
        tokens, classes = tokens[::2], classes[::2]
    codes = [dictionary.encode(torch.from_numpy(one).float()).half() for one in tokens]
    coded = count(codes, classes, dictionary.W_dec.numpy(), dictionary.b_dec.numpy())
    figures = measure(coded, words, wordnet, encoder.class_names, encoder.class_vectors.numpy()) | {
        "left out": bool(absent),
        "dictionary": dictionary.fingerprint,
    }
    show(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
