"""Concepts as shown: what the machine found, what persons said over it, and how both are found."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from insight_app.project import judgements as j
from insight_app.project.judgements import CurationState, Person
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.finding import search
from insight_app.project.judgements.hierarchy import ReviewStatus
from insight_app.project.judgements.store import Judgements
from tests.small_results import NAMES, TREE, Edges, Results, shown, state_of, touched


def test_without_judgements_the_machines_results_are_shown() -> None:
    catalogue = Catalogue(Results(TREE), CurationState())
    assert catalogue.size == 8 and catalogue.names == NAMES
    assert not catalogue.by_person.any() and not catalogue.status.any()
    edge = catalogue.edge(2, 1)
    assert edge is not None and (edge.source, edge.cells) == ("dictionary", 40)
    assert edge.strength > edge.reverse_strength > 0 and not edge.by_person
    assert [edge.parent for edge in catalogue.parents(2)] == [1, 0]
    assert [edge.child for edge in catalogue.children(0)] == [1, 2]
    assert catalogue.reviewed_share() == 0.0


def test_roots_are_what_is_shown_below_nothing_shown_and_ever_fired() -> None:
    catalogue = Catalogue(Results(TREE), CurationState())
    assert catalogue.roots() == [0, 3, 5, 7]
    catalogue = Catalogue(Results(TREE), state_of(j.hide("f:3"), j.rename("f:6", "fog")))
    assert catalogue.roots() == [0, 4, 5, 7, 6]


@dataclass(frozen=True)
class Uncoded(Results):
    """A dictionary alone: no photo was coded."""

    @property
    def images(self) -> NDArray[np.int64]:
        return np.zeros(self.F, np.int64)

    cells = images

    @property
    def total(self) -> NDArray[np.float64]:
        return np.zeros(self.F)


def test_without_photos_what_has_a_name_or_a_relation_is_shown_and_can_be_reviewed() -> None:
    catalogue = Catalogue(Uncoded(Edges([(1, 0), (6, 3)])), CurationState())
    assert catalogue.is_active.all() and catalogue.roots() == [0, 2, 3, 4, 5, 7]
    nameless = ("", "dog", "", "", "", "", "", "")
    catalogue = Catalogue(Uncoded(Edges([(6, 3)]), nameless), CurationState())
    assert np.flatnonzero(catalogue.is_active).tolist() == [1, 3, 6]
    assert catalogue.roots() == [1, 3] and catalogue.reviewed_share() == 0
    accepted = state_of(j.accept("f:1", "dog"))
    assert Catalogue(Uncoded(Edges([(6, 3)]), nameless), accepted).reviewed_share() == 1 / 3
    silent = Catalogue(Uncoded(Edges(), ("",) * 8), CurationState())
    assert silent.roots() == list(range(8))


def test_a_persons_name_wins_over_the_machines_also_over_a_later_one() -> None:
    state = state_of(j.accept("f:1", "dog"), j.rename("f:4", "motorcar"))
    catalogue = Catalogue(Results(TREE), state)
    assert (catalogue.names[1], catalogue.names[4]) == ("dog", "motorcar")
    assert catalogue.by_person.nonzero()[0].tolist() == [1, 4]
    later = Results(TREE, machine_names=["x"] * 8)
    catalogue = Catalogue(later, state)
    assert catalogue.names == ["x", "dog", "x", "x", "motorcar", "x", "x", "x"]
    assert catalogue.status[[1, 4]].tolist() == [ReviewStatus.ACCEPTED] * 2


def test_a_status_counts_only_for_the_name_it_was_said_of() -> None:
    state = state_of(j.reject("f:7", "tiger salamander"), j.unsure("f:6", ""))
    catalogue = Catalogue(Results(), state)
    assert (catalogue.status[7], catalogue.status[6]) == (
        ReviewStatus.REJECTED,
        ReviewStatus.UNSURE,
    )
    assert catalogue.names[7] == "tiger salamander" and not catalogue.by_person[7]
    renamed = Results(machine_names=["animal"] * 8)
    assert Catalogue(renamed, state).status[7] == ReviewStatus.UNREVIEWED


def test_persons_relations_are_laid_over_the_machines() -> None:
    state = state_of(
        *j.move("f:2", "f:1", "f:3"),
        j.accept_relation("f:1", "f:0"),
        j.reject_relation("f:4", "f:3"),
        j.unsure_relation("f:2", "f:0"),
    )
    catalogue = Catalogue(Results(TREE), state)
    assert [(edge.parent, edge.status) for edge in catalogue.parents(2)] == [(0, 2), (3, 1)]
    added, accepted = catalogue.edge(2, 3), catalogue.edge(1, 0)
    assert added is not None and (added.source, added.by_person) == ("person", True)
    assert accepted is not None and (accepted.source, accepted.by_person) == ("data", True)
    assert catalogue.edge(2, 1) is None and catalogue.edge(4, 3) is None
    assert [edge.parent for edge in catalogue.withdrawn(2)] == [1]
    assert len(catalogue.edges()) == 3


def test_what_a_person_accepted_stays_when_the_machine_drops_it_and_is_marked() -> None:
    state = state_of(
        j.accept_relation("f:1", "f:0"),
        j.unsure_relation("f:2", "f:0"),
        j.add_parent("f:4", "f:3"),
    )
    catalogue = Catalogue(Results(Edges([])), state)
    kept, own = catalogue.edge(1, 0), catalogue.edge(4, 3)
    assert kept is not None and kept.is_gone and kept.cells == 0
    assert own is not None and not own.is_gone
    assert catalogue.edge(2, 0) is None


def test_named_concepts_of_an_earlier_dictionary_stay_and_are_marked() -> None:
    state = state_of(j.accept("old:5", "heron"), j.note("old:6", "a note"), j.hide("old:7"))
    catalogue = Catalogue(Results(), state)
    row = catalogue.row_of("old:5")
    assert row == 8 and catalogue.size == 9 and catalogue.is_gone[row]
    assert catalogue.names[row] == "heron" and catalogue.images[row] == 0
    assert catalogue.row_of("old:6") is None and catalogue.row_of("f:99") is None
    assert [catalogue.row_of(catalogue.id_of(row)) for row in range(9)] == list(range(9))


def test_a_concept_of_ones_own_can_be_made_used_and_taken_back(tmp_path: Path) -> None:
    judgements = Judgements.open(tmp_path / "judgements.sqlite", Person("ada", "Ada"))
    catalogue = Catalogue(Results(TREE), judgements.state)
    own = j.own_concept()
    acts = [j.create(own, "pet"), j.add_parent("f:1", own), j.add_parent(own, "f:0")]
    rows = catalogue.apply(judgements.state, judgements.judge(acts, "Grouped under pet"))
    row = catalogue.row_of(own)
    assert row == 8 and rows == {0, 1, 8}
    assert catalogue.names[8] == "pet" and not catalogue.is_gone[8]
    assert {edge.parent for edge in catalogue.parents(1)} == {0, 8}
    assert catalogue.search("pet") == [8]
    catalogue.apply(judgements.state, judgements.undo())
    assert catalogue.hidden[8] and catalogue.children(8) == [] and catalogue.search("pet") == []
    assert shown(catalogue) == shown(Catalogue(Results(TREE), judgements.state))
    judgements.close()


def test_a_parent_is_refused_with_the_reason() -> None:
    catalogue = Catalogue(Results(TREE), CurationState())
    assert catalogue.refusal(0, 0) == "“animal” cannot be below itself."
    assert catalogue.refusal(2, 1) == "“puppy” is already below “dog”."
    refusal = catalogue.refusal(0, 2)
    assert refusal is not None and "“puppy” is itself below “animal”" in refusal
    assert catalogue.refusal(4, 0) is None and catalogue.refusal(6, 0) is None


def test_where_a_persons_relation_closes_a_circle_the_machines_weakest_steps_back() -> None:
    state = state_of(j.add_parent("f:0", "f:2"))
    catalogue = Catalogue(Results(TREE), state)
    assert catalogue.edge(0, 2) is not None
    assert {(edge.child, edge.parent) for edge in catalogue.dropped} == {(2, 1), (2, 0)}
    act = j.remove_parent("f:0", "f:2")
    rows = catalogue.apply(state_of(j.add_parent("f:0", "f:2"), act), touched(act))
    assert catalogue.dropped == [] and catalogue.edge(2, 1) is not None and rows == {0, 1, 2}


# ---- finding


@pytest.fixture
def catalogue() -> Catalogue:
    state = state_of(
        j.accept("f:1", "dog"),
        j.reject("f:7", "tiger salamander"),
        j.hide("f:4"),
        j.rename("f:3", "hot dog cart"),
    )
    return Catalogue(Results(TREE), state)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", [0, 1, 2, 3, 5, 7, 6]),
        ("dog", [1, 3]),
        ("DOG  cart", [3]),
        ('"cart dog"', []),
        ("ecole", [5]),
        ("wolf", [1]),
        ("kind of amphibian", [7]),
        ("al", [0, 7]),
        ("status:accepted", [1, 3]),
        ("status:rejected", [7]),
        ("status:accepted status:rejected dog", [1, 3]),
        ("status:unreviewed level:1-2 min:1", [5]),
        ("level:0", [0, 1, 2]),
        ("hidden:yes", [4]),
        ("hidden:all car", [4, 3]),
        ('parent:"animal"', [1, 2]),
        ("parent:ANIM puppy", [2]),
        ("by:person", [1, 3]),
        ("min:70", [0, 1]),
        ("status:silly", []),
        ("nothing of the kind", []),
    ],
)
def test_words_and_filters_find_rows_best_first(
    catalogue: Catalogue, text: str, rows: list[int]
) -> None:
    assert catalogue.search(text) == rows


def test_a_hit_says_why_it_is_one_where_its_name_does_not(catalogue: Catalogue) -> None:
    for text in ("puppy", "al", "wolf", "kind of amphibian", "status:accepted"):
        words = search.parse(text).words
        reasons = []
        for row in catalogue.search(text):
            why = catalogue.why_found(row, text)
            name = search.folded(catalogue.names[row])
            assert (why == "") == all(word in name for word in words)
            assert not why.startswith("via ") or any(word in why for word in words)
            reasons.append(("", "v", "b").index(why[:1]))
        assert reasons == sorted(reasons), "names, candidates, meanings"
    assert catalogue.why_found(catalogue.search("wolf")[0], "wolf") == "via wolf"
    assert catalogue.why_found(7, "kind of amphibian") == "by meaning"


def test_a_new_name_is_found_at_once_and_the_old_one_no_more(catalogue: Catalogue) -> None:
    assert catalogue.search("puppy") == [2]
    act = j.rename("f:2", "whelp")
    catalogue.apply(state_of(act), touched(act))
    assert catalogue.search("whelp") == [2] and catalogue.search("puppy") == []


DOUBTED = Results(
    Edges([(1, 0), (2, 1), (4, 3)]),
    probability={0: 0.1, 1: 0.24, 2: 0.25, 5: 0.9},
    clarity_of={0: 0.9, 1: 0.49, 3: 0.5, 4: 0.2, 5: 0.2},
    before={1: "fireboat", 2: "puppet"},
)


def test_a_machines_name_is_doubtful_until_it_is_a_persons() -> None:
    catalogue = Catalogue(DOUBTED, CurationState())
    assert np.flatnonzero(catalogue.doubtful).tolist() == [0, 1]
    state = state_of(j.accept("f:0", "animal"), j.reject("f:1", "dog"))
    judged = Catalogue(DOUBTED, state)
    assert np.flatnonzero(judged.doubtful).tolist() == [1]  # a wrong name is the machine's still
    catalogue.apply(state, touched(j.accept("f:0", "animal")))
    assert np.flatnonzero(catalogue.doubtful).tolist() == [1]


@pytest.mark.parametrize(
    "act",
    [
        j.accept("f:1", "dog"),
        j.unsure("f:1", "dog"),
        j.reject("f:1", "dog"),
        j.rename("f:1", "wolf"),
        j.note("f:1", "a wolf?"),
        j.add_parent("f:3", "f:1"),
        j.accept_relation("f:1", "f:0"),
    ],
    ids=lambda act: act.kind,
)
def test_what_shows_nothing_in_common_is_folded_until_a_person_speaks_of_it(act: j.Act) -> None:
    catalogue = Catalogue(DOUBTED, CurationState())
    # The photos of 5 have as little in common, but a name that is not doubtful.
    assert np.flatnonzero(catalogue.folded).tolist() == [1, 4]
    assert catalogue.roots() == [0, 2, 3, 5, 7]  # what is below a folded one stands at the top
    assert catalogue.apply(state_of(act), touched(act)) >= {1}
    assert np.flatnonzero(catalogue.folded).tolist() == [4]
    catalogue.apply(CurationState(), touched(act))
    assert np.flatnonzero(catalogue.folded).tolist() == [1, 4]


def test_doubt_change_and_clarity_are_filters_and_nothing_folded_is_hidden_from_a_search() -> None:
    catalogue = Catalogue(DOUBTED, state_of(j.rename("f:2", "pup")))
    assert sorted(catalogue.search("doubtful:yes")) == [0, 1]
    assert sorted(catalogue.search("doubtful:no min:1")) == [2, 3, 4, 5, 7]
    assert catalogue.search("changed:yes") == [1]  # the name in force of 2 is a person's
    assert sorted(catalogue.search("common:no")) == [1, 4]
    assert catalogue.search("dog") == [1] and not catalogue.hidden[1]
    assert catalogue.search("doubtful:perhaps") == []


@given(st.text(max_size=30))
def test_no_text_breaks_the_search(text: str) -> None:
    query = search.parse(text)
    assert all(word == search.folded(word) for word in query.words)
    Catalogue(Results(TREE), CurationState()).search(text)


def test_the_share_reviewed_is_of_activation_and_counts_hidden_ones(catalogue: Catalogue) -> None:
    total = Results().total
    assert catalogue.reviewed_share() == pytest.approx(total[[1, 3, 4, 7]].sum() / total.sum())
