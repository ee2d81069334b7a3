"""What an export says is what the catalogue shows: the machine's word and the person's over it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from insight_app.exchange import json_format, registry
from insight_app.exchange.collecting import content_of
from insight_app.exchange.content import Concept, Content, Relation, short
from insight_app.exchange.finished import hierarchy, implied
from insight_app.project import judgements as j
from insight_app.project.judgements import CurationState
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.store import Judgements
from insight_app.project.project import Project
from insight_app.project.results.candidates import CandidateName
from insight_app.project.results.edge_table import DATA, DICTIONARY, EdgeTable
from insight_app.project.results.snapshot import Results
from tests.synthetic import make_project

NAMES = ("animal", "dog", "puppy", "\x1bcar\ud800", "", "boat")
PAIRS = ((1, 0), (2, 0), (2, 1), (3, 5))
EDGES = EdgeTable(
    *np.array(PAIRS, np.int32).T,
    strength=np.array([0.9, 0.7, 0.8, 0.76], np.float32),
    reverse_strength=np.array([0.1] * 4, np.float32),
    cells=np.array([50, 42, 40, 30]),
    images=np.array([12, 8, 8, 7]),
    source=np.array([DATA, DATA, DATA, DICTIONARY], np.uint8),
    child_cells=np.array([60, 50, 50, 0]),
    child_images=np.array([13, 9, 9, 0]),
    implied=np.array([False, True, False, False]),
    low=np.array([0.8, -1, -1, -1], np.float32),
    high=np.array([0.95, -1, -1, -1], np.float32),
    near=np.array([6, 5, 0, -1]),
    near_low=np.array([0.05, -1, -1, -1], np.float32),
    near_high=np.array([0.15, -1, -1, -1], np.float32),
)
"""From these photos, the second implied by its neighbours, and one from the dictionary."""


@dataclass(frozen=True)
class Found:
    """A machine's results, written down by hand."""

    F: int = len(NAMES)
    machine_names: Sequence[str] = NAMES
    edges: EdgeTable = EDGES
    relations_above: tuple[float, float] = (0.65, 0.75)
    dictionary: SimpleNamespace = field(
        default_factory=lambda: SimpleNamespace(fingerprint="f", title="Shipped")
    )
    encoder: tuple[str, str] = ("builtin", "e1")
    run_state: str = "finished"
    image_count: int = 12
    coded_images: int = 11
    tokens: int = 2156
    names_rule: str = "shared"
    names_unit: str = "share of votes"
    names_photos: int = 11
    clarity_bound: float = 0.4
    names_before: Sequence[str] = ("", "fireboat", "", "", "", "")

    @property
    def name_probability(self) -> NDArray[np.float32]:
        return np.array([0.5, 0.125, np.nan, 0.75, 0, 0.2], np.float32)

    @property
    def clarity(self) -> NDArray[np.float32]:
        return np.array([0.75, 0.25, np.nan, 0.5, np.nan, 0.5], np.float32)

    def name_source(self, concept: int) -> str:
        return "after 11 of your photos" if concept else "shipped with the dictionary"

    @property
    def levels(self) -> NDArray[np.uint8]:
        return np.array([0, 1, 1, 1, 0, 0], np.uint8)

    @property
    def images(self) -> NDArray[np.int64]:
        return np.array([10, 6, 3, 7, 0, 8])

    cells = images

    @property
    def total(self) -> NDArray[np.float64]:
        return self.images / 7

    @property
    def maximum(self) -> NDArray[np.float16]:
        return (self.images / 7).astype(np.float16)

    mean = total

    def candidates(self, concept: int) -> Sequence[SimpleNamespace]:
        terms = {1: ("dog", "canine"), 3: ("car", "wagon")}.get(concept, ())
        return [
            CandidateName(term, "noun", 0.3 + n / 8, f"kind of {term}")
            for n, term in enumerate(terms)
        ]


def exported(*acts: j.Act) -> Content:
    return content_of("birds", Found(), state_of(*acts), [])


def state_of(*acts: j.Act) -> CurationState:
    """The state after these acts, without a log."""
    state: CurationState = CurationState()
    values: dict[str, dict[str, j.acts.Value]] = {}
    for act in acts:
        values.setdefault(act.target, {}).update(act.after)
        state.set(act.target, values[act.target])
    return state


def concept(content: Content, identifier: str) -> Concept:
    return next(one for one in content.concepts if one.id == identifier)


def relation(content: Content, child: str, parent: str) -> Relation:
    return next(one for one in content.relations if (one.child, one.parent) == (child, parent))


def test_the_machines_word_is_called_the_machines() -> None:
    content = exported()
    dog = concept(content, "f:1")
    assert (dog.name, dog.named_by, dog.status) == ("dog", "machine", "unreviewed")
    assert (dog.level, dog.images, dog.maximum) == (1, 6, 0.8569336)
    assert dog.meaning == "kind of dog" and dog.other_names == ("canine",)
    nobody = concept(content, "f:4")
    assert (nobody.label, nobody.named_by) == ("concept 4", "nobody")
    assert relation(content, "f:1", "f:0").source == "data"
    assert relation(content, "f:3", "f:5").source == "dictionary"
    assert content.provenance.coded_images == 11
    assert content.provenance.dictionary == "Shipped"


