"""`insight-app judge` on what concepts are made of, what they are called, and on photos."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from insight_app.cli.judging.words import WORDS
from insight_app.project.judgements import Alias, ConceptId, CurationState
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.log.kinds import KINDS
from insight_app.project.judgements.targets import About
from insight_app.project.project import Project
from tests.cli.conftest import Shell
from tests.cli.test_judging import bytes_of, entries
from tests.synthetic import DICTIONARY, NAMES, SCENES, make_project


def id_of(name: str) -> ConceptId:
    return ConceptId(f"{DICTIONARY}:{NAMES.index(name)}")


@contextmanager
def shown(project: Path) -> Iterator[Catalogue]:
    with Project.open(project, read_only=True) as opened:
        results = opened.results()
        assert results is not None
        with results:
            yield Catalogue(results, opened.judgements.state)


def state(project: Path) -> CurationState:
    with Project.open(project, read_only=True) as opened:
        return opened.judgements.state


def photos(project: Path) -> list[Path]:
    with Project.open(project, read_only=True) as opened:
        results = opened.results()
        assert results is not None
        with results:
            return [results.image(one).path for one in results.image_ids(status="coded")]


def test_merged_concepts_are_one_until_they_are_taken_apart(project: Path, shell: Shell) -> None:
    shell.do("judge", project, "bird", "rename", "robin")
    said = shell.do("judge", project, "dog", "merge", "robin", "flower")
    assert said == "Merged robin and flower into dog\n"
    assert len({one.group for one in entries(project)[1:]}) == 1
    assert state(project).aliases == {id_of("dog"): {Alias("robin")}}
    with shown(project) as catalogue:
        dog, bird, flower = (catalogue.row_of(id_of(one)) for one in ("dog", "bird", "flower"))
        assert catalogue.members(dog) == [bird, flower]
    assert "merged into dog" in shell.refused("judge", project, 11, "rename", "rose")
    assert shell.do("judge", project, "robin", "note", "both") == "Noted on dog\n"  # its alias
    assert shell.do("judge", project, 8, "unmerge") == "Took robin out of dog\n"
    assert not state(project).aliases, "its name goes with it"
    shell.do("undo", project)
    assert state(project).aliases == {id_of("dog"): {Alias("robin")}}
    shell.do("redo", project)
    assert not state(project).aliases
    assert shell.do("judge", project, "dog", "unmerge") == "Took flower out of dog\n"
    assert "Nothing is merged" in shell.refused("judge", project, "dog", "unmerge")
    with shown(project) as catalogue:
        assert not catalogue.is_merged.any() and catalogue.names[bird] == "robin"


def test_an_alias_stays_that_a_person_gave_or_that_is_the_name_of_who_remains(
    project: Path, shell: Shell, tmp_path: Path
) -> None:
    for concept in ("bird", "flower"):
        shell.do("judge", project, concept, "rename", "robin")
    shell.do("judge", project, "dog", "alias", "rover")
    shell.do("judge", project, "tree", "rename", "rover")
    shell.do("judge", project, "dog", "merge", 8, 11, "rover")
    names = {Alias("robin"), Alias("rover")}
    assert state(project).aliases == {id_of("dog"): names}
    shell.do("judge", project, "dog", "unmerge", "#8", 10)
    assert state(project).aliases == {id_of("dog"): names}, "of the flower; of the person"
    lines = tmp_path / "acts.csv"
    lines.write_text("concept,act,value\n#7,unmerge,#11\n#7,merge,#8\n#7,unmerge,#8\n")
    shell.do("judge", project, "--file", lines)
    assert state(project).aliases == {id_of("dog"): {Alias("rover")}}


def test_merges_of_merges_are_taken_out_one_by_one(project: Path, shell: Shell) -> None:
    shell.do("judge", project, "tree", "merge", "flower")
    shell.do("judge", project, "bird", "merge", "tree")
    shell.do("judge", project, "dog", "merge", "bird")
    with shown(project) as catalogue:
        assert len(catalogue.members(7)) == 3
    assert shell.do("judge", project, "dog", "unmerge", "tree") == "Took tree out of dog\n"
    with shown(project) as catalogue:
        assert (catalogue.members(7), catalogue.members(10)) == ([8], [11])  # as tree was before


def test_a_group_has_what_is_below_it(project: Path, shell: Shell) -> None:
    made = shell.json("judge", project, "pets", "group", "dog", "bird")["acts"][0]["made"]["pets"]
    with shown(project) as catalogue:
        row = catalogue.row_of(made)
        assert row is not None
        assert {edge.child for edge in catalogue.children(row)} == {7, 8}
        composition = catalogue.composition(row)
        assert composition is not None and composition.concepts == (7, 8)
    assert shell.do("judge", project, "pets", "ungroup") == "Unmade pets\n"
    with shown(project) as catalogue:
        assert catalogue.hidden[row] and not catalogue.children(row)
    assert "no group" in shell.refused("judge", project, "dog", "ungroup")


def test_what_is_merged_into_a_group_or_a_part_is_there_when_that_is_unmade(
    project: Path, shell: Shell
) -> None:
    one, other, *_ = photos(project)
    shell.do("judge", project, "pets", "group", "dog")
    shell.do("judge", project, "pets", "merge", "flower", "dog")
    assert "flower was merged into pets" in shell.do("judge", project, "pets", "ungroup")
    shell.do("judge", project, "dog", "split", "a", f"{one.name}#3", "b", f"{other.name}#3")
    shell.do("judge", project, "a", "merge", "flower")
    shell.do("judge", project, "dog", "unsplit")
    with shown(project) as catalogue:
        assert not catalogue.is_merged.any() and catalogue.is_listed[[7, 11]].all()


def test_a_concept_is_split_by_examples_and_made_whole_again(project: Path, shell: Shell) -> None:
    one, other, *_ = photos(project)
    typed = ("hound", f"{one.name}#17", f"{other}#3", "pup", f"{other.parent.name}/{other.name}#20")
    parts = shell.json("judge", project, "dog", "split", *typed)["acts"][0]["made"]
    with shown(project) as catalogue:
        rows = [catalogue.row_of(part) for part in parts.values()]
        assert set(catalogue.parts(7)) == set(rows)
        marked = [len(catalogue.marks(row)) for row in rows if row is not None]
        assert list(parts) == ["hound", "pup"] and marked == [2, 1]
        assert catalogue.composition(rows[0] or 0) is not None
    shell.do("judge", project, "pup", "mark", f"{one}#16", "no")
    assert "split already" in shell.refused("judge", project, "dog", "split", *typed)
    more = shell.do("judge", project, "dog", "split", "old dog", f"{other}#9")
    assert more.startswith("Split dog into old dog too\n")
    with shown(project) as catalogue:
        assert len(catalogue.parts(7)) == 3
    assert shell.do("judge", project, "dog", "unsplit") == "dog is whole again\n"
    with shown(project) as catalogue:
        assert catalogue.parts(7) == []
    assert "not split" in shell.refused("judge", project, "dog", "unsplit")


def test_without_examples_a_split_takes_those_that_the_photos_propose(
    project: Path, shell: Shell
) -> None:
    (act,) = shell.json("judge", project, "thing", "split", "a", "b")["acts"]
    with shown(project) as catalogue:
        rows = [catalogue.row_of(act["made"][name]) or 0 for name in "ab"]
        marked = [set(catalogue.marks(row)) for row in rows]
    assert all(marked) and marked[0].isdisjoint(marked[1])
    assert act["notes"][0].startswith("a: ") and act["notes"][-1].startswith("The parts are")


def test_aliases_definitions_tags_and_pairs(project: Path, shell: Shell) -> None:
    photo = photos(project)[0]
    shell.do("judge", project, "dog", "alias", "  Hund ", "de")
    shell.do("judge", project, "dog", "alias", "hound")
    shell.do("judge", project, "hund", "define", "A tame wolf.")
    shell.do("judge", project, "dog", "remove-alias", "hound")
    shell.do("judge", project, photo, "tag", "blurry")
    shell.do("judge", project, photo.name, "tag", "dark")
    shell.do("judge", project, photo, "untag", "blurry")
    shell.do("judge", project, "dog", "keep-apart", "bird", "car")
    shell.do("judge", project, "car", "allow-together", "dog")
    now = state(project)
    assert now.aliases == {id_of("dog"): {Alias("Hund", "de")}}
    assert now.concepts[id_of("dog")].definition == "A tame wolf."
    assert list(now.tags.values()) == [{"dark"}]
    assert now.apart == {tuple(sorted((id_of("dog"), id_of("bird"))))}


def test_relations_have_kinds_and_can_be_turned_round(project: Path, shell: Shell) -> None:
    assert shell.do("judge", project, "wheel", "kind", "car", "part-of") == (
        "wheel is a part of car\n"
    )
    shell.do("judge", project, "dog > animal", "kind", "is-a")
    shell.do("judge", project, "car", "reverse", "vehicle")
    pair = (id_of("vehicle"), id_of("car"))
    now = state(project).relations
    assert now[id_of("wheel"), id_of("car")].kind == "part-of" and now[pair].status == "added"
    assert now[id_of("dog"), id_of("animal")].kind == "is-a"
    shell.do("judge", project, "animal", "kind", "dog", "related")  # the other way round
    with shown(project) as catalogue:
        assert [(one.child, one.parent) for one in catalogue.related(7)] == [(6, 7)]
        assert catalogue.edge(7, 6) is not None and catalogue.edge(6, 7) is None
    shell.do("judge", project, "wheel", "kind", "car", "none")
    assert (id_of("wheel"), id_of("car")) not in state(project).relations


REFUSED = {
    "itself": (("dog", "merge", "dog"), "cannot be merged with itself"),
    "kept by itself": (("dog", "keep-apart", "dog"), "apart from itself"),
    "no member": (("dog", "unmerge", "bird"), "is not merged into"),
    "five parts": (("dog", "split", *"abcde"), "two parts or three"),
    "too few photos": (("sail", "split", "a", "b"), "are needed"),
    "related to itself": (("dog", "kind", "dog", "related"), "to itself"),
    "no part": (("dog", "unsplit", "bird"), "is no part of"),
    "one part": (("dog", "split", "a", "PHOTO#1"), "two parts"),
    "no name": (("dog", "split", "PHOTO#1", "PHOTO#2"), "comes before"),
    "one name": (("dog", "split", "a", "PHOTO#1", "a", "PHOTO#2"), "Two parts are called"),
    "no alias": (("dog", "remove-alias", "Hund"), "has no alias"),
    "no language": (("dog", "alias", "Hund", "d!"), "no code of a language"),
    "no text": (("dog", "alias", " "), "needs a text"),
    "no kind": (("dog", "kind", "animal", "sort-of"), "Kinds are: is-a"),
    "no relation": (("dog", "kind", "sky", "is-a"), "Nothing says"),
    "no way round": (("dog", "reverse", "sky"), "is not below"),
    "no photo": (("gone.jpg", "tag", "blurry"), "no photo gone.jpg"),
    "no tag": (("PHOTO", "tag", ""), "needs a text"),
    "no cell": (("dog", "mark", "PHOTO"), "names no cell"),
    "no such cell": (("dog", "mark", "PHOTO#196"), "go from 0 to 195"),
    "neither": (("dog", "mark", "PHOTO#1", "maybe"), "yes, no, none"),
    "a number as a name": (("7", "create"), "is a number, no name"),
    "a number as a group": (("#7", "group", "dog"), "NAME group CHILD..."),
    "nobody below": (("pets", "group"), "NAME group CHILD..."),
}


@pytest.mark.parametrize("half", (0, 1))
def test_what_cannot_be_done_is_said_and_changes_nothing(
    project: Path, shell: Shell, half: int
) -> None:
    photo = photos(project)[0]
    before = bytes_of(project)
    for typed, said in list(REFUSED.values())[half::2]:
        asked = [one.replace("PHOTO", photo.name) for one in typed]
        told = shell.refused("judge", project, *asked, "--dry-run")
        assert said in told and "Nothing was changed." in told
    assert bytes_of(project) == before


def test_photos_of_one_name_are_told_apart_by_their_folders(tmp_path: Path, shell: Shell) -> None:
    project = make_project(
        tmp_path / "P.insight",
        images=4,
        concepts=32,
        spell_file=lambda name: "p" if name not in SCENES and name[0] in "hs" else name,
    )
    told = shell.refused("judge", project, "p.jpg", "tag", "dark")
    assert "2 photos are called p.jpg" in told and "harbour" in told and "Say which" in told
    assert shell.do("judge", project, "harbour/p.jpg", "tag", "dark")
    assert "no photo" in shell.refused("judge", project, photos(project)[0].parent, "tag", "x")


def test_every_kind_of_judgement_can_be_typed(project: Path) -> None:
    """But for undo and redo, and findings, edits and signatures, which are commands."""
    other_words = {"relation-kind": "kind"}
    audit = {About.FINDING, About.EDIT, About.SIGNATURE}
    judged = {name for name, kind in KINDS.items() if kind.about not in audit}
    assert {other_words.get(kind, kind) for kind in judged} <= WORDS.keys()
