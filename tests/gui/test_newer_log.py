"""A project whose log holds what a newer Insight wrote: it is kept, said, and not undone by us."""

import json
from pathlib import Path

import pytest

from insight_app.gui.curation.history.lines import words_of
from insight_app.project import judgements as j
from insight_app.project.person import this_person
from insight_app.project.project import Project
from tests.gui.conftest import wait_saved


@pytest.fixture
def newer(project_dir: Path, home: Path) -> Path:
    """Our project; the last thing its person did was done with a newer version."""
    with Project.open(project_dir) as project:
        concept = project.catalogue().id_of(0)
        project.judgements.judge([j.accept(concept, "harbour")], "Accepted harbour")
        lines = home / "log.jsonl"
        project.judgements.export_log(lines)
        line = json.loads(lines.read_text("utf-8").splitlines()[-1])
        assert line["person"]["uuid"] == this_person().uuid
        line |= {"uuid": "u9", "group": "g9", "kind": "finding", "after": {"text": "port"}}
        line |= {"lamport": line["lamport"] + 1, "text": "Also called port"}
        lines.write_text(json.dumps(line), "utf-8")
        project.judgements.import_log(lines)
    return project_dir


def test_it_is_said_when_the_project_opens_and_undo_says_why_it_does_not(
    qtbot, open_window, newer
) -> None:
    window = open_window(newer)
    assert "1 judgement was made with a newer version of Insight" in window.trouble.text
    assert window.actions_["edit.undo"].text() == "&Undo: Also called port"
    window.actions_["edit.undo"].trigger()
    wait_saved(qtbot, window)
    said = "“Also called port” cannot be undone. A newer version of Insight made it"
    assert said in window.strip.label.text()
    judgements = window.session.state.project.judgements
    concept = window.session.state.catalogue.id_of(0)
    assert judgements.state.concepts[concept].name == "harbour"
    lines = [words_of(entry, concept, str) for entry in judgements.history_of(concept)]
    assert lines[0].endswith("accepted harbour")
    assert lines[1].endswith("Also called port (made with a newer Insight, not applied here)")
    window.strip.link.click()
    wait_saved(qtbot, window)
    assert judgements.state.concepts.get(concept) is None, "the one before it is undone"
