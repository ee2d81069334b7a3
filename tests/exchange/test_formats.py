"""Every format is read again and compared with what was to be written."""

import csv
import io
import json
import locale
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import jsonschema
import networkx
import pytest
from hypothesis import given, settings
from rdflib import RDF, RDFS, SKOS, Graph, Literal

from insight_app.errors import KnownError
from insight_app.exchange import csv_format, graphml, json_format, registry, skos
from insight_app.exchange.content import Content, ExportedName
from insight_app.exchange.finished import hierarchy, related
from insight_app.exchange.labels import Label, labels_of
from insight_app.exchange.skos_terms import TERMS
from insight_app.exchange.spreadsheet import has_decimal_comma
from tests.exchange.contents import concept, contents, example, relation

SETTINGS = settings(max_examples=40, deadline=None)


@SETTINGS
@given(contents())
def test_json_comes_back_as_it_was_and_keeps_to_its_schema(content: Content) -> None:
    text = json_format.render(content)[""].decode()
    assert json_format.parse(text) == content
    schema = json.loads(json_format.SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(text))


def test_the_schema_explains_every_field_of_a_concept() -> None:
    schema = json.loads(json_format.SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    written = json.loads(json_format.render(example())[""])
    for kind, value in (("concept", written["concepts"][0]), ("relation", written["relations"][0])):
        assert set(schema["$defs"][kind]["required"]) == set(value)
    assert set(schema["properties"]["provenance"]["required"]) == set(written["provenance"])


@pytest.mark.parametrize("text", ["", "[]", '{"format": "other"}', "\x00"])
def test_other_json_is_refused_in_words(text: str) -> None:
    with pytest.raises(KnownError, match="not a JSON export"):
        json_format.parse(text)


def test_a_later_json_format_is_refused_in_words() -> None:
    with pytest.raises(KnownError, match="another version"):
        json_format.parse('{"format": "insight-export", "version": 4}')


@pytest.mark.parametrize("version", (1, 2))
def test_an_older_export_is_read_and_its_readers_find_all_that_they_knew(version: int) -> None:
    value = json.loads(json_format.render(example())[""])
    schema = json_format.SCHEMA.with_name(f"insight-export-{version}.schema.json")
    old = json.loads(schema.read_text())
    kinds = old["$defs"] | {"provenance": old["properties"]["provenance"]}

    def older(kind: str, one: dict) -> dict:
        assert set(kinds[kind]["required"]) <= set(one)
        return {name: item for name, item in one.items() if name in kinds[kind]["properties"]}

    first = {"provenance": older("provenance", value["provenance"]), "version": version}
    first["concepts"] = [older("concept", one) for one in value["concepts"]]
    first["relations"] = [older("relation", one) for one in value["relations"]]
    for one in first["concepts"] if version == 1 else ():
        for name in one["candidates"]:
            del name["probability"]
    first = {name: value[name] for name in value if name in old["properties"]} | first
    jsonschema.Draft202012Validator(old).validate(first)
    read = json_format.parse(json.dumps(first))
    assert [one.label for one in read.concepts] == [one.label for one in example().concepts]
    assert any(one.is_doubtful for one in read.concepts) == (version == 2)
    assert not any(one.aliases or one.said or one.merged_into for one in read.concepts)


@pytest.mark.parametrize("name", ["skos", "skos-json"])
@settings(max_examples=15, deadline=None)
@given(content=contents())
def test_skos_holds_exactly_the_finished_hierarchy(name: str, content: Content) -> None:
    graph = parsed(name, content)
    concepts, relations = hierarchy(content)
    nodes = {skos.concept_uri(one.id): one for one in concepts}
    labels = labels_of(concepts, "en")
    assert set(graph.subjects(RDF.type, SKOS.Concept)) == set(nodes)
    for node, one in nodes.items():
        found = labels[one.id]
        assert list(graph.objects(node, SKOS.prefLabel)) == [literal(found.preferred)]
        assert set(graph.objects(node, SKOS.altLabel)) == set(map(literal, found.others))
        notes = {Literal(one.note, lang="en")} if one.note else set()
        assert set(graph.objects(node, SKOS.scopeNote)) == notes
    broader = set(graph.subject_objects(SKOS.broader))
    assert broader == {(skos.concept_uri(r.child), skos.concept_uri(r.parent)) for r in relations}
    assert {(b, a) for a, b in graph.subject_objects(SKOS.narrower)} == broader
    assert networkx.is_directed_acyclic_graph(networkx.DiGraph(list(broader)))


def test_skos_says_how_strong_and_who_says_so() -> None:
    graph = parsed("skos", example())
    vehicle, boat = skos.concept_uri("d1:0"), skos.concept_uri("d1:1")
    assert graph.value(vehicle, TERMS.namedBy) == Literal("person")
    assert list(graph.objects(vehicle, SKOS.altLabel)) == [
        Literal("Fahrzeug", lang="de"),
        Literal("car", lang="en"),
        Literal("conveyance", lang="en"),
    ]
    assert graph.value(skos.concept_uri("d1:2"), SKOS.prefLabel) == Literal("concept 2", lang="en")
    (edge,) = graph.subjects(TERMS.child, boat)
    assert float(graph.value(edge, TERMS.strength)) == 0.9
    assert graph.value(edge, TERMS.decidedBy) == Literal("machine")
    scheme = graph.value(predicate=RDF.type, object=SKOS.ConceptScheme)
    assert set(graph.objects(scheme, SKOS.hasTopConcept)) == {vehicle}
    assert graph.value(scheme, TERMS.encoderFingerprint) == Literal("e1")


def test_what_persons_said_beside_names_is_in_skos_and_graphml() -> None:
    graph = parsed("skos", example())
    vehicle, boat, car, wheel = map(skos.concept_uri, ("d1:0", "d1:1", "d1:5", "own:7"))
    meaning = Literal("What carries | people, =or things.", lang="en")
    assert graph.value(vehicle, SKOS.definition) == meaning
    assert graph.value(vehicle, TERMS.definedByPerson) == Literal("Ada")
    assert list(graph.objects(vehicle, SKOS.exactMatch)) == [car]
    assert graph.value(car, TERMS.mergedInto) == vehicle
    assert (car, RDF.type, SKOS.Concept) not in graph
    assert graph.value(wheel, skos.ISO_THES.broaderPartitive) == vehicle
    assert graph.value(vehicle, skos.ISO_THES.narrowerPartitive) == wheel
    assert graph.value(skos.concept_uri("d1:2"), skos.ISO_THES.broaderGeneric) == boat
    assert set(graph.subject_objects(SKOS.related)) == {(wheel, boat), (boat, wheel)}
    assert graph.value(wheel, TERMS.partOfSplit) == boat
    found = networkx.parse_graphml(graphml.render(example())[""].decode())
    assert found.nodes["d1:0"]["aliases"] == "Fahrzeug@de | conveyance"
    assert found.nodes["d1:0"]["members"] == "d1:5" and "d1:5" not in found
    assert found.edges["own:7", "d1:0"]["kind"] == "part-of"
    assert found.edges["own:7", "d1:1"]["kind"] == "related"
    assert found.edges["d1:2", "d1:1"]["decided_by_person"] == "Ada"
    for name, told in (("skos", True), ("graphml", True), ("json", False), ("csv", False)):
        said = " ".join(map(str, registry.named(name).left_out(example())))
        words = "Merged concepts", "Marks on examples", "Tags on photos"
        assert all((word in said) == told for word in words), name


def test_what_is_above_another_one_is_not_related_to_it_as_well() -> None:
    loose = relation(2, 0, kind="related")
    content = replace(example(), relations=(relation(2, 1), relation(1, 0), loose))
    assert not list(parsed("skos", content).subject_objects(SKOS.related))
    told = " ".join(map(str, skos.left_out(content)))
    assert "not related to it as well (1): concept 2 and vehicle" in told


def test_csv_has_a_table_of_marks_one_of_tags_and_one_of_labels() -> None:
    files = csv_format.render(example())
    marks = list(csv.DictReader(io.StringIO(files[csv_format.EXAMPLES].decode())))
    assert [(one["concept_label"], one["cell"], one["example"]) for one in marks] == [
        ("vehicle", "18", "yes"),
        ("vehicle", "3", "no"),
    ]
    assert marks[0]["x"] == "44.5" and marks[0]["by_person"] == "Ada" and marks[1]["x"] == ""
    (tag,) = csv.DictReader(io.StringIO(files[csv_format.TAGS].decode()))
    assert (tag["image"], tag["tag"], tag["by_person"]) == ("/photos/a b.jpg", "blurry", "Ada")
    (label,) = csv.DictReader(io.StringIO(files[csv_format.LABELS].decode()))
    said = ("set", "path", "label", "content", "by_person")
    assert [label[one] for one in said] == ["mine", "/photos/a b.jpg", "wren", "ab" * 16, "Ada"]
    row = next(csv.DictReader(io.StringIO(files[""].decode())))
    assert row["aliases"] == "Fahrzeug@de | conveyance" and row["defined_by"] == "person"
    assert row["members"] == "d1:5" and row["name_by_person"] == "Ada"


def test_doubt_and_what_a_name_rests_on_are_in_skos_and_graphml() -> None:
    graph, boat = parsed("skos", example()), skos.concept_uri("d1:1")
    assert graph.value(boat, TERMS.doubtful) == Literal(True)
    assert graph.value(skos.concept_uri("d1:0"), TERMS.doubtful) == Literal(False)
    assert float(graph.value(boat, TERMS.nameProbability)) == 0.24
    assert graph.value(boat, TERMS.nameFrom) == Literal("after 129 of your photos")
    assert graph.value(boat, TERMS.nameBefore) == Literal("fireboat")
    assert graph.value(boat, TERMS.nothingInCommon) == Literal(True)
    nodes = networkx.parse_graphml(graphml.render(example())[""].decode()).nodes
    assert nodes["d1:1"]["doubtful"] and not nodes["d1:0"]["doubtful"]
    assert nodes["d1:1"]["name_probability"] == 0.24 and nodes["d1:1"]["clarity"] == 0.3
    assert "clarity" not in nodes["d1:0"] and nodes["d1:1"]["name_before"] == "fireboat"


def test_every_term_of_ours_is_explained_in_the_file() -> None:
    graph = parsed("skos", example())
    used = {term for triple in graph for term in triple if str(term).startswith(str(TERMS))}
    assert used and all(graph.value(term, RDFS.comment) for term in used)


def test_a_rejected_name_is_no_other_name() -> None:

    names = (ExportedName("tiger", "noun", 0.4), ExportedName("cat", "noun", 0.3))
    renamed = concept(
        0, name="animal", candidates=names, status="rejected", status_name="tiger", machine_name=""
    )
    assert renamed.other_names == ("cat",)


@SETTINGS
@given(contents())
def test_csv_comes_back_cell_for_cell(content: Content) -> None:
    tables = csv_format.render(content)
    concepts = rows(tables[""].decode(), ",")
    for row, one in zip(concepts, content.concepts, strict=True):
        assert (row["id"], row["label"], row["note"]) == (one.id, one.label, one.note)
        assert float(row["total"]) == one.total
        assert (row["hidden"] == "yes", row["status"]) == (one.hidden, one.status)
        assert row["named_by"] == one.named_by
        assert (row["doubtful"] == "yes", row["name_before"]) == (one.is_doubtful, one.name_before)
        known = one.name_probability is not None
        assert row["name_probability"] == (str(one.name_probability) if known else "")
    for row, edge in zip(
        rows(tables[csv_format.RELATIONS].decode(), ","), content.relations, strict=True
    ):
        assert (row["child"], row["parent"], row["status"]) == (
            edge.child,
            edge.parent,
            edge.status,
        )
        assert (float(row["strength"]) if row["strength"] else None) == edge.strength


def test_spreadsheets_get_a_mark_and_no_formulas() -> None:
    content = Content(
        example().provenance, (concept(0, name="=1+1", note="-2"), concept(1, name="ä")), (), ()
    )
    data = csv_format.render_spreadsheet(content)[""]
    assert data.startswith(b"\xef\xbb\xbf")
    separator = ";" if has_decimal_comma() else ","
    first, second = rows(data.decode("utf-8-sig"), separator)
    assert (first["label"], first["note"], second["label"]) == ("'=1+1", "'-2", "ä")


def test_a_region_with_decimal_commas_gets_semicolons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locale, "localeconv", lambda: {"decimal_point": ","})
    (row,) = rows(
        csv_format.render_spreadsheet(Content(example().provenance, (concept(0),), (), ()))[
            ""
        ].decode("utf-8-sig"),
        ";",
    )
    assert (row["total"], row["images"]) == ("12,5", "7")