def test_how_sure_a_machines_name_is_and_what_it_rests_on_is_told() -> None:
    content = exported(j.accept("f:5", "boat"))
    dog, boat, animal = (concept(content, f"f:{row}") for row in (1, 5, 0))
    assert (dog.is_doubtful, dog.name_probability) == (True, 0.125)
    assert (dog.name_from, dog.name_before) == ("after 11 of your photos", "fireboat")
    assert (dog.clarity, dog.has_nothing_in_common) == (0.25, True)
    assert not boat.is_doubtful and boat.name_probability == 0.2  # a person said so
    assert animal.name_from == "shipped with the dictionary" and not animal.is_doubtful
    assert [one.name for one in dog.candidates] == ["canine", "dog"]  # by what is shown
    assert concept(content, "f:2").name_probability is None
    told = content.provenance
    assert (told.names_rule, told.names_unit, told.names_photos) == ("shared", "share of votes", 11)
    assert told.clarity_bound == 0.4


def test_a_persons_word_is_called_the_persons() -> None:
    content = exported(
        j.rename("f:1", "hound"),
        j.unsure("f:0", "animal"),
        j.reject("f:5", "boat"),
        j.hide("f:4"),
        j.note("f:2", "only young ones"),
        j.accept_relation("f:1", "f:0"),
        j.remove_parent("f:2", "f:1"),
        j.add_parent("f:2", "f:5"),
    )
    hound = concept(content, "f:1")
    assert (hound.name, hound.named_by, hound.status) == ("hound", "person", "accepted")
    assert hound.machine_name == "dog" and hound.other_names == ("dog", "canine")
    assert concept(content, "f:0").status == "unsure"
    assert concept(content, "f:5").status == "rejected"
    assert concept(content, "f:4").hidden
    assert concept(content, "f:2").note == "only young ones"
    kept, gone = relation(content, "f:1", "f:0"), relation(content, "f:2", "f:1")
    assert (kept.status, kept.decided_by, kept.strength) == ("accepted", "person", 0.9)
    assert (gone.status, gone.decided_by, gone.is_rejected) == ("removed", "person", True)
    added = relation(content, "f:2", "f:5")
    assert (added.status, added.source, added.strength) == ("added", "person", None)


def test_how_sure_a_relation_is_stands_beside_it() -> None:
    """Sums by hand: 50 of 60 cells, 6 of 60; R 0.9 forward, 0.1 back."""
    content = exported()
    told = relation(content, "f:1", "f:0")
    assert (told.asymmetry, told.above, told.implied) == (0.8, 0.65, False)
    assert (told.silent, told.low, told.high) == (0.1666667, 0.8, 0.95)
    assert (told.absorption, told.absorption_low, told.absorption_high) == (0.1, 0.05, 0.15)
    shipped = relation(content, "f:3", "f:5")
    assert (shipped.asymmetry, shipped.above) == (0.66, 0.75)
    assert (shipped.silent, shipped.low, shipped.absorption) == (None, None, None)
    assert content.provenance.relations_above == 0.65
    assert content.provenance.dictionary_relations_above == 0.75


def test_what_others_imply_is_told_apart_until_a_person_speaks_of_it() -> None:
    content = exported()
    assert relation(content, "f:2", "f:0").implied
    assert ("f:2", "f:0") not in {(one.child, one.parent) for one in hierarchy(content)[1]}
    assert [(one.child, one.parent) for one in implied(content)] == [("f:2", "f:0")]
    wanted = relation(exported(j.add_parent("f:2", "f:0")), "f:2", "f:0")
    assert (wanted.implied, wanted.status, wanted.strength) == (False, "added", 0.7)
    refused = exported(j.remove_parent("f:2", "f:0"))
    assert not implied(refused)


def test_own_concepts_come_last_whatever_their_rows() -> None:
    content = exported(j.create("own:2", "pet"), j.create("own:1", "tool"))
    assert [one.id for one in content.concepts][-2:] == ["own:1", "own:2"]
    pet = concept(content, "own:2")
    assert (pet.named_by, pet.level, pet.images) == ("person", None, 0)


def test_text_that_no_format_could_hold_is_cleaned() -> None:
    assert concept(exported(), "f:3").name == " car\ufffd"


