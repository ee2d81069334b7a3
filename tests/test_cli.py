"""The command line on a real project: what it says, writes and returns."""

import csv
import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import torch
from PIL import Image
from rdflib import SKOS, Graph, Literal

from insight_app.cli import folders, terminal
from insight_app.cli.program import app
from insight_app.cli.terminal import Exit
from insight_app.concepts import encoders
from insight_app.concepts.naming import vocabulary
from insight_app.exchange import json_format, registry, skos
from insight_app.exchange.collecting import collect
from insight_app.project import judgements as j
from insight_app.project.judgements.store import Judgements
from insight_app.project.photos.decoding import NEWEST_RULE
from insight_app.project.project import Project
from insight_app.project.results.snapshot import Results
from tests import tiny
from tests.project.test_analysis import draw
from tests.project.test_reading_rule import make_old
from tests.synthetic import make_project

PERSON = j.Person("p1", "Ada")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("made") / "birds.insight", images=12, concepts=48)


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    copy = tmp_path / made.name
    shutil.copytree(made, copy)
    return copy


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in this process: its exit code, what it printed, what it complained."""

    def call(*arguments: object) -> tuple[int, str, str]:
        capfd.readouterr()
        code = terminal.run(lambda: app([str(one) for one in arguments], prog_name="insight-app"))
        told = capfd.readouterr()
        return code, told.out, told.err

    return call


def test_help_is_quick_because_it_imports_nothing_large() -> None:
    large = ["torch", "PySide6", "sqlalchemy", "scipy", "rdflib", "networkx", "transformers"]
    program = (
        f"import sys, insight_app.cli.program; sys.exit(bool(set({large}) & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_info_counts_what_the_window_shows(project: Path, run: Run) -> None:
    row = judge_a_few(project)
    code, out, _ = run("info", project, "--json")
    found = json.loads(out)
    with Project.open(project, read_only=True) as opened:
        catalogue = opened.catalogue()
        assert catalogue is not None
        assert code == Exit.OK
        assert found["project"] == "birds"
        assert found["concepts"]["all"] == catalogue.size
        assert found["concepts"]["accepted"] == found["concepts"]["named_by_person"] == 1
        assert found["concepts"]["hidden"] == 1
        assert found["images"]["all"] == 12
        assert found["images"]["coded"] == len(opened.results().image_ids(status="coded"))
        assert found["relations"] == len(catalogue.edges())
        assert found["relations_above"]["photos"] == opened.results().relations_above[0] > 0
        assert found["judgements"] == 2 and catalogue.names[row] == "kingfisher"
    code, out, _ = run("info", project)
    assert "  accepted: 1\n" in out


def test_folders_are_listed_moved_taken_out_and_put_back(
    project: Path, tmp_path: Path, run: Run
) -> None:
    photos = shutil.copytree(made_photos(project), tmp_path / "photos of birds")
    assert run("folders", project, "--moved", made_photos(project), photos)[0] == Exit.OK

    def listed(*options: object) -> dict[str, tuple[str, int, int]]:
        code, out, _ = run("folders", project, "--json", *options)
        assert code == Exit.OK
        (source,) = json.loads(out)["sources"]
        assert source["path"] == str(photos)
        every = [source, *source["folders"]]
        return {Path(f["path"]).name: (f["state"], f["photos"], f["removed"]) for f in every}

    before = listed()
    assert before["photos of birds"] == ("here", 12, 0)
    out = listed("--remove", "park")
    assert out["park"][0] == "removed" and out["photos of birds"][1] == 12 - out["park"][2] < 12
    code, text, _ = run("folders", project)
    assert code == Exit.OK and f"  park: {out['park'][2]} taken out\n" in text
    assert listed("--put-back", photos / "park") == before
    photos.rename(tmp_path / "gone")
    code, text, _ = run("folders", project)
    assert text.splitlines()[0] == f"{photos}: NOT THERE, 12 photos, 1 unreadable"
    code, _, complaint = run("folders", project, "--moved", photos, tmp_path / "empty")
    assert code == Exit.ERROR and "There is no such folder." in complaint
    (tmp_path / "empty").mkdir()
    code, _, complaint = run("folders", project, "--moved", photos, tmp_path / "empty")
    assert code == Exit.ERROR and "0 of 12 were found" in complaint
    code, _, complaint = run("folders", project, "--remove", tmp_path / "other")
    assert code == Exit.ERROR and str(photos) in complaint
    assert run("folders", project, "--remove", "park", "--put-back", "park")[0] == Exit.USAGE
    assert run("folders", tmp_path)[0] == Exit.ERROR
    assert run("check", project)[0] == Exit.OK


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_a_folder_is_one_line_whatever_it_is_called(
    project: Path, tmp_path: Path, run: Run
) -> None:
    photos = shutil.copytree(made_photos(project), tmp_path / "two\nlines \x1b[31mred 中文")
    _, _, said = run("folders", project, "--moved", made_photos(project), photos)
    code, text, _ = run("folders", project)
    inside = [folder for folder in photos.iterdir() if folder.is_dir()]
    assert code == Exit.OK and len(text.splitlines()) == 1 + len(inside)
    for told in (text, said):
        assert "two\\nlines \\x1b[31mred 中文" in told and "\x1b" not in told
    counts = {"coded": 0, "unreadable": 0, "missing": 0, "removed": 0, "state": "here"}
    lines = [folders._line("a", counts | {"photos": photos}) for photos in (1, 2)]
    assert lines == ["a: 1 photo, 1 not analyzed yet", "a: 2 photos, 2 not analyzed yet"]


def made_photos(project: Path) -> Path:
    """Where the photos of a project are that was copied."""
    with Results.open(project) as results:  # type: ignore[union-attr]
        return results.sources()[0].path


FILES = [kind for kind in registry.FORMATS if not kind.is_folder]


@pytest.mark.parametrize("kind", FILES, ids=lambda kind: kind.name)
def test_every_format_is_exported_with_the_persons_name(
    kind: registry.Format, project: Path, tmp_path: Path, run: Run
) -> None:
    judge_a_few(project)
    target = tmp_path / f"out{kind.suffix}"
    code, out, _ = run("export", project, "-f", kind.name, "-o", target)
    assert code == Exit.OK
    assert out.splitlines()[0] == str(target)
    assert "kingfisher" in target.read_text(encoding="utf-8")
    before = target.read_bytes()
    assert run("export", project, "-f", kind.name, "-o", target)[0] == Exit.ERROR
    assert run("export", project, "-f", kind.name, "-o", target, "--force")[0] == Exit.OK
    assert target.read_bytes() == before


@pytest.mark.parametrize("kind", registry.FORMATS, ids=lambda kind: kind.name)
def test_standard_output_gets_the_data_and_nothing_else(
    kind: registry.Format, project: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    judge_a_few(project)
    code, out, told = run("export", project, "-f", kind.name, "-o", "-")
    assert not any(path.name.startswith("-") for path in tmp_path.iterdir())
    if kind.is_folder:
        assert (code, out) == (Exit.ERROR, "") and "folder" in told
        return
    target = tmp_path / f"all{kind.suffix}"
    _code, _out, also_told = run("export", project, "-f", kind.name, "-o", target)
    assert code == Exit.OK and out.encode() == target.read_bytes()
    assert ("Hidden concepts are left out (1)" in told) == (kind.name not in ("json", *CSVS))
    assert ("other tables are left out" in told) == (kind.name in CSVS)
    assert also_told in told


CSVS = ("csv", "csv-spreadsheet")


def test_the_language_of_names_is_kept_in_the_project(
    project: Path, tmp_path: Path, run: Run
) -> None:
    judge_a_few(project)
    kingfisher = Literal("kingfisher", lang="en")

    def label(*options: str) -> Literal:
        path = tmp_path / "x.ttl"
        assert run("export", project, "-f", "skos", "-o", path, "--force", *options)[0] == Exit.OK
        labels = set(Graph().parse(path).objects(None, SKOS.prefLabel))
        assert all(one.language for one in labels)
        return next(one for one in labels if str(one) == "kingfisher")

    assert label() == kingfisher
    assert label("--language", "pt-BR").language.lower() == "pt-br"
    assert label().language.lower() == "pt-br"
    assert json.loads(run("info", project, "--json")[1])["language"] == "pt-BR"
    code, _, told = run("export", project, "-o", tmp_path / "y", "--language", "deutsch!")
    assert code == Exit.ERROR and "no code of a language" in told
    with Project.open(project, PERSON) as opened:
        changes = opened.judgements.judge([j.language("de")], "German")
        assert changes.is_of_project and not changes.is_empty
        opened.judgements.undo()
        assert opened.judgements.state.language == "pt-BR"
        lines = tmp_path / "log.jsonl"
        opened.judgements.export_log(lines)
    other = tmp_path / "other.sqlite"
    with closing(Judgements.open(other, j.Person("p2", "Ben"))) as judgements:
        judgements.import_log(lines)
        assert judgements.state.language == "pt-BR"


def test_an_export_says_what_the_catalogue_says(project: Path, tmp_path: Path, run: Run) -> None:
    row = judge_a_few(project)
    target = tmp_path / "all.json"
    run("export", project, "-o", target)
    content = json_format.parse(target.read_text(encoding="utf-8"))
    with Project.open(project, read_only=True) as opened:
        assert content == collect(opened, has_places=True)
        catalogue = opened.catalogue()
        assert catalogue is not None
        assert [one.id for one in content.concepts] == [
            catalogue.id_of(one.number) for one in content.concepts
        ]
        assert {one.name for one in content.concepts} == set(catalogue.names)
        edges = {(catalogue.id_of(e.child), catalogue.id_of(e.parent)) for e in catalogue.edges()}
    direct = {(one.child, one.parent) for one in content.relations if not one.implied}
    assert direct == edges
    named = content.concepts[row]
    assert (named.name, named.named_by, named.status) == ("kingfisher", "person", "accepted")
    assert [entry["kind"] for entry in content.judgements] == ["rename", "hide"]
    assert sum(one.images for one in content.concepts) > 0


def test_a_rejected_relation_and_a_hidden_concept_are_in_json_but_not_in_skos(
    project: Path, tmp_path: Path, run: Run
) -> None:
    with Project.open(project, PERSON) as opened:
        catalogue = opened.catalogue()
        assert catalogue is not None
        edge, other = catalogue.edges()[:2]
        ends = {edge.child, edge.parent, other.child, other.parent}
        junk = next(row for row in range(catalogue.size) if row not in ends)
        child, parent, hidden = map(catalogue.id_of, (edge.child, edge.parent, junk))
        kept = catalogue.id_of(other.child), catalogue.id_of(other.parent)
        opened.judgements.judge([j.reject_relation(child, parent)], "Reject")
        opened.judgements.judge([j.hide(hidden)], "Hide")
    run("export", project, "-o", tmp_path / "all.json")
    run("export", project, "-f", "skos", "-o", tmp_path / "all.ttl")
    content = json_format.parse((tmp_path / "all.json").read_text(encoding="utf-8"))
    (rejected,) = [one for one in content.relations if one.is_rejected]
    assert (rejected.child, rejected.parent, rejected.decided_by) == (child, parent, "person")
    assert [one.id for one in content.concepts if one.hidden] == [hidden]
    graph = Graph().parse(tmp_path / "all.ttl")
    broader = set(graph.subject_objects(SKOS.broader))
    assert (skos.concept_uri(child), skos.concept_uri(parent)) not in broader
    assert tuple(map(skos.concept_uri, kept)) in broader
    assert graph.value(skos.concept_uri(hidden), SKOS.prefLabel) is None


def test_a_persons_own_concept_and_relation_are_exported(
    project: Path, tmp_path: Path, run: Run
) -> None:
    own = j.own_concept()
    with Project.open(project, PERSON) as opened:
        catalogue = opened.catalogue()
        assert catalogue is not None
        child = catalogue.id_of(0)
        acts = [j.create(own, "water bird"), j.add_parent(child, own)]
        opened.judgements.judge(acts, "Group")
    run("export", project, "-f", "csv", "-o", tmp_path / "all.csv")
    with (tmp_path / "all.csv").open(newline="", encoding="utf-8") as file:
        last = list(csv.DictReader(file))[-1]
    assert (last["id"], last["label"], last["named_by"]) == (own, "water bird", "person")
    with (tmp_path / "all.relations.csv").open(newline="", encoding="utf-8") as file:
        (added,) = [row for row in csv.DictReader(file) if row["parent"] == own]
    assert (added["child"], added["strength"], added["source"]) == (child, "", "person")
    run("export", project, "-f", "skos", "-o", tmp_path / "all.ttl")
    graph = Graph().parse(tmp_path / "all.ttl")
    assert graph.value(skos.concept_uri(own), SKOS.prefLabel) == Literal("water bird", lang="en")


def test_a_sound_project_passes_its_check(project: Path, run: Run) -> None:
    code, out, err = run("check", project)
    assert (code, err) == (Exit.OK, "Checking (MB)\n"), "progress, and nothing else"
    assert "in order" in out


def test_what_a_newer_insight_wrote_is_said_and_is_no_damage(
    project: Path, run: Run, tmp_path: Path
) -> None:
    with Project.open(project) as opened:
        opened.judgements.judge([j.hide(opened.catalogue().id_of(0))], "Hidden")
        opened.judgements.export_log(tmp_path / "log.jsonl")
        lines = (tmp_path / "log.jsonl").read_text("utf-8").splitlines()
        newer = json.loads(lines[-1]) | {"uuid": "u9", "group": "g9", "kind": "finding"}
        (tmp_path / "log.jsonl").write_text(json.dumps(newer), "utf-8")
        opened.judgements.import_log(tmp_path / "log.jsonl")
    code, out, err = run("check", project)
    assert code == Exit.OK and "in order" in out
    assert "1 judgement was made with a newer version of Insight" in err
    code, out, _ = run("info", project, "--json")
    assert json.loads(out)["judgements_not_understood"] == 1


def test_damage_is_found_and_named_with_an_exit_code_of_its_own(project: Path, run: Run) -> None:
    shard = max((project / "codes").rglob("*"), key=lambda path: path.stat().st_size)
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 0xFF
    shard.write_bytes(data)
    code, out, err = run("check", project)
    assert (code, out) == (Exit.DAMAGED, "")
    assert shard.name in err


@pytest.mark.parametrize("name", ["analysis.sqlite", "judgements.sqlite"])
def test_a_cut_off_database_is_found(name: str, project: Path, run: Run) -> None:
    path = project / name
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    code, _, err = run("check", project)
    assert code == Exit.DAMAGED
    assert name in err


def test_damaged_judgements_are_not_exported_as_if_they_were_whole(
    project: Path, tmp_path: Path, run: Run
) -> None:
    with Project.open(project) as opened:
        concept = opened.catalogue().id_of(2)
        opened.judgements.judge([j.rename(concept, "kept in a backup")], "said")
    database = project / "judgements.sqlite"
    database.write_bytes(database.read_bytes()[:2000])
    target = tmp_path / "out.json"
    code, _, said = run("export", project, "-o", target)
    assert code == Exit.ERROR and "damaged" in said and "restore" in said
    assert not target.exists()


@pytest.mark.parametrize("command", ["info", "check", "export", "quality"])
def test_what_is_no_project_is_said_in_one_line(command: str, tmp_path: Path, run: Run) -> None:
    more = ["-o", tmp_path / "x.json"] if command == "export" else []
    code, out, err = run(command, tmp_path, *more)
    assert (code, out) == (Exit.ERROR, "")
    assert len(err.splitlines()) == 1 and str(tmp_path) in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["analyze", "photos"],
        ["analyze", "photos", "-o", "p.insight", "--k", "3"],
        ["analyze", "photos", "-o", "p.insight", "--device", "tpu"],
        ["nothing"],
    ],
)
def test_a_wrong_command_line_has_its_own_exit_code(arguments: list[str], run: Run) -> None:
    assert run(*arguments)[0] == Exit.USAGE


@pytest.mark.parametrize("name", ["", ".", "..", "/", "n" * 300, f"{'n' * 300}/x", "n" * 250])
def test_a_project_needs_a_name_that_a_folder_can_have(
    name: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, told = run("analyze", tmp_path, "-o", name)
    assert code == Exit.ERROR and "The project cannot be made here" in told
    assert not any(tmp_path.iterdir()) and "name" in told


def test_weights_belong_to_the_encoder_that_is_named_or_the_projects_own(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = (encoders.WeightsFile("weights", "clip", "Weights"),)
    info = encoders.EncoderInfo("tiny", "Tiny", "", token_dim=tiny.D, files=files)
    monkeypatch.setitem(encoders.REGISTRY, "tiny", ("tests.tiny", info))
    photos, project = draw(tmp_path / "photos", 3), tmp_path / "p.insight"
    right, wrong = tmp_path / "right.pt", tmp_path / "wrong.pt"
    right.write_text("tiny-1")
    wrong.write_text("tiny-2")
    begin = ["analyze", photos, "-o", project]
    code, _, err = run(*begin, "--weights", right)
    assert code == Exit.USAGE and "--weights: the encoder builtin takes none" in err
    code, _, err = run(*begin, "--model", "ViT-B-32")
    assert code == Exit.USAGE and "--model: the encoder builtin takes none" in err
    code, _, err = run(*begin, "--encoder", "nix", "--weights", right)
    assert code == Exit.ERROR and "no encoder named 'nix'" in err
    assert not project.exists()

    dictionary = tiny.write_dictionary(tmp_path / "dictionary")
    chosen = ["--encoder", "tiny", "--model", "small", "--dictionary", dictionary]
    assert run(*begin, *chosen, "--weights", right)[0] == Exit.OK
    draw(photos, 5, seed=1)
    code, _, err = run(*begin, "--weights", wrong)
    assert code == Exit.ERROR and f"other weights than these: {wrong}" in err
    right.rename(tmp_path / "moved.pt")
    assert run(*begin, "--weights", tmp_path / "moved.pt")[0] == Exit.OK


def test_stopping_is_told_by_the_exit_code_also_while_concepts_are_named(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Photos are done by then, so the analysis itself ends as one that is done."""

    def read_words(encoder: object, texts: list[str]) -> torch.Tensor:
        os.kill(os.getpid(), signal.SIGINT)
        return torch.eye(tiny.D)[torch.arange(len(texts)) % tiny.D]

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(tiny.TinyEncoder, "text_fingerprint", "words", raising=False)
    monkeypatch.setattr(tiny.TinyEncoder, "encode_text", read_words)
    info = encoders.EncoderInfo("tiny", "Tiny", "", token_dim=tiny.D)
    monkeypatch.setitem(encoders.REGISTRY, "tiny", ("tests.tiny", info))
    photos, project = draw(tmp_path / "photos", 3), tmp_path / "p.insight"
    dictionary = tiny.write_dictionary(tmp_path / "dictionary")
    code, _, err = run(
        "analyze", photos, "-o", project, "--encoder", "tiny", "--dictionary", dictionary
    )
    assert code == Exit.CANCELLED and "goes on with naming" in err
    results = Results.open(project)
    assert results is not None and results.coded_images == 3 and not any(results.machine_names)


