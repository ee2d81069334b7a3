"""Findings, kept edits of the model and signatures: said, taken back, brought together, kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from insight_app.errors import Refusal
from insight_app.project.judgements import Act, CurationState, Person, auditing, rename
from insight_app.project.judgements.payloads import (
    Intervention,
    KeptEffect,
    SeenFigure,
    SignedReport,
    View,
)
from insight_app.project.judgements.store import Judgements
from insight_app.project.judgements.targets import machine_concept
from tests.project.test_log_entries import entry, pinned, undo_of, write

ADA, BEN = Person("uuid-ada", "Ada"), Person("uuid-ben", "Ben")
KEY, SHA = "0a1b2c3d-0000-4000-8000-00000000000f", "5" * 64
VIEW = View(
    told="The photo boats/3.jpg is taken for a ship because of “snow”.",
    workspace="Explain",
    page="class",
    concepts=("f:412", "own:7"),
    image="0123456789abcdef",
    cell=17,
    choices={"class": "ship", "labels": "folders"},
    figures=(SeenFigure("score of ship", "3.1"), SeenFigure("“snow”\n= #412", "+2.0")),
    basis="0f1e",
)
EDIT = Intervention(
    "f",
    {412: 0.0, 7: 0.5},
    choices={"labels": "folders"},
    effects=(
        KeptEffect("accuracy", "share", "600 held-back photos", 0.77, 0.74, -0.05, -0.01),
        KeptEffect("decisions changed", "photos", "600 held-back photos", after=37),
    ),
)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Judgements]:
    with Judgements.open(tmp_path / "judgements.sqlite", ADA) as made:
        yield made


def reopened(log: Judgements) -> CurationState:
    """The state as another program reads it from the file, and as the log adds up to."""
    with Judgements.open(log.path, BEN) as other:
        assert other.problems() == []
        return other.state


def test_a_finding_is_kept_as_it_was_seen_and_each_step_can_be_taken_back(log: Judgements) -> None:
    made = log.judge([auditing.pin(KEY, VIEW, "It is the snow.", is_critical=True)], "Pinned")
    assert made.findings == {KEY} and not made.is_empty and not made.concepts
    found = reopened(log).findings[KEY]
    assert (found.view, found.comment, found.status) == (VIEW, "It is the snow.", "open")
    assert found.bars_signing

    log.judge([auditing.close_finding(KEY, "Ten more photos show no snow.")], "Closed")
    found = reopened(log).findings[KEY]
    assert found.is_there and not found.bars_signing
    assert found.resolution == "Ten more photos show no snow."
    log.undo()
    assert log.state.findings[KEY].bars_signing
    log.redo()
    log.judge([auditing.reopen_finding(KEY), auditing.judge_critical(KEY, False)], "Reopened")
    found = reopened(log).findings[KEY]
    assert (found.status, found.resolution, found.bars_signing) == ("open", "", False)
    log.judge([auditing.remove_finding(KEY)], "Removed")
    assert not reopened(log).findings[KEY].is_there
    for _ in range(4):
        log.undo()
    assert reopened(log) == CurationState()


def test_an_edit_is_kept_with_its_effects(log: Judgements) -> None:
    made = log.judge([auditing.keep_edit(KEY, " no  snow ", EDIT, "as expected")], "Kept")
    assert made.edits == {KEY}
    found = reopened(log).edits[KEY]
    assert (found.name, found.intervention, found.is_kept) == ("no snow", EDIT, True)
    log.judge([auditing.rename_edit(KEY, "without snow"), auditing.note_edit(KEY, "")], "Renamed")
    log.judge([auditing.discard_edit(KEY)], "Discarded")
    found = reopened(log).edits[KEY]
    assert (found.name, found.note, found.is_kept) == ("without snow", "", False)
    log.undo()
    assert reopened(log).edits[KEY].is_kept


def test_everybody_signs_for_oneself_and_two_signatures_stand(log: Judgements) -> None:
    signed = SignedReport("report-1", "audit.html", "head", 2)
    made = log.judge([auditing.sign(SHA, ADA.uuid, signed, "I agree.")], "Signed")
    assert made.signatures == {SHA}
    with pytest.raises(ValueError, match="in the name of another person"):
        log.judge([auditing.sign(SHA, BEN.uuid, signed)], "Signed for Ben")
    with Judgements.open(log.path, BEN) as other:
        other.judge([auditing.sign(SHA, BEN.uuid, signed)], "Signed")
        other.judge([auditing.withdraw_signature(SHA, BEN.uuid)], "Withdrawn")
    found = reopened(log).signatures
    assert {person: one.is_signed for (_, person), one in found.items()} == {
        ADA.uuid: True,
        BEN.uuid: False,
    }
    assert found[SHA, ADA.uuid].report == signed and found[SHA, ADA.uuid].statement == "I agree."


def test_what_cannot_be_kept_is_refused_before_anything_is_written(log: Judgements) -> None:
    for wrong in (
        lambda: auditing.keep_edit(KEY, "x", Intervention("f", {})),
        lambda: auditing.keep_edit(KEY, "x", Intervention("f", {1: 2.1})),
        lambda: auditing.keep_edit(KEY, "x", Intervention("f", {1: float("nan")})),
        lambda: auditing.keep_edit(KEY, "x", Intervention("f", {-1: 0.0})),
        lambda: auditing.keep_edit(KEY, " ", EDIT),
        lambda: auditing.pin(KEY, View("x" * 2_000_000)),
    ):
        with pytest.raises(Refusal):
            wrong()
    # a file name that is no Unicode, as a disk may have one
    view = View("photo \udcff\x00.jpg")
    log.judge([auditing.pin(KEY, view)], "Pinned")
    assert reopened(log).findings[KEY].view.told == "photo ?\x00.jpg"


def test_comments_of_two_who_had_not_seen_each_other_are_a_conflict(
    log: Judgements, tmp_path: Path
) -> None:
    log.judge([auditing.pin(KEY, VIEW)], "Pinned")
    log.export_log(tmp_path / "start.jsonl")
    with Judgements.open(tmp_path / "ben.sqlite", BEN) as other:
        other.import_log(tmp_path / "start.jsonl")
        other.judge([auditing.close_finding(KEY, "Seen.")], "Closed")
        other.export_log(tmp_path / "ben.jsonl")
    log.judge([auditing.comment_finding(KEY, "Snow.")], "Commented")
    made = log.import_log(tmp_path / "ben.jsonl")
    assert made.findings == {KEY} and log.conflicts() == []
    found = log.state.findings[KEY]
    assert (found.comment, found.status, found.resolution) == ("Snow.", "closed", "Seen.")


def test_what_a_newer_insight_says_of_them_is_kept(log: Judgements, tmp_path: Path) -> None:
    seen = pinned('{"more":[1,2.5],"told":"a dog"}')
    voted = entry("u3", "vote", seen["target"], votes=3) | {"lamport": 2}
    noted = entry("u4", "note", seen["target"], note="x") | {"lamport": 3}
    log.import_log(write(tmp_path, [seen, voted, undo_of(voted, "u5"), noted]))
    assert log.not_understood == 3 and log.problems() == []
    assert log.state.findings[KEY].view == View("a dog")
    log.export_log(tmp_path / "again.jsonl")
    assert '{\\"more\\":[1,2.5],' in (tmp_path / "again.jsonl").read_text("utf-8")


def test_one_undo_takes_back_what_was_said_at_once(log: Judgements) -> None:
    acts: list[Act] = [
        rename(machine_concept("f", 412), "snow"),
        auditing.pin(KEY, VIEW),
        auditing.keep_edit(KEY, "no snow", EDIT),
    ]
    made = log.judge(acts, "Snow")
    assert (made.findings, made.edits, len(made.concepts)) == ({KEY}, {KEY}, 1)
    log.undo()
    assert reopened(log) == CurationState()