@st.composite
def acts(draw: st.DrawFn) -> j.Act:
    """Anything that a person may say of these six concepts."""
    ids = st.sampled_from([f"f:{row}" for row in range(len(NAMES))])
    one, other = draw(ids), draw(ids | st.sampled_from(["own:b", "own:a"]))
    name = draw(st.sampled_from(["thing", "beast", ""]))
    return draw(
        st.sampled_from(
            [
                j.rename(one, name),
                j.accept(one, name or "thing"),
                j.reject(one, "dog"),
                j.hide(one),
                j.unhide(one),
                j.note(one, name),
                j.add_parent(one, other),
                j.add_parent(other, one),
                j.remove_parent(one, other),
                j.reject_relation(one, other),
                j.accept_relation(one, other),
            ]
        )
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(acts(), max_size=12))
def test_whatever_was_said_the_export_is_the_catalogue_and_has_no_circle(said: list[j.Act]) -> None:
    state = state_of(*said)
    content = content_of("birds", Found(), state, [])
    catalogue = Catalogue(Found(), state)
    assert {one.id: (one.hidden, one.note) for one in content.concepts} == {
        catalogue.id_of(row): (bool(catalogue.hidden[row]), catalogue.notes.get(row, ""))
        for row in range(catalogue.size)
    }
    in_force = {(catalogue.id_of(e.child), catalogue.id_of(e.parent)) for e in catalogue.edges()}
    stand = [r for r in content.relations if not (r.is_rejected or r.implied)]
    assert {(r.child, r.parent) for r in stand} == in_force
    assert networkx.is_directed_acyclic_graph(networkx.DiGraph(in_force))
    hidden = {one.id for one in content.concepts if one.hidden}
    kept = {(r.child, r.parent) for r in hierarchy(content)[1]}
    assert kept == {pair for pair in in_force if not hidden & set(pair)}
    assert json_format.parse(json_format.render(content)[""].decode()) == content


def test_the_log_is_exported_word_for_word(tmp_path: Path) -> None:
    log = Judgements.open(tmp_path / "judgements.sqlite", j.Person("p1", "Ada"))
    log.judge([j.rename("f:1", "hound"), j.hide("f:4")], "Two things")
    log.undo()
    content = content_of("birds", Found(), log.state, log.entries())
    log.close()
    assert [(one["kind"], one["target"]) for one in content.judgements] == [
        ("rename", "f:1"),
        ("hide", "f:4"),
        ("undo", "f:4"),
        ("undo", "f:1"),
    ]
    first, *_, last = content.judgements
    assert first["person"] == {"uuid": "p1", "name": "Ada"}
    assert first["after"]["name"] == "hound" and last["undoes"] == first["uuid"]
    text = json_format.render(content)[""].decode()
    assert json_format.parse(text) == content
    schema = json.loads(json_format.SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(text))


def test_what_a_newer_insight_wrote_is_exported_marked_and_counted(tmp_path: Path) -> None:
    log = Judgements.open(tmp_path / "judgements.sqlite", j.Person("p1", "Ada"))
    log.judge([j.hide(j.machine_concept("f", 1))], "Hidden")
    lines = tmp_path / "log.jsonl"
    log.export_log(lines)
    newer = json.loads(lines.read_text("utf-8"))
    newer |= {"uuid": "u9", "group": "g9", "kind": "sniff", "after": {"texts": ["hound", 1.5]}}
    lines.write_text(json.dumps(newer), "utf-8")
    log.import_log(lines)
    content = content_of("birds", Found(), log.state, log.entries())
    log.close()
    assert content.judgements_not_understood == 1
    value = json.loads(json_format.render(content)[""])
    assert value["judgements_not_understood"] == 1
    marked = {one["kind"]: (one["is_understood"], one["after"]) for one in value["judgements"]}
    assert marked == {"hide": (True, {"hidden": True}), "sniff": (False, newer["after"])}
    jsonschema.validate(value, json.loads(json_format.SCHEMA.read_text(encoding="utf-8")))


def test_the_json_says_where_each_concept_is_strongest(tmp_path: Path) -> None:
    made = make_project(tmp_path / "P.insight", images=8, concepts=24)
    with Project.open(made) as project:
        (path,) = registry.export(project, registry.named("json"), tmp_path / "export")
        (plain,) = registry.export(project, registry.named("graphml"), tmp_path / "export")
    assert "places" not in plain.read_text("utf-8"), "what no format says is not read"
    text = path.read_text("utf-8")
    jsonschema.validate(json.loads(text), json.loads(json_format.SCHEMA.read_text("utf-8")))
    results = Results.open(made)
    assert results is not None
    with results:
        images = [results.image(int(id)) for id in results.image_ids(status="coded")]
        by_path = {str(one.path): one for one in images}
        codes = {path: results.codes(one.id).to_dense() for path, one in by_path.items()}
    told = 0
    for one in json_format.parse(text).concepts:
        strengths = [place.strength for place in one.places]
        assert strengths == sorted(strengths, reverse=True)
        assert len({place.image for place in one.places}) == len(strengths) == one.images
        for place in one.places:
            activations = codes[place.image][:, one.number]
            assert place.strength == short(activations.max()) == short(activations[place.cell])
            box = by_path[place.image].geometry.cell_rect(place.cell)
            assert place.box == pytest.approx(box, rel=1e-6)
            told += 1
    assert told > 20
