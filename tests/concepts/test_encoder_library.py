"""The model library: what is taken in is whole, known by its content, and found again."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from huggingface_hub import constants

from insight_app.concepts.encoders.models import library, published
from insight_app.concepts.progress import Cancelled, CancelToken
from insight_app.errors import KnownError
from tests import shaped
from tests.shaped import SMALL


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A person with nothing on their computer yet."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path


@pytest.fixture
def file(home: Path) -> Path:
    return shaped.write(home / "mine" / "last.pt", shaped.heads(), "model_state_dict")


def nothing_was_taken_in() -> bool:
    return library.entries() == [] and not any(library.folder().rglob("*"))


def test_an_import_is_a_copy_known_by_its_content(home: Path) -> None:
    file = shaped.write(home / "mine" / "streets.pt", shaped.clip())
    entry = library.import_file(file)
    assert (entry.name, entry.kind, entry.model) == (f"{SMALL}/streets", "clip", SMALL)
    assert entry.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert entry.bytes == file.stat().st_size and entry.source == str(file)
    shutil.rmtree(file.parent)
    assert library.entries() == [entry]
    assert hashlib.sha256(Path(entry.file).read_bytes()).hexdigest() == entry.sha256
    assert library.find("clip", SMALL) == Path(entry.file)
    assert library.find("clip", SMALL, "other") is library.find("clip", "ViT-S-32") is None


@pytest.mark.parametrize("suffix", [".pt", ".bin", ".pth", ".safetensors", ".ckpt"])
def test_every_layout_of_a_file_is_recognised(suffix: str, home: Path) -> None:
    entry = library.import_file(shaped.write(home / f"last{suffix}", shaped.heads()))
    assert entry.name == "clip-dinoiser"


def test_weights_inside_a_training_programs_checkpoint_are_found(home: Path) -> None:
    wrapped = {f"module.{name}": value for name, value in shaped.clip().items()}
    entry = library.import_file(shaped.write(home / "latest.pt", wrapped, "state_dict"))
    assert entry.name == f"{SMALL}/local"


def test_the_same_content_is_one_entry_whatever_its_name(file: Path) -> None:
    entry = library.import_file(file)
    again = library.import_file(shutil.copy(file, file.with_name("copy.bin")), tag="again")
    assert again == entry and library.entries() == [entry]


def test_another_content_does_not_replace_what_is_there(file: Path) -> None:
    entry = library.import_file(file)
    other = shaped.write(file.parent / "other" / file.name, shaped.heads(0.25))
    with pytest.raises(KnownError, match="already"):
        library.import_file(other)
    assert library.entries() == [entry]
    second = library.import_file(other, tag="second try")
    assert second.name == "clip-dinoiser/second_try"
    assert library.find("dinoiser", tag="second_try") == Path(second.file)
    assert library.entries() == [entry, second]


def test_heads_and_clip_weights_are_told_apart_by_content(home: Path) -> None:
    heads = shaped.write(home / "last.pt", shaped.heads(), "model_state_dict")
    entry = library.import_file(heads)
    assert (entry.name, entry.kind, entry.model) == ("clip-dinoiser", "dinoiser", "")
    assert library.find("dinoiser") == library.required("dinoiser") == Path(entry.file)
    with pytest.raises(KnownError, match="neither CLIP weights nor"):
        library.import_file(shaped.write(home / "x.pt", {"a": torch.zeros(3)}))
    names = {"W_enc": (4, 8), "b_enc": (8,), "W_dec": (8, 4), "b_dec": (4,)}
    dictionary = {name: torch.zeros(shape) for name, shape in names.items()}
    with pytest.raises(KnownError, match="neither CLIP weights nor") as told:
        library.import_file(shaped.write(home / "ae.pt", dictionary))
    assert "--dictionary" in told.value.do
    with pytest.raises(KnownError, match="heads"):
        library.import_file(shaped.write(home / "c.pt", shaped.clip()), "dinoiser")
    assert library.import_file(heads, model="ViT-B-16") == entry, "the model that they are for"
    for model in ("", SMALL):
        with pytest.raises(KnownError, match="heads, not CLIP weights"):
            library.import_file(heads, "clip", model)


def test_weights_that_fit_several_models_ask_which_one(home: Path) -> None:
    path = shaped.write(home / "open_clip_pytorch_model.bin", shaped.clip("ViT-B-32"))
    with pytest.raises(KnownError) as several:
        library.import_file(path)
    assert "ViT-B-32, ViT-B-32-quickgelu" in several.value.what
    assert "--model" in several.value.do
    assert nothing_was_taken_in()
    assert library.import_file(path, model="ViT-B-32-quickgelu").name == "ViT-B-32-quickgelu/local"


def test_where_a_file_was_downloaded_tells_which_weights_it_holds(home: Path) -> None:
    repository = home / "CLIP-ViT-B-32-DataComp.XL-s13B-b90K"
    path = shaped.write(repository / "open_clip_pytorch_model.bin", shaped.clip("ViT-B-32"))
    assert library.import_file(path).name == "ViT-B-32/datacomp_xl_s13b_b90k"


def test_openais_own_files_belong_to_quickgelu(home: Path) -> None:
    beside = {"input_resolution": 224, "context_length": 77, "vocab_size": 49408}
    numbers = {name: torch.tensor(value) for name, value in beside.items()}
    path = shaped.write(home / "ViT-B-32.pt", shaped.clip("ViT-B-32") | numbers)
    entry = library.import_file(path, model="ViT-B-32")
    assert entry.name == "ViT-B-32-quickgelu/ViT-B-32"


def test_the_papers_weights_are_preferred(home: Path) -> None:
    """Records alone: which of several is found."""
    for tag, added in (("laion2b_s34b_b88k", "2020"), ("mine", "2021")):
        place = library.folder() / f"ViT-B-16--{tag}"
        place.mkdir(parents=True)
        (place / "weights.pt").touch()
        entry = library.LibraryEntry(
            f"ViT-B-16/{tag}", "clip", "ViT-B-16", tag, "weights.pt", "", 0, "", added
        )
        (place / library.RECORD).write_text(json.dumps({"version": 1} | vars(entry)))
    assert library.find("clip", "ViT-B-16") == library.folder() / (
        "ViT-B-16--laion2b_s34b_b88k/weights.pt"
    )


def test_what_does_not_fit_is_refused_and_leaves_nothing(file: Path, home: Path) -> None:
    whole = shaped.clip()
    wrong_shape = whole | {"visual.proj": shaped.repeated((384, 100), 0.0)}
    missing = {name: value for name, value in whole.items() if "resblocks.5.mlp" not in name}
    nan = whole | {"visual.proj": shaped.repeated(whole["visual.proj"].shape, float("nan"))}
    transformers = {"vision_model.embeddings.class_embedding": torch.zeros(3)}
    clip = shaped.write(home / "clip.pt", whole)
    cut = home / "cut.pt"
    cut.write_bytes(file.read_bytes()[:-2000])
    page = home / "page.pt"
    page.write_text("<html>Sign in to continue</html>")
    bomb = home / "bomb.pt"
    torch.save({"state_dict": shaped.Bomb()}, bomb)
    cases = [
        (shaped.write(home / "a.pt", wrong_shape), "", "fit none"),
        (home / "a.pt", SMALL, r"visual.proj has the shape \(384, 100\)"),
        (shaped.write(home / "b.pt", missing), "", "resblocks.5.mlp.* is missing"),
        (shaped.write(home / "c.pt", nan), "", "not numbers"),
        (shaped.write(home / "d.pt", transformers), "", "its weights are vision_model.embed"),
        (clip, "ViT-S-32", "not the weights of ViT-S-32"),
        (clip, "ViT-B-16-SigLIP", "no class token"),
        (clip, "ViT-S-23", "no model named"),
        (cut, "", "cut off, damaged"),
        (page, "", "it is a web page"),
        (bomb, "", "would run code"),
        (home / "gone.pt", "", "no such file"),
    ]
    for path, model, said in cases:
        with pytest.raises(KnownError, match=said):
            library.import_file(path, model=model)
        assert nothing_was_taken_in(), said
    assert not Path("exploded").exists()
    with pytest.raises(KnownError, match="kind of weights"):
        library.import_file(file, "vae")


def test_an_import_that_is_stopped_leaves_nothing(file: Path) -> None:
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        library.import_file(file, cancel=cancel, progress=lambda *_: cancel.cancel())
    assert nothing_was_taken_in()


def test_an_import_that_is_killed_leaves_nothing_half(file: Path) -> None:
    program = f"""
