"""The rule "likely": what photos show, what came with a dictionary, and what is made of both."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from insight_app.concepts.codes import from_dense
from insight_app.concepts.naming import likelihood, likely, photo_classes
from insight_app.concepts.naming.evidence import Evidence, ExemplarCodes
from insight_app.concepts.naming.hypernyms import Hypernyms
from insight_app.concepts.naming.likelihood import Candidates, Likelihood
from insight_app.concepts.naming.photo_classes import KeptOfPhoto, PhotoClasses
from insight_app.concepts.naming.prior import prior_of
from insight_app.concepts.naming.rules import name_concepts, usable_rule
from insight_app.concepts.naming.shown import Shown, shown
from insight_app.concepts.relations import Edges
from insight_app.concepts.statistics import CoOccurrence
from insight_app.errors import KnownError

TERMS = ["animal", "dog", "spaniel", "cat", "car", "bus"]
SYNSETS = [f"n{n:08}" for n in range(1, 7)]
ANIMAL, DOG, SPANIEL, CAT, CAR, BUS = range(6)
USUAL = np.log([[13.0, 70.0, 7.0]])
FOREIGN = np.log([[4.0, 120.0, 13.0]])


@dataclass(frozen=True)
class Words:
    terms: list[str]
    embeddings: np.ndarray
    synsets: list[str]
    readings: np.ndarray


WORDS = Words(TERMS, np.eye(6, dtype=np.float32), SYNSETS, np.zeros(6, np.uint8))
# animal > dog > spaniel, animal > cat; all are written often.
NOUNS = Hypernyms(
    np.arange(1, 7, dtype=np.int32),
    np.array([DOG, SPANIEL, CAT], np.int32),
    np.array([ANIMAL, DOG, ANIMAL], np.int32),
    np.full(6, 9, np.int32),
)


def of(words: list[float], photos: list[float], worth: float, measures=USUAL) -> Shown:
    """What one concept's photos show."""
    return Shown(
        csr_array([words]),
        csr_array([photos]),
        np.array([worth]),
        np.array([2.0]),
        measures,
        measures[0] if worth else np.full(3, np.nan),
    )


def both(one: Shown, other: Shown) -> Shown:
    from scipy.sparse import vstack

    joined = {
        name: vstack([getattr(one, name), getattr(other, name)], format="csr")
        for name in ("words", "photos")
    } | {
        name: np.concatenate([getattr(one, name), getattr(other, name)])
        for name in ("worth", "strength", "measures")
    }
    return Shown(**joined, usual=one.usual)


def named(own: Shown | None, prior: Shown | None = None):
    return likely.named(own, prior, WORDS, NOUNS, likelihood.shipped(), 8)


def test_a_photo_votes_with_its_cells_and_with_its_classes_and_less_where_it_is_weak() -> None:
    # Concept 0: two cells in photo 3, one in photo 8; concept 1 has none.
    dense = np.array([[2.0, 0], [4.0, 0], [1.0, 0]])
    exemplars = ExemplarCodes(np.zeros(3, np.int64), np.array([3, 3, 8]), from_dense(dense))
    np.testing.assert_array_equal(exemplars.strengths, [2, 4, 1])
    decoder = np.eye(6, dtype=np.float32)[[DOG, CAR]]
    photos = PhotoClasses(
        np.array([3, 8]),
        np.array([[0, 1], [1, 2]]),
        np.array([[9.0, -50], [9.0, -50]], np.float32),
        np.concatenate([USUAL, FOREIGN]),
    )
    class_terms = np.array([SPANIEL, CAT, -1])
    found = shown(exemplars, decoder, WORDS, photos, class_terms)
    np.testing.assert_allclose(found.photos.toarray()[0, [SPANIEL, CAT]], [2 / 3, 1 / 3], atol=1e-6)
    assert found.words.toarray()[0].argmax() == DOG and not found.words.toarray()[1].any()
    np.testing.assert_array_equal(found.worth, [2, 0])
    np.testing.assert_array_equal(found.strength, [2.5, 0])  # the means of 4 and 1, and of none
    np.testing.assert_allclose(found.measures[0], (2 * USUAL[0] + FOREIGN[0]) / 3)
    np.testing.assert_allclose(found.usual, (USUAL[0] + FOREIGN[0]) / 2)
    # Where 2 is usual, photo 8 with 1 counts a quarter; photo 3 with 4 no more than fully.
    weak = shown(exemplars, decoder, WORDS, photos, class_terms, np.array([2.0, 2.0]))
    np.testing.assert_allclose(weak.photos.toarray()[0, [SPANIEL, CAT]], [8 / 9, 1 / 9], atol=1e-6)
    np.testing.assert_allclose(weak.worth, [1.25, 0])


