"""Names: the published rule as its dense formula, and the shared rule on a small world."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from insight_app.concepts.codes import Codes, from_dense
from insight_app.concepts.naming import hypernyms, published
from insight_app.concepts.naming.candidates import CANDIDATES
from insight_app.concepts.naming.evidence import Evidence, ExemplarCodes, exemplar_codes
from insight_app.concepts.naming.hypernyms import Hypernyms
from insight_app.concepts.naming.rules import name_concepts
from insight_app.concepts.naming.specialness import specialness
from insight_app.concepts.relations import Edges
from insight_app.concepts.statistics import CoOccurrence, Exemplars

CELLS = 6


@dataclass(frozen=True)
class Words:
    terms: list[str]
    embeddings: np.ndarray
    synsets: list[str] = field(default_factory=list)
    readings: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint8))


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def random_words(seed: int, count: int, dim: int) -> Words:
    rng = np.random.default_rng(seed)
    return Words(
        [f"word {n}" for n in range(count)],
        unit(rng.normal(size=(count, dim))),
        [""] * count,
        rng.integers(0, 3, count).astype(np.uint8),
    )


def no_hypernyms() -> Hypernyms:
    nothing = np.zeros(0, np.int32)
    return Hypernyms(np.array([-5], np.int32), nothing, nothing, np.zeros(1, np.int32))


def no_edges() -> Edges:
    return Edges(*(np.zeros(0, t) for t in ("i4", "i4", "f4", "f4", "i8", "i8", "i8", "i8", "?")))


@pytest.mark.parametrize("divide_by", [None, published.PUBLISHED_COUNT])
def test_the_published_rule_is_the_formula_of_the_paper(divide_by):
    rng = np.random.default_rng(5)
    concepts, images, dim, n = 12, 15, 8, 4
    dense = rng.uniform(0, 2, (images * CELLS, concepts))
    dense[rng.random(dense.shape) < np.linspace(0.1, 0.9, concepts)] = 0
    dense[:, 7] = 0  # a dead concept
    dense[3:, 8] = 0  # one with few exemplars
    dense[:3, 8] = 1
    codes = from_dense(dense)
    image = np.arange(len(dense)) // CELLS
    pairs, strongest = CoOccurrence(concepts), Exemplars(concepts, n)
    pairs.add(codes, image)
    strongest.add(codes, image, np.arange(len(dense)) % CELLS)
    decoder, bias = unit(rng.normal(size=(concepts, dim))), rng.normal(size=dim) * 0.1
    words = random_words(1, 40, dim)
    evidence = Evidence(
        decoder,
        bias.astype(np.float32),
        exemplar_codes(strongest, lambda i: codes[i * CELLS : (i + 1) * CELLS]),
        pairs,
        no_edges(),
    )
    found = published.candidates(evidence, words, no_hypernyms(), CANDIDATES, divide_by=divide_by)
    if divide_by is None:
        assert found == name_concepts(evidence, words, no_hypernyms(), rule="published")

    a = codes.to_dense().astype(np.float64)
    b = (a > 0.001).astype(float)
    d = a.T @ b
    p = np.zeros((concepts, concepts))
    for i in range(concepts):
        order = np.lexsort((np.arange(len(a)), -a[:, i]))[:n]
        rows = order[a[order, i] > 0]
        if rows.size:
            p[i] = a[rows].sum(0) / (divide_by or rows.size)
    common = np.linalg.norm(p, axis=1).mean()
    for i in range(concepts):
        if d[i, i] == 0:
            assert found[i] == []
            continue
        r = d[i] / d[i, i]
        w = np.where(r > 0.75, r, 0)
        w[i] = 1
        w *= p[i]
        w *= common * 1.33 / np.linalg.norm(w)
        cosine = words.embeddings @ unit(w @ decoder + bias)
        best = [k for k in np.argsort(-cosine) if cosine[k] > 0][:CANDIDATES]
        assert [c.term for c in found[i]] == [words.terms[k] for k in best]
        assert [c.reading for c in found[i]] == [words.readings[k] for k in best]
        assert [c.score for c in found[i]] == pytest.approx(list(cosine[best]), abs=1e-5)


def test_exemplar_codes_are_the_rows_of_the_strongest_cells():
    rng = np.random.default_rng(0)
    dense = rng.uniform(0, 1, (10 * CELLS, 5)) * (rng.random((10 * CELLS, 5)) < 0.5)
    codes = from_dense(dense)
    strongest = Exemplars(5, 7)
    strongest.add(codes, np.arange(len(dense)) // CELLS, np.arange(len(dense)) % CELLS)
    asked: list[int] = []

    def fetch(image: int) -> Codes:
        asked.append(image)
        return codes[image * CELLS : (image + 1) * CELLS]

    got = exemplar_codes(strongest, fetch)
    assert asked == sorted(set(asked))
    cells = strongest.cells()
    rows = cells.image.astype(int) * CELLS + cells.cell
    assert np.array_equal(got.codes.to_dense(), codes.to_dense()[rows])
    assert np.array_equal(got.concept, cells.concept) and np.array_equal(got.image, cells.image)
    nothing = exemplar_codes(Exemplars(5, 7), fetch)
    assert nothing.codes.cells == 0 and nothing.counts.tolist() == [0] * 5


WORLD = ["entity", "animal", "chordate", "dog", "cat", "spaniel", "tool", "hammer", "saw", "red"]
PARENT = {1: 0, 2: 1, 3: 2, 4: 2, 5: 3, 6: 0, 7: 6, 8: 6}
WRITTEN = {"animal": 60, "dog": 40, "cat": 40, "tool": 10}


def small_world() -> tuple[Words, Hypernyms]:
    """Nine nouns in a tree and an adjective; every leaf has its own direction."""
    dim = len(WORLD)
    embeddings = np.eye(dim, dtype=np.float32)
    synsets = [f"n{n + 1:08d}" for n in range(9)] + [""]
    readings = np.array([0] * 9 + [1], np.uint8)
    child, parent = np.array(list(PARENT.items()), np.int32).T
    frequency = np.array([WRITTEN.get(word, 0) for word in WORLD[:9]], np.int32)
    table = Hypernyms(np.arange(1, 10, dtype=np.int32), child, parent, frequency)
    return Words(WORLD, embeddings, synsets, readings), table


def evidence_of(exemplars: ExemplarCodes, edges: Edges) -> Evidence:
    """A dictionary whose concepts are the words of the small world themselves."""
    decoder, bias = np.eye(len(WORLD), dtype=np.float32), np.zeros(len(WORLD), np.float32)
    return Evidence(decoder, bias, exemplars, CoOccurrence(len(WORLD)), edges)


def shown(*concepts: list[str]) -> ExemplarCodes:
    """Exemplars, one photo each, whose only code is that of the word they show."""
    rows = [(i, WORLD.index(word)) for i, words in enumerate(concepts) for word in words]
    dense = np.zeros((len(rows), len(WORLD)))
    for n, (_, word) in enumerate(rows):
        dense[n, word] = 1
    concept = np.array([i for i, _ in rows], np.int64)
    return ExemplarCodes(concept, np.arange(len(rows), dtype=np.int64), from_dense(dense))


def named(exemplars: ExemplarCodes, edges: Edges | None = None) -> list[str]:
    candidates = name_concepts(
        evidence_of(exemplars, edges or no_edges()), *small_world(), rule="shared"
    )
    for names in candidates:
        assert len(names) <= CANDIDATES and all(0 <= c.score <= 1.001 for c in names)
        assert len({c.term for c in names}) == len(names)
    return [names[0].term if names else "" for names in candidates]


def test_a_concept_is_named_after_what_most_of_its_exemplars_are():
    names = named(
        shown(
            ["spaniel"] * 3,
            ["dog", "dog", "spaniel"],
            ["dog", "cat", "hammer", "saw", "cat"],
            ["hammer", "saw", "hammer", "saw", "dog"],
            ["red", "red", "dog"],
        )
    )
    assert names[:5] == ["spaniel", "dog", "animal", "tool", "red"]  # "chordate": nobody writes it
    assert names[5:] == [""] * 5


def test_a_word_above_everything_is_no_name():
    assert "entity" not in named(shown(["dog", "hammer", "red"], ["entity"] * 3))


def test_a_parent_also_counts_its_children():
    alone = shown(["spaniel"] * 11 + ["hammer"] * 9, ["cat"] * 4, ["saw"] * 4)
    assert named(alone)[0] == "spaniel"
    edge = np.array([1, 2], np.int32)
    ones = np.ones(2, np.float32)
    counts = np.full(2, 99, np.int64)
    edges = Edges(
        edge, np.zeros(2, np.int32), ones, ones * 0, counts, counts, counts, counts, counts > 9
    )
    assert named(alone, edges)[0] == "animal"


def test_a_child_is_told_apart_from_its_parent_where_it_can_be():
    exemplars = shown(
        ["spaniel", "dog", "dog", "dog", "cat"],
        ["dog", "dog", "dog", "spaniel", "spaniel"],  # "dog" too; "spaniel" covers 2 of 5
        ["dog"] * 5,  # nothing more specific to say
    )
    edge, ones, counts = np.array([1, 2], np.int32), np.ones(2, np.float32), np.full(2, 99)
    edges = Edges(
        edge, np.zeros(2, np.int32), ones, ones * 0, counts, counts, counts, counts, counts > 9
    )
    assert named(exemplars)[:3] == ["dog", "dog", "dog"]
    assert named(exemplars, edges)[:3] == ["dog", "spaniel", "dog"]


def test_the_shared_rule_needs_no_hypernyms():
    """A vocabulary of a user's own: each word stands for itself."""
    words = random_words(2, 50, len(WORLD))
    evidence = evidence_of(shown(["dog", "cat"], ["saw"]), no_edges())
    candidates = name_concepts(evidence, words, no_hypernyms(), rule="shared")
    nearest = int(np.argmax(words.embeddings[:, WORLD.index("saw")]))
    assert candidates[1][0].term == words.terms[nearest] and len(candidates[0]) == CANDIDATES


