"""Other programs' readers take every format, and find in it what was to be written."""

import csv
import io
import json
import re
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import igraph
import networkx
import pyshacl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld import jsonld
from rdflib import RDF, SKOS, Graph, Literal

from insight_app.exchange import csv_format, graphml, registry, skos
from insight_app.exchange.content import Content, ExportedAlias, ExportedName, Relation, clean
from insight_app.exchange.finished import hierarchy, related
from insight_app.exchange.labels import labels_of
from insight_app.exchange.spreadsheet import kept_as_text, looks_otherwise
from insight_app.plain_text import file_name
from tests.exchange.contents import ENTRY, PROVENANCE, concept, relation
from tests.hostile import hostile

NAMES = (
    "animal", "animal", "Animal", "animal #0", " animal ", "", "concept 5", "dog\nhouse", "\ttab",
    "<b>&amp;</b>", 'say "hi"', "a;b,c", "back\\slash", "'quoted", "日本", hostile("name"),
    "x\x00y",
    "=1+1", "+1", "-x", "@SUM(A1)", "1E5", "001", "3/4", "TRUE", "Mar 5", "12:30", "5 €", "½",
)  # fmt: skip
QUICK = settings(max_examples=8, deadline=None)


@st.composite
def hostile_contents(draw: st.DrawFn) -> Content:
    """Names that coincide, look like other things or hold odd signs; some rejected, some hidden."""
    names = draw(st.lists(st.sampled_from(NAMES).map(clean), min_size=2, max_size=9))
    words = st.sampled_from(NAMES).map(clean)
    concepts = [
        concept(
            number,
            name=name,
            id='own:a b<c>"{' if number == 3 else f"d1:{number}",
            candidates=tuple(ExportedName(draw(words), "noun", 0.5, draw(words)) for _ in range(2)),
            machine_name=name if draw(st.booleans()) else draw(words),
            status="rejected" if draw(st.integers(0, 3)) == 0 else "unreviewed",
            status_name=name,
            hidden=number == 4,
            note=draw(words),
            aliases=(ExportedAlias(draw(words), draw(st.sampled_from(["", "de", "en"]))),),
            merged_into="d1:0" if number == 5 else "",
        )
        for number, name in enumerate(names)
    ]
    ids = [one.id for one in concepts]
    edges = tuple(
        replace(relation(child, child // 2), child=ids[child], parent=ids[child // 2])
        for child in range(1, len(ids))
    )
    own = (Relation(ids[-1], ids[0], None, None, 0, 0, "person", "added", "person"),)
    loose = [
        replace(relation(1, 0), child=ids[a], parent=ids[b], kind="related")
        for a, b in draw(st.sets(st.tuples(*[st.integers(0, len(ids) - 1)] * 2), max_size=3))
        if b not in (a, a // 2)
    ]
    relations = (*(edges if len(ids) < 4 else (*edges, *own)), *loose)
    return Content(replace(PROVENANCE, language="de"), tuple(concepts), relations, (ENTRY,))


# ---- SKOS


@cache
def shapes() -> Graph:
    return Graph().parse(Path(__file__).with_name("skos_shapes.ttl"))


def complaints(graph: Graph) -> str:
    fits, _found, text = pyshacl.validate(graph, shacl_graph=shapes())
    return "" if fits else text


@settings(max_examples=4, deadline=None)
@given(hostile_contents())
def test_skos_keeps_to_the_conditions_of_skos(content: Content) -> None:
    turtle = Graph().parse(data=skos.render(content)[""], format="turtle")
    assert complaints(turtle) == ""
    expanded = jsonld.to_rdf(
        json.loads(skos.render_json_ld(content)[""]), {"format": "application/n-quads"}
    )
    other = Graph().parse(data=expanded, format="nt")  # no graphs are named: quads are triples
    labels = set(turtle.subject_objects(SKOS.prefLabel))
    assert labels == set(other.subject_objects(SKOS.prefLabel))
    assert len(turtle) == len(other)
    concepts, _relations = hierarchy(content)
    assert set(turtle.subjects(RDF.type, SKOS.Concept)) == {
        skos.concept_uri(one.id) for one in concepts
    }


@pytest.mark.parametrize(
    "bad",
    [
        "<s> a skos:Concept .", "<a> skos:altLabel 'a'@en .", "<a> skos:prefLabel 'other'@en .",
        "<a> skos:altLabel 'none' .", "<a> skos:related <b> .", "<a> skos:broader <b> .",
        "<b> skos:prefLabel 'a'@en .", "<a> skos:prefLabel 'none' .", "<c> a skos:Concept .",
    ],
)  # fmt: skip
def test_the_shapes_find_what_is_wrong(bad: str) -> None:
    good = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @base <http://t/> .
        <s> a skos:ConceptScheme ; skos:prefLabel 's'@en .
        <a> a skos:Concept ; skos:inScheme <s> ; skos:prefLabel 'a'@en ; skos:topConceptOf <s> .
        <b> a skos:Concept ; skos:inScheme <s> ; skos:prefLabel 'b'@en ; skos:broader <a> ."""
    assert complaints(Graph().parse(data=good, format="turtle")) == ""
    assert complaints(Graph().parse(data=good + bad, format="turtle"))


def test_names_that_coincide_have_their_numbers_and_rejected_ones_are_no_labels() -> None:
    dog = (ExportedName("Hund", "noun", 0.4), ExportedName("dog", "noun", 0.3))
    content = Content(
        replace(PROVENANCE, language="de"),
        (
            concept(1, name="animal", machine_name="animal"),
            concept(412, name="animal", machine_name="animal"),
            concept(2, name="Hund", machine_name="dog", candidates=dog[1:], named_by="person"),
            concept(3, name="tiger", status="rejected", status_name="tiger", machine_name="tiger"),
            concept(4, name="glare", hidden=True),
        ),
        (relation(2, 4), relation(2, 1, status="rejected")),
        (),
        (relation(1, 2),),
    )
    labels = labels_of(content.concepts, "de")
    assert [labels[f"d1:{n}"].preferred for n in (1, 412, 2, 3)] == [
        ("animal #1", "en"), ("animal #412", "en"), ("Hund", "de"), ("concept 3", "en"),
    ]  # fmt: skip
    assert labels["d1:412"].others == (("animal", "en"),)
    graph = Graph().parse(data=skos.render(content)[""], format="turtle")
    assert Literal("tiger", lang="en") not in set(graph.objects(None, SKOS.altLabel))
    assert list(map(str, registry.named("skos").left_out(content))) == [
        "Hidden concepts are left out (1): glare",
        "Relations that a person rejected are left out (1): Hund under animal",
        "Relations of hidden concepts are left out (1): Hund under glare",
        "Relations that would go in a circle are left out (1): animal under Hund",
        "Rejected names are left out (1): tiger",
        "Names that several concepts have got the concept's number (2): animal #1, animal #412",
    ]
    assert len(registry.named("graphml").left_out(content)) == 4
    assert registry.named("json").left_out(content) == registry.named("csv").left_out(content) == ()


# ---- GraphML


@QUICK
@given(hostile_contents())
def test_graphml_is_read_alike_by_networkx_and_igraph(content: Content) -> None:
    data = graphml.render(content)[""]
    keys = re.findall(rb'<key id="([^"]*)"', data)
    assert keys and len(set(keys)) == len(keys)
    one = networkx.parse_graphml(data.decode())
    with tempfile.NamedTemporaryFile(suffix=".graphml") as file:
        file.write(data)
        file.flush()
        two = igraph.Graph.Read_GraphML(file.name)
    concepts, relations = hierarchy(content)
    names = {each.id: each.label for each in concepts}
    assert dict(one.nodes(data="label")) == names
    assert dict(zip(two.vs["id"], two.vs["label"], strict=True)) == names
    wanted = {
        (each.child, each.parent): 1.0 if each.strength is None else each.strength
        for each in (*relations, *related(content))
    }
    assert {(a, b): weight for a, b, weight in one.edges(data="weight")} == wanted
    ends = [(two.vs[edge.source]["id"], two.vs[edge.target]["id"]) for edge in two.es]
    assert dict(zip(ends, two.es["weight"] if ends else [], strict=True)) == wanted
    assert not {"source", "target", "id"} & {
        name for _a, _b, found in one.edges(data=True) for name in found
    }


# ---- CSV in spreadsheets

NUMBER = re.compile(r"[-+(]?[\d.,]*\d[\d.,]*(e[-+]?\d+)?[%)]?", re.IGNORECASE)
MONTH = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
DATE = re.compile(
    rf"\d+([/.:-]|\s)\d+(([/.:-]|\s)\d+)?|{MONTH}[ .-]*\d+|\d+[ .-]*{MONTH}", re.IGNORECASE
)


def shown_by_a_spreadsheet(cell: str) -> str | None:
    """The text that LibreOffice keeps of a cell; None where it makes something else of it."""
    text = cell.lstrip()
    if text[:1] in ("=", "+", "-", "@") or NUMBER.fullmatch(text) or DATE.fullmatch(text):
        return None
    return None if text.casefold() in ("true", "false") or text != cell else cell


def exact(cell: str) -> str:
    """What a program makes of a cell, by the rule in the README."""
    return cell.removeprefix("'")


@pytest.mark.parametrize("name", NAMES)
def test_every_odd_name_in_a_spreadsheet_comes_back_exactly(name: str) -> None:
    stays_a_text(clean(name))


@QUICK
@given(st.text(max_size=8).map(clean))
def test_a_text_in_a_spreadsheet_stays_a_text_and_comes_back_exactly(name: str) -> None:
    stays_a_text(name)


def stays_a_text(name: str) -> None:
    assert exact(kept_as_text(name)) == name
    assert shown_by_a_spreadsheet(kept_as_text(name)) is not None or name == ""
    content = Content(PROVENANCE, (concept(0, name=name, note=name),), (), ())
    data = csv_format.render_spreadsheet(content)[""]
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    row = dict(zip(*rows, strict=True))
    assert exact(row["label"]) == (name or "concept 0") and exact(row["note"]) == name
    plain = csv_format.render(content)[""].decode()
    assert next(csv.DictReader(io.StringIO(plain, newline="")))["note"] == name


def test_ordinary_names_and_ids_are_written_as_they_are() -> None:
    for text in ("dog", "hot dog", "concept 412", "3 dogs in a row", "d1:0", "own:7", "Fähre",
                 "5e17be71c0000001:12", "maybe", "日本", "marching band", "a1"):  # fmt: skip
        assert not looks_otherwise(text), text


# ---- names of files


@given(st.text(max_size=300) | st.sampled_from(["CON", "nul.txt", "a/b", "..", " ", "x.", "com1"]))
def test_a_name_for_a_file_is_one_on_every_system(name: str) -> None:
    found = file_name(name)
    assert found and found == found.strip(". ") and len(found.encode()) < 200
    assert not re.search(r'[/\\:*?"<>|\x00-\x1f]', found)
    assert not re.match(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", found, re.IGNORECASE)
    assert file_name(found) == found