@SETTINGS
@given(contents())
def test_graphml_comes_back_as_the_finished_hierarchy(content: Content) -> None:
    graph = networkx.parse_graphml(graphml.render(content)[""].decode())
    concepts, relations = hierarchy(content)
    assert {node: data["label"] for node, data in graph.nodes(data=True)} == {
        one.id: one.label for one in concepts
    }
    assert {
        (child, parent): (data.get("strength"), data["decided_by"], data.get("kind", ""))
        for child, parent, data in graph.edges(data=True)
    } == {
        (one.child, one.parent): (one.strength, one.decided_by, one.kind)
        for one in (*relations, *related(content))
    }
    loose = [(one.child, one.parent) for one in related(content)]
    graph.remove_edges_from(loose)
    assert networkx.is_directed_acyclic_graph(graph)


def test_every_format_writes_the_same_bytes_in_every_process() -> None:
    program = (
        "import hashlib; from tests.exchange.contents import example;"
        "from insight_app.exchange.registry import FORMATS;"
        "files = [f for f in FORMATS if not f.is_folder];"
        "print([hashlib.sha256(repr(f.render(example())).encode()).hexdigest() for f in files])"
    )
    root = Path(__file__).parents[2]
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


def literal(label: Label) -> Literal:
    return Literal(label.text, lang=label.language)


def rows(text: str, separator: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator))


def parsed(name: str, content: Content) -> Graph:
    data = registry.named(name).render(content)[""]
    return Graph().parse(data=data, format={"skos": "turtle", "skos-json": "json-ld"}[name])
