"""`insight-app models` on a person's real library."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import constants

from insight_app.cli import terminal
from insight_app.cli.program import app
from insight_app.cli.terminal import Exit
from insight_app.concepts.encoders.models import library
from tests import shaped

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))

    def call(*arguments: object) -> tuple[int, str, str]:
        capfd.readouterr()
        words = ["models", *map(str, arguments)]
        code = terminal.run(lambda: app(words, prog_name="insight-app"))
        told = capfd.readouterr()
        return code, told.out, told.err

    return call


@pytest.fixture
def heads(tmp_path: Path) -> Path:
    return shaped.write(tmp_path / "last.pt", shaped.heads(), "model_state_dict")


def test_weights_are_taken_in_listed_verified_and_removed(run: Run, heads: Path) -> None:
    code, out, _ = run("list")
    assert code == Exit.OK and "models fetch" in out and "models import" in out
    assert run("verify")[:2] == (Exit.OK, "There are no weights in the model library.\n")
    code, out, _ = run("import", heads)
    (entry,) = library.entries()
    assert code == Exit.OK and entry.sha256 in out and entry.file in out
    _, out, _ = run("list")
    assert out.startswith("clip-dinoiser: CLIP-DINOiser heads") and entry.sha256[:16] in out
    code, out, _ = run("verify")
    assert (code, out) == (Exit.OK, "clip-dinoiser: in order\n")
    # In a process of its own: where the trash is, is looked up once in a process.
    program = [sys.executable, "-m", "insight_app", "models", "remove", "clip-dinoiser"]
    assert subprocess.run(program, check=False, capture_output=True).returncode == Exit.OK
    assert library.entries() == []
    in_trash = [path for path in heads.parent.rglob("weights.pt") if "Trash" in path.parts]
    assert [path.read_bytes() for path in in_trash] == [heads.read_bytes()]
    assert run("remove", "clip-dinoiser")[0] == Exit.ERROR


def test_the_list_is_there_for_programs_too(run: Run, heads: Path) -> None:
    run("import", heads)
    found = json.loads(run("list", "--json")[1])
    assert found["cached"] == [] and "models" not in found
    assert [entry["name"] for entry in found["library"]] == ["clip-dinoiser"]
    models = {one["name"]: one for one in json.loads(run("list", "--json", "--all")[1])["models"]}
    assert models["ViT-B-16"]["token_dim"] == 512 and models["ViT-B-16"]["refusal"] == ""
    assert "no class token" in models["ViT-B-16-SigLIP"]["refusal"]
    lines = run("list", "--all")[1].splitlines()
    assert "model ViT-B-16: 512 numbers a cell of 16 pixels" in lines
    assert len([line for line in lines if "cannot be made dense" in line]) > 50


def test_damage_has_an_exit_code_of_its_own(run: Run, heads: Path) -> None:
    run("import", heads)
    run("import", shaped.write(heads.with_name("other.pt"), shaped.heads(0.25)), "--tag", "other")
    Path(library.named("clip-dinoiser").file).write_bytes(b"x")
    code, out, err = run("verify")
    assert code == Exit.DAMAGED and out == "clip-dinoiser/other: in order\n"
    assert "clip-dinoiser: Its content has changed" in err


def test_what_cannot_be_taken_in_is_told_in_one_line(run: Run, heads: Path, tmp_path: Path) -> None:
    heads.write_bytes(heads.read_bytes()[:-2000])
    for arguments in (("import", heads), ("import", tmp_path / "gone.pt"), ("fetch", "ViT-B-61")):
        code, out, err = run(*arguments)
        assert (code, out) == (Exit.ERROR, "")
        assert len([line for line in err.splitlines() if line.startswith("Error: ")]) == 1
    assert "Nearest: ViT-B-16" in err
    assert run("import", heads, "--kind", "vae")[0] == Exit.USAGE
    assert library.entries() == []


def test_a_model_is_named_where_the_content_fits_several(run: Run, tmp_path: Path) -> None:
    path = shaped.write(tmp_path / "weights.bin", shaped.clip("ViT-B-32"))
    code, _, err = run("import", path)
    assert code == Exit.ERROR and "ViT-B-32, ViT-B-32-quickgelu" in err and "--model" in err
    path = shaped.write(tmp_path / "other.bin", shaped.clip())
    assert run("import", path, "--model", "ViT-S-32")[0] == Exit.ERROR
    code, out, _ = run("import", path, "--model", shaped.SMALL, "--tag", "streets")
    assert code == Exit.OK and out.startswith(f"{shaped.SMALL}/streets: CLIP weights, ")
