"""What was judged on the command line comes out of every export, counted and with who said so."""

import csv
from pathlib import Path

import networkx
import numpy as np
import pytest
from rdflib import SKOS, Graph, Literal, URIRef

from insight_app.exchange import json_format
from insight_app.exchange.content import Concept, Content
from insight_app.project.results.snapshot import Results
from tests.cli.conftest import Shell
from tests.cli.test_structure import photos
from tests.synthetic import DICTIONARY, NAMES


@pytest.fixture
def curated(project: Path, shell: Shell, tmp_path: Path) -> Path:
    """A project in which everything was done once, by Ada, in one table."""
    one, other, *_ = (path.name for path in photos(project))
    table = tmp_path / "acts.csv"
    table.write_text(
        "dog,merge,bird\n"
        "plants,group,tree,flower\n"
        f"car,split,front,{one}#17,{other}#20,back,{other}#3\n"
        "dog,alias,Hund,de\n"
        "dog,define,A tame wolf.\n"
        "wheel,kind,car,part-of\n"
        "sky,add-parent,water\nsky,kind,water,related\n"
        "sail,keep-apart,wheel\n"
        f"dog,mark,{one}#5,no\n"
        f"{other},tag,blurry\n"
    )
    shell.do("judge", project, "--file", table, "--person", "Ada")
    return project


def by_label(content: Content) -> dict[str, Concept]:
    return {one.label: one for one in content.concepts}


def test_the_json_counts_what_concepts_are_made_of_and_says_who_said_so(
    curated: Path, shell: Shell, tmp_path: Path
) -> None:
    target = tmp_path / "all.json"
    shell.do("export", curated, "-o", target)
    content = json_format.parse(target.read_text("utf-8"))
    found = by_label(content)
    dog, bird, plants, front = (found[name] for name in ("dog", "bird", "plants", "front"))
    assert bird.merged_into == dog.id and dog.members == (bird.id,)
    assert plants.made_of == tuple(f"{DICTIONARY}:{NAMES.index(one)}" for one in ("tree", "flower"))
    assert front.wholes == (found["car"].id,) and len(found["car"].parts) == 2
    assert [(one.text, one.language) for one in dog.aliases] == [("Hund", "de")]
    assert dog.definition == "A tame wolf." and dog.said["definition"].person == "Ada"
    assert [(one.cell, one.is_example, one.box is not None) for one in dog.marks] == [
        (5, False, True)
    ]
    assert [(one.text, Path(one.image).name) for one in content.tags] == [
        ("blurry", photos(curated)[1].name)
    ]
    results = Results.open(curated)
    assert results is not None
    with results:
        for one, members in ((dog, ("dog", "bird")), (plants, ("tree", "flower"))):
            rows = [NAMES.index(name) for name in members]
            maps = [results.codes(int(image)).to_dense()[:, rows].max(axis=1)
                    for image in results.image_ids(status="coded")]  # fmt: skip
            together = np.concatenate(maps).astype(np.float64)
            assert one.is_counted and one.cells == np.count_nonzero(together)
            assert one.images == sum(bool(each.any()) for each in maps)
            assert one.total == pytest.approx(together.sum(), rel=1e-6)
            assert one.maximum == pytest.approx(together.max())
            assert len(one.places) == min(one.images, 30) and one.places[0].strength == one.maximum
    assert front.is_counted and front.cells + found["back"].cells == found["car"].cells
    kinds = {(one.child, one.parent): one.kind for one in content.relations}
    assert kinds[found["wheel"].id, found["car"].id] == "part-of"
    assert kinds[found["sky"].id, found["water"].id] == "related"


def test_other_tools_read_it(curated: Path, shell: Shell, tmp_path: Path) -> None:
    for kind, name in (("skos", "all.ttl"), ("graphml", "all.graphml"), ("csv", "all.csv")):
        shell.do("export", curated, "-f", kind, "-o", tmp_path / name)

    def uri(name: str) -> URIRef:
        return URIRef(f"urn:insight:concept:{DICTIONARY}:{NAMES.index(name)}")

    graph = Graph().parse(tmp_path / "all.ttl")
    assert graph.value(uri("dog"), SKOS.exactMatch) == uri("bird")
    assert (uri("dog"), SKOS.altLabel, Literal("Hund", lang="de")) in graph
    assert (uri("sky"), SKOS.related, uri("water")) in graph
    assert not list(graph.triples((uri("sky"), SKOS.broader, None)))
    (plants,) = graph.subjects(SKOS.prefLabel, Literal("plants", lang="en"))
    assert {uri("tree"), uri("flower")} == set(graph.objects(plants, SKOS.narrower))
    nodes = networkx.read_graphml(tmp_path / "all.graphml").nodes(data=True)
    shown = {data["label"]: data for _, data in nodes}
    assert "bird" not in shown and shown["dog"]["aliases"] == "Hund@de"
    rows = list(csv.DictReader((tmp_path / "all.csv").open(encoding="utf-8")))
    assert [one["label"] for one in rows if one["merged_into"]] == ["bird"]
    (tag,) = csv.DictReader((tmp_path / "all.tags.csv").open(encoding="utf-8"))
    assert tag["tag"] == "blurry" and tag["by_person"] == "Ada"


def test_info_counts_what_is_merged_once(curated: Path, shell: Shell) -> None:
    found = shell.json("info", curated)["concepts"]
    assert (found["merged_into_others"], found["made_of_others"]) == (1, 4)
    assert found["all"] == 32 + 3 - 1