def test_exemplars_rule_names_the_mean_of_the_exemplars():
    evidence = evidence_of(shown(["dog", "dog", "cat"]), no_edges())
    found = name_concepts(evidence, *small_world(), rule="exemplars")
    assert [c.term for c in found[0]] == ["dog", "cat"] and found[1] == []
    assert found[0][0].score == pytest.approx(2 / 5**0.5, abs=1e-3)


def test_the_shipped_table_knows_hypernyms(tmp_path):
    table = hypernyms.shipped()
    dog, animal, artifact, poodle = "n02084071", "n00015388", "n00021939", "n02113335"
    above = table.ancestors([dog, animal, artifact, poodle, "", dog]).toarray().astype(int)
    assert above[0].tolist() == [1, 1, 0, 0, 0, 0]
    assert above[3].tolist() == [1, 1, 0, 1, 0, 0]
    assert above[4].tolist() == [0, 0, 0, 0, 1, 0] and above[5].tolist() == [1, 1, 0, 0, 0, 1]
    assert table.frequencies([animal, "", "n99999999"]).tolist() == [67, 0, 0]
    hypernyms.save(table, tmp_path / "table.npz")
    again = hypernyms.load(tmp_path / "table.npz")
    for name, column in vars(table).items():
        assert np.array_equal(getattr(again, name), column)


def test_specialness_falls_with_the_number_of_terms_below():
    words, table = small_world()
    values = specialness(table.ancestors(words.synsets))
    assert values[WORLD.index("spaniel")] == 1 and values[WORLD.index("entity")] < 0.05
    assert values[WORLD.index("animal")] < values[WORLD.index("chordate")] < values[3]