def test_concepts_are_named_again_when_asked_and_a_dry_run_says_how(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    info = encoders.EncoderInfo("tiny", "Tiny", "", token_dim=tiny.D)
    monkeypatch.setitem(encoders.REGISTRY, "tiny", ("tests.tiny", info))
    few = "n00000001\tstone\tof rock\nn00000002\tleaf\tof a plant\n"
    (tmp_path / "nouns.tsv.gz").write_bytes(gzip.compress(few.encode()))
    monkeypatch.setattr(vocabulary, "NOUNS", str(tmp_path / "nouns.tsv.gz"))
    photos, project = draw(tmp_path / "photos", 3), tmp_path / "p.insight"
    dictionary = tiny.write_dictionary(tmp_path / "dictionary")
    options = ["--encoder", "tiny", "--dictionary", dictionary]
    assert run("analyze", photos, "-o", project, *options)[0] == Exit.OK
    code, _, err = run("name", project)
    assert code == Exit.ERROR and "reads no words" in err
    monkeypatch.setattr(tiny.TinyEncoder, "text_fingerprint", "words", raising=False)
    would = json.loads(run("name", project, "--dry-run", "--json")[1])
    assert would["is_dry_run"] and would["photos"] == 3 and would["unit"] == "cosine"
    assert len(would["renamed"]) == would["named"] > 0
    assert json.loads(run("info", project, "--json")[1])["concepts"]["named"] == 0
    first = would["renamed"][0]
    with Project.open(project, PERSON) as opened:
        results = opened.results()
        assert results is not None
        of = f"{results.dictionary.fingerprint}:{first['concept']}"
        opened.judgements.judge([j.rename(of, "mine")], "named")
        results.close()
    code, told, _ = run("name", project)
    assert code == Exit.OK and f"After 3 photos, {would['named']} of " in told
    assert f"#{first['concept']}: - -> {first['now']} (called mine by a person" in told


def test_an_old_project_says_how_its_photos_are_read_and_how_to_read_them_anew(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = encoders.EncoderInfo("tiny", "Tiny", "", token_dim=tiny.D)
    monkeypatch.setitem(encoders.REGISTRY, "tiny", ("tests.tiny", info))
    photos, dictionary = draw(tmp_path / "photos", 3), tiny.write_dictionary(tmp_path / "tiny")
    project = make_old(tmp_path / "p.insight", photos, dictionary)
    code, _, err = run("analyze", photos, "-o", project)
    *_, notice = err.splitlines()
    assert code == Exit.OK and f"rule 1 of {NEWEST_RULE}" in notice and "--read-again" in notice
    assert json.loads(run("info", project, "--json")[1])["reading_rule"] == {
        "photos": 1,
        "newest": NEWEST_RULE,
    }
    code, _, err = run("analyze", photos, "-o", project, "--read-again")
    assert code == Exit.OK and "--read-again" not in err
    told = run("info", project)[1]
    assert f"reading rule:\n  photos: {NEWEST_RULE}\n  newest: {NEWEST_RULE}\n" in told
    found = json.loads(run("info", project, "--json")[1])
    assert [run["reading_rule"] for run in found["runs"]] == [1, 1, NEWEST_RULE]
    assert run("check", project)[0] == Exit.OK


def judge_a_few(project: Path) -> int:
    """Rename the most frequent concept and hide another; the row of the first."""
    with Project.open(project, PERSON) as opened:
        catalogue = opened.catalogue()
        assert catalogue is not None
        row = int(catalogue.images.argmax())
        opened.judgements.judge([j.rename(catalogue.id_of(row), "kingfisher")], "Rename")
        hidden = catalogue.id_of((row + 1) % catalogue.size)
        opened.judgements.judge([j.hide(hidden)], "Hide")
    return row


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_what_is_not_read_is_told_and_nothing_read_has_a_code_of_its_own(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = encoders.EncoderInfo("tiny", "Tiny", "", token_dim=tiny.D)
    monkeypatch.setitem(encoders.REGISTRY, "tiny", ("tests.tiny", info))
    photos, project = tmp_path / "photos", tmp_path / "P.insight"
    photos.mkdir()
    for number in range(3):
        (photos / f"{number}.psd").touch()
    (photos / "evil\x1b[31m.jpg").write_bytes(b"no picture")
    (photos / "gone.jpg").symlink_to("nowhere")
    how = ("-o", project, "--encoder", "tiny", "--dictionary", tiny.write_dictionary(tmp_path))
    code, _, told = run("analyze", photos, *how)
    assert code == Exit.NOTHING_READ, told
    for line in (
        "3 Photoshop files not taken. ",
        "evil\\x1b[31m.jpg: This is not an image",
        "gone.jpg: The link leads to nothing.",
        "No photo in these folders could be read.",
    ):
        assert line in told
    assert "\x1b" not in told
    Image.new("RGB", (40, 40), "red").save(photos / "good.png")
    assert run("analyze", photos, *how)[0] == Exit.OK
    code, _, told = run("analyze", photos, *how, "--exclude", "*.PNG")
    assert code == Exit.NOTHING_READ and "1 photo left out by name. Without *.PNG." in told
    only = tmp_path / "only"
    only.mkdir()
    for number in range(2):
        shutil.copy(photos / "good.png", only / f"{number}.png")
    none = ("-o", tmp_path / "N.insight", *how[2:], "--include", "*.tif")
    code, _, told = run("analyze", only, *none)
    assert code == Exit.NOTHING_READ and "could be read" not in told
    assert "All photos (2 photos) are left out by --include/--exclude." in told
    assert run("analyze", photos, *how, "--exclude", "")[0] == Exit.OK
    found = json.loads(run("info", project, "--json")[1])
    assert found["not_taken"] == {"Photoshop file": 3}
    assert sorted(Path(one["path"]).name for one in found["listed"]) == [
        "0.psd", "1.psd", "2.psd", "evil\x1b[31m.jpg", "gone.jpg",
    ]  # fmt: skip
    assert all(one["reason"] for one in found["listed"])
    assert "3 Photoshop files not taken." in run("info", project)[1]
