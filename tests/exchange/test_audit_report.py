"""The report of an audit: what it says, that it is one safe file, and what a signature is of."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from insight_app.errors import Refusal
from insight_app.exchange.audit_report import html, signing, writing
from insight_app.exchange.audit_report.blocks import AuditReport, Card, FiguresTable, PictureRow
from insight_app.exchange.audit_report.gathering import gather
from insight_app.project import judgements as j
from insight_app.project.judgements import Person, auditing
from insight_app.project.judgements.payloads import (
    Intervention,
    KeptEffect,
    SeenFigure,
    View,
)
from insight_app.project.project import Project
from tests.synthetic import DICTIONARY, NAMES, make_project

ADA, BEN = Person("uuid-ada", "Ada"), Person("uuid-ben", "Ben")
HOSTILE = '<script>alert("x")</script>\u202e & "\''
BOAT, WATER = (j.machine_concept(DICTIONARY, NAMES.index(name)) for name in ("boat", "water"))
VOID = {"meta", "img", "br", "rect"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("made") / "P.insight", images=12, concepts=32)


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Iterator[Project]:
    shutil.copytree(made, tmp_path / made.name)
    with Project.open(tmp_path / made.name, ADA) as opened:
        yield opened


class Reader(HTMLParser):
    """Takes a page apart; a tag that is not closed as it should be is an error."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def photo_of(project: Project) -> str:
    results = project.results()
    assert results is not None
    with results:
        content = results.image(results.image_ids()[0]).content_hash
    assert content is not None
    return content.hex()


def fill(project: Project) -> str:
    """Judge, pin and keep something, all of it with names that mean harm; return the finding."""
    log, key = project.judgements, auditing.new_key()
    view = View(
        f"Boats {HOSTILE}", "Explain", "class", (BOAT, WATER, "own:gone"), photo_of(project), 17,
        {"class": HOSTILE}, (SeenFigure("score", "3.1"),),
    )  # fmt: skip
    effect = KeptEffect("accuracy", "share", "600 photos", 0.77, 0.74, -0.05, -0.01)
    edit = Intervention(DICTIONARY, {NAMES.index("water"): 0.0}, effects=(effect,))
    log.judge([auditing.pin(key, view, HOSTILE, is_critical=True)], f"Pinned {HOSTILE}")
    early = KeptEffect("early", "share", "600 photos", 0.77, 0.73, 0.70, 0.76)
    edit = replace(edit, effects=(effect, early))
    log.judge([auditing.keep_edit(auditing.new_key(), f"no {HOSTILE}", edit)], "Kept")
    log.judge([j.accept(BOAT, "boat"), j.rename(WATER, HOSTILE)], "Named")
    log.judge_as(BEN)
    log.judge([j.reject(BOAT, "boat")], "Rejected")
    log.judge_as(ADA)
    return key


def texts(report: AuditReport) -> str:
    return json.dumps(report.to_json(), ensure_ascii=False)


def test_it_is_one_file_that_loads_nothing_and_runs_nothing(project: Project) -> None:
    fill(project)
    page = html.page(gather(project)).decode()
    read = Reader(page)
    assert {tag for tag, _ in read.tags}.isdisjoint({"script", "link", "iframe", "object", "form"})
    for _tag, attributes in read.tags:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href"):
            assert str(attributes.get(name, "#")).startswith(("#", "data:image/jpeg;base64,"))
    assert "default-src 'none'" in page and "\u202e" not in page
    assert not re.search(r"url\(|@import|https?://", page)
    assert '<script>alert("x")' in "".join(read.text)  # as a text that is read


def test_a_stranger_a_screen_reader_and_paper_are_thought_of(project: Project) -> None:
    fill(project)
    page = html.page(gather(project)).decode()
    tags = Reader(page).tags
    assert ("html", {"lang": "en"}) in tags and "@media print" in page
    pictures = [attributes for tag, attributes in tags if tag == "img"]
    assert len(pictures) == 9 and all(one["alt"] for one in pictures)  # one, and 4 of each concept
    for table in (block for block in gather(project).walk() if isinstance(block, FiguresTable)):
        assert table.caption and all(head.title for head in table.heads)
    ids = {attributes["id"] for _tag, attributes in tags if "id" in attributes}
    links = {str(attributes["href"])[1:] for tag, attributes in tags if tag == "a"}
    assert links <= ids
    assert "<h1>" in page and page.count("<h2") == len(gather(project).sections)


