"""How names are alike, what nouns mean, and what groups points fall into."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from insight_app.concepts.likeness import clusters, lexicon
from insight_app.concepts.likeness.spelling import deletions, form, is_slip, plain
from insight_app.errors import KnownError

LETTERS = st.text("abcdé", min_size=4, max_size=9)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Wind screen", "windscreens"),
        ("wind-screen", "WINDSCREEN"),
        ("berries", "berry"),
        ("screen, wind", "wind screen"),
        ("Fähre", "fahre"),
        ("wolves", "wolf"),
        ("boxes", "box"),
    ],
)
def test_forms_of_a_name_are_one(one, other):
    assert form(one) == form(other) != ""


@pytest.mark.parametrize(("one", "other"), [("glass", "glas"), ("bus", "bu"), ("cat", "car")])
def test_other_words_are_not(one, other):
    assert form(one) != form(other)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("labrador", "labradour", True),
        ("labrador", "lbarador", True),
        ("labrador", "labrabor", True),
        ("labrador", "labrador", False),
        ("labrador", "lbaradour", False),
        ("cat", "cot", False),
        ("texture 18", "texture 19", False),
    ],
)
def test_a_slip_is_one_letter_of_many(one, other, expected):
    assert is_slip(one, other) is is_slip(other, one) is expected


@given(LETTERS, LETTERS)
def test_names_with_a_slip_between_them_have_a_shortened_form_in_common(one, other):
    one, other = plain(one), plain(other)
    assert is_slip(one, other) == slip_by_trying(one, other)
    if is_slip(one, other):
        assert set(deletions(one)) & set(deletions(other))


def slip_by_trying(one, other):
    """All that one slip can make of a name, tried."""
    places = range(len(one) + 1)
    made = {one[:n] + one[n + 1 :] for n in places}
    made |= {one[:n] + letter + one[n:] for n in places for letter in "abcde"}
    made |= {one[:n] + letter + one[n + 1 :] for n in places for letter in "abcde" if one[n:]}
    made |= {one[:n] + one[n + 1] + one[n] + one[n + 2 :] for n in range(len(one) - 1)}
    return other in made and one != other and min(len(one), len(other)) >= 5


# ---- meanings


def test_the_shipped_table_knows_kinds_and_parts(tmp_path):
    table = lexicon.shipped()

    def above(word):
        return {table.word(up) for sense in table.senses(word) for up in table.kinds(sense)}

    def wholes(word):
        return {table.word(up) for sense in table.senses(word) for up in table.wholes(sense)}

    assert {"animal", "mammal"} <= above("Dogs")
    assert table.senses("dog") == table.senses("DOG") and not table.senses("xyzzy")
    assert "wheeled vehicle" in wholes("wheel") and "bird" in wholes("beak")
    assert table.senses("wind screen") == table.senses("windshield") != ()
    animal = table.senses("animal")[0]
    nearest = {table.word(up): steps for up, steps in table.kinds(table.senses("cat")[0]).items()}
    assert nearest["cat"] == 0 < nearest["feline"] < nearest["animal"]
    assert table.sense_of(f"n{table.synsets[animal]:08d}") == animal
    assert table.sense_of("n00000001") is None and table.sense_of("") is None
    lexicon.save(table, tmp_path / "table.npz")
    again = lexicon.load(tmp_path / "table.npz")
    assert again.words == table.words and again.senses("cat") == table.senses("cat")


def test_a_damaged_table_is_said(tmp_path):
    (tmp_path / "table.npz").write_bytes(b"PK no table")
    with pytest.raises(KnownError, match="table of nouns"):
        lexicon.load(tmp_path / "table.npz")


# ---- groups


def two_clouds(distance, n=60, seed=1):
    """Points around a direction that all share, and one of two others."""
    rng = np.random.default_rng(seed)
    which = np.arange(n) % 3 == 0
    shared, one, other = np.eye(16, dtype=np.float32)[:3]
    points = 3 * shared + distance * np.where(which[:, None], one, other)
    noise = 0.3 * rng.normal(size=(n, 16))
    return (points + noise).astype(np.float32), which.astype(np.int64)


def test_groups_are_found_the_largest_first_and_again_in_other_points():
    points, which = two_clouds(2.0)
    assert np.array_equal(clusters.groups(points, 2), which)
    assert clusters.stability(points, 2) > 0.95
    assert (clusters.typical(points, which) > 0).all()


def test_groups_that_are_none_are_not_found_again():
    points, _ = two_clouds(0.0)
    assert clusters.stability(points, 2) < 0.5


def test_agreement_is_one_for_the_same_groups_and_about_zero_by_chance():
    rng = np.random.default_rng(0)
    one = rng.integers(0, 3, 3000)
    assert clusters.agreement(one, (one + 1) % 3) == 1
    assert abs(clusters.agreement(one, rng.integers(0, 3, 3000))) < 0.01