import os
from pathlib import Path
from insight_app.concepts.encoders.models import library
def die(done, total, message):
    if message == "Taking in the weights":
        os._exit(9)
library.import_file(Path({str(file)!r}), "dinoiser", progress=die)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 9
    assert any(library.folder().glob(".*"))
    assert library.entries() == [] and library.verify() == []
    for leftover in library.folder().glob(".*"):
        os.utime(leftover, (0, 0))
    entry = library.import_file(file)
    assert [place.name for place in library.folder().iterdir()] == [Path(entry.file).parent.name]


def test_a_full_or_read_only_disk_is_told(file: Path, home: Path) -> None:
    library.folder().parent.mkdir(parents=True)
    library.folder().write_text("a file where the folder should be")
    with pytest.raises(KnownError, match="cannot be taken in") as told:
        library.import_file(file)
    assert "Nothing" in told.value.kept and library.entries() == []


def test_verify_finds_what_changed_and_what_is_gone(home: Path) -> None:
    files = [shaped.write(home / f"{n}.pt", shaped.heads(n)) for n in range(4)]
    entries = [library.import_file(file, tag=file.stem) for file in files]
    steps: list[tuple[int, int, str]] = []
    checked = library.verify(lambda *step: steps.append(step))
    assert checked == [(entry, "") for entry in entries]
    total = sum(entry.bytes for entry in entries)
    assert steps[-1][:2] == (total, total)
    changed, gone, unreadable = (Path(entry.file) for entry in entries[1:])
    data = bytearray(changed.read_bytes())
    data[100] ^= 1
    changed.write_bytes(data)
    gone.unlink()
    (unreadable.parent / library.RECORD).write_text("{")
    problems = {entry.name: problem for entry, problem in library.verify()}
    assert problems.pop(entries[0].name) == ""
    assert problems.pop(entries[1].name).startswith("Its content has changed")
    assert problems.pop(entries[2].name).startswith("The file of weights is gone")
    (problem,) = problems.values()
    assert "damaged" in problem
    assert library.entries() == entries[:2]
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        library.verify(cancel=cancel)