def test_it_says_who_what_and_which_and_never_verified(project: Project) -> None:
    key = fill(project)
    report = gather(project)
    said = texts(report)
    results = project.results()
    assert results is not None
    with results:
        assert results.encoder[1] in said and results.dictionary.fingerprint in said
    assert project.judgements.project == report.project and "Ada" in said and "Ben" in said
    assert "−4.00 points" in said and "+70.0" not in said  # the interval was of another figure
    assert "Cohen's kappa" in said and "−3.00 points (−5.00 to −1.00)" in said
    assert report.open_critical == 1 and "1 critical finding open" in said
    for word in re.findall(r"[^.]*verified[^.]*", said):
        assert re.search(r"\bnot\b", word), word
    machine = [block for block in said.split('"text": ') if '"is_machine": true' in block[:120]]
    assert not any(block.startswith('"boat (') for block in machine)  # a person accepted it
    project.judgements.judge([auditing.close_finding(key, "Ten more photos.")], "Closed")
    assert "Settled: Ten more photos." in texts(gather(project))


def test_of_an_untouched_project_it_says_what_is_missing(project: Project) -> None:
    said = texts(gather(project))
    for missing in (
        "Nobody pinned a finding",
        "Nobody has judged anything yet",
        "was never measured",
        "not that the model was verified",
        "No report of this project has been signed",
        "were reviewed by nobody",
    ):
        assert missing in said


def test_a_signature_is_of_exactly_one_file(project: Project, tmp_path: Path) -> None:
    log = project.judgements
    data = html.page(gather(project))
    file = writing.write(data, tmp_path / "audit")
    assert file.name == "audit.html" and signing.read(file) == data
    assert signing.told(signing.check(log, data)) == ["Nobody signed this file."]
    log.judge([signing.act_of(log, file, data, "I was there.")], "Signed")
    found = signing.check(log, data)
    assert found.is_signed and found.signatures[0].person == "Ada"
    assert "signed exactly this file" in signing.told(found)[0]
    assert signing.told(signing.check(log, data + b" "))[0].startswith("This is NOT the file")
    log.judge([j.accept(BOAT, "boat")], "Named")
    assert "1 judgement of this project is newer" in signing.told(signing.check(log, data))[1]
    assert "I was there." in texts(gather(project))
    log.judge_as(BEN)
    log.judge([signing.act_of(log, file, data)], "Signed")
    assert [one.person for one in signing.check(log, data).signatures] == ["Ada", "Ben"]
    log.judge([auditing.withdraw_signature(found.sha256, BEN.uuid)], "Withdrawn")
    assert [one.is_signed for one in signing.check(log, data).signatures] == [True, False]


def test_nothing_is_signed_while_a_critical_finding_is_open(
    project: Project, tmp_path: Path
) -> None:
    key, log = fill(project), project.judgements
    data = html.page(gather(project))
    with pytest.raises(Refusal, match="1 critical finding is open, so no report can be signed"):
        signing.act_of(log, tmp_path / "a.html", data)
    log.judge([auditing.close_finding(key)], "Closed")
    with pytest.raises(Refusal, match="made while a critical finding was open"):
        signing.act_of(log, tmp_path / "a.html", data)
    data = html.page(gather(project))
    assert signing.act_of(log, tmp_path / "a.html", data).kind == "sign"
    log.undo()
    log.judge([auditing.judge_critical(key, False)], "Not critical")
    assert signing.act_of(log, tmp_path / "a.html", data).kind == "sign"
    for other in (b"<html>", data.replace(log.project.encode(), b"another")):
        with pytest.raises(Refusal, match=r"not a report|another project"):
            signing.act_of(log, tmp_path / "a.html", other)


def test_it_is_written_whole_and_over_nothing(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "audit.html"
    file.write_text("mine")
    with pytest.raises(Refusal, match="something here already"):
        writing.write(b"page", file)
    assert file.read_text() == "mine"
    assert writing.write(b"page", file, overwrite=True) == file and file.read_bytes() == b"page"


def test_a_report_has_so_many_pictures_at_most(project: Project) -> None:
    acts = [
        auditing.pin(auditing.new_key(), View(f"Finding {n}", concepts=(BOAT, WATER)))
        for n in range(20)
    ]
    project.judgements.judge(acts, "Pinned")
    report = gather(project)
    shown = sum(len(one.pictures) for one in report.walk() if isinstance(one, PictureRow))
    assert shown == 60 and sum(isinstance(one, Card) for one in report.walk()) == 20
    assert len(html.page(report)) < 2_000_000
