"""Cues of a project: asked of the worker, and by how a person divides the photos."""

from pathlib import Path

import pytest

from insight_app.concepts.progress import Cancelled
from insight_app.errors import Refusal
from insight_app.project import judgements as j
from insight_app.project.explaining import classifying, cues, store, whatif
from insight_app.project.project import Project
from insight_app.project.results.contents import contents_of
from insight_app.project.results.snapshot import Results
from insight_app.worker.requests import Requests
from tests.project.test_classification import Asking
from tests.synthetic import make_project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "cues.insight"
    made = make_project(folder, images=24, concepts=32)
    store.store(made, classifying.classify(made))
    return made


def test_the_worker_lists_cues_by_name_of_their_class_and_can_be_stopped(
    project: Path, tmp_path: Path
) -> None:
    asking = Asking()
    ask = Requests(asking, tmp_path).by_name["cues"]
    told = ask({"id": 1, "project": str(project)})
    classes = store.newest(project).classes
    assert told["by"] == "classes" and told["looked_at"] > 0
    assert {one["subset"] for one in told["cues"]} <= set(classes)
    assert cues.REMOVING in {one.get("message") for one in asking.heard}
    asking.token.cancel()
    with pytest.raises(Cancelled):
        ask({"id": 2, "project": str(project)})


def test_by_tags_a_part_of_a_class_is_compared_with_the_rest_of_it(project: Path) -> None:
    found = store.newest(project)
    with Results.open(project) as results, Project.open(project) as opened:
        start = whatif.decided(results, found)
        with pytest.raises(Refusal, match="No photo has a tag"):
            cues.divided(results, opened.judgements.state, start, cues.TAGS)
        largest = max(range(len(found.classes)), key=lambda n: int((start.labels == n).sum()))
        some = start.images[start.labels == largest][:3].tolist()
        acts = [j.tag(content, "winter") for content in contents_of(results, some).values()]
        opened.judgements.judge(acts, "tagged")
        divided = cues.divided(results, opened.judgements.state, start, cues.TAGS)
        name = found.classes[largest]
        assert {f"{name}, winter", f"{name}, without a tag"} <= set(divided.names)
        place = divided.names.index(f"{name}, winter")
        assert start.images[divided.of == place].tolist() == sorted(some)
        listed = cues.find(start, divided)
    for one in listed.cues:
        assert listed.subsets[one.subset].startswith(f"{name}, "), "others have no rest"