def test_what_is_not_there_cannot_be_removed(file: Path) -> None:
    entry = library.import_file(file)
    with pytest.raises(KnownError, match="no 'x'") as unknown:
        library.remove("x")
    assert entry.name in unknown.value.do and library.entries() == [entry]


def test_weights_in_the_hubs_cache_are_found_where_they_are(home: Path) -> None:
    assert library.cached() == [] and library.find("clip", "ViT-B-16") is None
    tags = ("datacomp_xl_s13b_b90k", "laion2b_s34b_b88k", "openai")
    paths = {tag: in_cache(home, published.named(f"ViT-B-16/{tag}")) for tag in tags}
    assert {entry.name: Path(entry.file) for entry in library.cached()} == {
        "ViT-B-16/datacomp_xl_s13b_b90k": paths["datacomp_xl_s13b_b90k"],
        "ViT-B-16/laion2b_s34b_b88k": paths["laion2b_s34b_b88k"],
        "ViT-B-16-quickgelu/openai": paths["openai"],
    }
    assert library.find("clip", "ViT-B-16") == paths["laion2b_s34b_b88k"]
    assert library.find("clip", "ViT-B-16", tags[0]) == paths[tags[0]]
    assert library.find("clip", "ViT-B-16", "openai") is None
    assert library.find("clip", "ViT-B-16-quickgelu") == paths["openai"]


def in_cache(home: Path, one: published.PublishedWeights) -> Path:
    """An empty file where Hugging Face's hub would have put it, seen as it answers for it."""
    root = home / "hub" / f"models--{one.repository.replace('/', '--')}"
    (root / "refs").mkdir(parents=True)
    (root / "refs" / "main").write_text("f00")
    path = root / "snapshots" / "f00" / one.files[-1]
    path.parent.mkdir(parents=True)
    path.touch()
    return path


def test_weights_in_open_clips_own_cache_are_found(home: Path) -> None:
    one = published.named("ViT-B-16/laion400m_e32")
    path = home / ".cache" / "clip" / one.url.rpartition("/")[2]
    path.parent.mkdir(parents=True)
    path.touch()
    assert library.find("clip", "ViT-B-16") == path


def test_nothing_at_hand_is_told_with_both_ways_to_get_it() -> None:
    with pytest.raises(KnownError) as told:
        library.required("clip", "ViT-B-16")
    assert "insight-app models fetch ViT-B-16/laion2b_s34b_b88k" in told.value.do
    assert "insight-app models import FILE --model ViT-B-16" in told.value.do
    with pytest.raises(KnownError) as told:
        library.required("dinoiser")
    assert "insight-app models fetch clip-dinoiser" in told.value.do


def test_published_weights_go_by_the_model_that_they_work_in() -> None:
    there = {one.name: one for one in published.published()}
    assert len(there) == len(published.published()) > 60
    assert "ViT-B-16-quickgelu/openai" in there and "ViT-B-16/openai" not in there
    assert published.named("ViT-B-16/openai") is not None
    assert published.named("ViT-B-16/openai").model == "ViT-B-16-quickgelu"
    assert published.named("ViT-B-16").tag == "laion2b_s34b_b88k"
    assert published.named("ViT-B-32-256").tag == "datacomp_s34b_b86k"
    with pytest.raises(KnownError, match="say which") as several:
        published.named("ViT-L-14")
    assert "ViT-L-14/datacomp_xl_s13b_b90k" in several.value.do
    with pytest.raises(KnownError, match="pixels scaled in another way"):
        published.named("ViT-L-14/laion2b_s32b_b82k")
    assert [one.name for one in there.values() if one.refusal] == ["ViT-L-14/laion2b_s32b_b82k"]
    with pytest.raises(KnownError, match="no published weights"):
        published.named("ViT-B-16/laion9b")
    with pytest.raises(KnownError, match="No weights are published"):
        published.named("ViT-S-32")
    with pytest.raises(KnownError, match="no class token"):
        published.named("ViT-B-16-SigLIP/webli")