def test_few_photos_leave_the_shipped_name_and_many_decide() -> None:
    came = of([0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 1, 0], 30)  # car
    mine = [0, 0, 0, 0, 0.1, 0.9]  # a bus
    names = {}
    for worth in (0.5, 25.0):
        row = named(of(mine, mine, worth), came)[0]
        names[worth] = row[0].term
        assert [one.score for one in row] == sorted((one.score for one in row), reverse=True)
    assert names == {0.5: "car", 25.0: "bus"}
    assert named(None, came)[0][0].term == "car"
    assert named(of(mine, mine, 25.0))[0][0].term == "bus"


def test_a_name_that_a_surer_concept_has_costs_more() -> None:
    sure = of([0, 1, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0], 25)
    torn = of([0, 0.2, 0.7, 0, 0, 0], [0, 0.2, 0.7, 0, 0, 0], 25)
    alone = named(torn)[0][0].term
    assert alone == named(sure)[0][0].term == "dog"
    together = named(both(torn, sure))
    assert [row[0].term for row in together] == ["spaniel", "dog"]


def test_photos_far_from_what_the_encoder_knows_make_names_doubtful() -> None:
    votes = [0, 0, 0.9, 0, 0, 0]
    usual, foreign = (
        named(of(votes, votes, 25, measures))[0][0].probability for measures in (USUAL, FOREIGN)
    )
    assert usual > 0.5 and foreign < 0.25
    # What is usual is asked of the photos at hand, also for a concept that few of them show.
    came = of(votes, votes, 30)
    few = replace(of([0] * 6, [0] * 6, 0.1, FOREIGN), usual=FOREIGN[0])
    assert named(few, came)[0][0].probability < 0.25 < named(None, came)[0][0].probability


def test_what_came_with_a_dictionary_is_the_same_after_it_was_kept() -> None:
    came = both(of([0, 0.5, 0.25, 0, 0, 0], [0, 0, 1, 0, 0, 0], 7), of([0] * 6, [0] * 6, 0))
    prior = prior_of([[], []], came, WORDS)
    again = prior.shown(WORDS)
    for name in ("words", "photos"):
        np.testing.assert_allclose(
            getattr(again, name).toarray(), getattr(came, name).toarray(), atol=1e-3
        )
    np.testing.assert_allclose(again.measures, came.measures, rtol=1e-6)
    assert np.isnan(again.usual).all()
    assert replace(prior, photos=None).shown(WORDS) is None


def test_without_the_classes_of_photos_another_rule_stands_in() -> None:
    nothing = Evidence(
        np.eye(6, dtype=np.float32)[:1],
        np.zeros(6, np.float32),
        ExemplarCodes(np.zeros(0, np.int64), np.zeros(0, np.int64), from_dense(np.zeros((0, 1)))),
        CoOccurrence(1),
        Edges(*(np.zeros(0, t) for t in ("i4", "i4", "f4", "f4", "i8", "i8", "i8", "i8", "?"))),
    )
    assert usable_rule("likely", nothing) == "shared" and usable_rule("published", nothing) == (
        "published"
    )
    with pytest.raises(ValueError, match="classes"):
        name_concepts(nothing, WORDS, NOUNS, rule="likely")
    whole = KeptOfPhoto(
        np.arange(2, dtype=np.uint16), np.ones(2, np.float16), np.ones(4, np.float16)
    )
    older = KeptOfPhoto(np.zeros(0, np.uint16), np.zeros(0, np.float16), np.zeros(0, np.float16))
    assert photo_classes.photo_classes({4: whole, 9: older}) is None
    assert photo_classes.photo_classes({9: whole, 4: whole}).image.tolist() == [4, 9]


def test_the_fit_finds_the_weights_that_made_the_answers(tmp_path) -> None:
    rng = np.random.default_rng(0)
    n = 20_000
    columns = rng.uniform(0.05, 0.95, (8, n))
    found = Candidates(np.zeros(n, np.int64), np.zeros(n, np.int64), *columns)
    truth = Likelihood((0.0,) * 11, (1.0,) * 11, (0.4, 0.8, 0, 1, 0, 0, -1, 0, 0.5, 0, 0), -0.5)
    chance = truth.probability(found)
    right = rng.random(n) < chance
    fitted = likelihood.fitted(found.features(), right, np.ones(n), ridge=1e-6)
    assert np.abs(fitted.probability(found) - chance).max() < 0.1
    # Shuffled answers teach nothing but their mean.
    nothing = likelihood.fitted(found.features(), rng.permutation(right), np.ones(n))
    assert np.abs(nothing.probability(found) - right.mean()).max() < 0.06

    likelihood.save(fitted, tmp_path / "naming.json", {"from": "a test"})
    again = likelihood.load(tmp_path / "naming.json")
    np.testing.assert_allclose(again.probability(found), fitted.probability(found))
    (tmp_path / "naming.json").write_text('{"features": []}')
    with pytest.raises(KnownError, match="other features"):
        likelihood.load(tmp_path / "naming.json")
