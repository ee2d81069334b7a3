"""Other people's weights: what is read, and that nothing in a file is ever run."""

import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from insight_app.concepts import checkpoints, torchscript
from insight_app.errors import KnownError

pytestmark = pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")
WEIGHTS = {"w": torch.arange(6.0).reshape(2, 3).T, "n": torch.tensor(4, dtype=torch.int32)}


class RunsCode:
    """Unpickled, it makes a file."""

    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self) -> Any:
        return os.system, (f"touch '{self.witness}'",)


class Small(nn.Module):
    """A bit of everything that OpenAI's archives hold."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 1).half())
        self.register_buffer("input_resolution", torch.tensor(224))
        self.turned = nn.Parameter(torch.rand(2, 3).T)
        self.sizes = [1, 2]

    def forward(self, x: Tensor) -> Tensor:
        return self.blocks(x)


def to_zip(content: Any, path: Path) -> None:
    torch.save(content, path)


def to_old(content: Any, path: Path) -> None:
    torch.save(content, path, _use_new_zipfile_serialization=False)


def to_safetensors(content: Any, path: Path) -> None:
    save_file({name: value.contiguous() for name, value in content.items()}, path)


WRITERS = pytest.mark.parametrize("write", [to_zip, to_old, to_safetensors])


def same(found: dict[str, Tensor], expected: dict[str, Tensor]) -> bool:
    return found.keys() == expected.keys() and all(
        torch.equal(found[name], value) and found[name].dtype == value.dtype
        for name, value in expected.items()
    )


@WRITERS
def test_every_format_gives_the_same_weights_whatever_the_file_is_called(
    write: Callable[[Any, Path], None], tmp_path: Path
) -> None:
    write(WEIGHTS, tmp_path / "weights.bin")
    assert same(checkpoints.read(tmp_path / "weights.bin"), WEIGHTS)
    assert same(checkpoints.tensors(tmp_path / "weights.bin"), WEIGHTS)


def test_weights_are_found_under_a_name_and_without_prefix(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    prefixed = {f"module.{name}": value for name, value in WEIGHTS.items()}
    torch.save({"epoch": 3, "state_dict": prefixed}, path)
    assert same(checkpoints.tensors(path, ["model_state_dict", "state_dict"]), WEIGHTS)
    assert checkpoints.read(path)["epoch"] == 3
    with pytest.raises(KnownError, match="no weights"):
        checkpoints.tensors(path)
    torch.save(WEIGHTS, path)
    assert same(checkpoints.tensors(path, ["state_dict"]), WEIGHTS)


def test_a_file_may_be_one_table(tmp_path: Path) -> None:
    path = tmp_path / "D.pth"
    torch.save(WEIGHTS["w"], path)
    assert torch.equal(checkpoints.array(path), WEIGHTS["w"])
    with pytest.raises(KnownError, match="no weights by name"):
        checkpoints.read(path)
    torch.save(WEIGHTS, path)
    with pytest.raises(KnownError, match="not a single table"):
        checkpoints.array(path)


def test_an_archive_of_a_program_gives_its_weights_and_runs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ViT.pt"
    module = Small()
    torch.jit.save(torch.jit.script(module), path)
    assert torchscript.is_archive(path)
    assert same(checkpoints.tensors(path), module.state_dict())


def test_an_archive_that_wants_more_than_tensors_is_refused(tmp_path: Path) -> None:
    original, path, witness = tmp_path / "a.pt", tmp_path / "b.pt", tmp_path / "witness"
    torch.jit.save(torch.jit.script(Small()), original)
    with zipfile.ZipFile(original) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            evil = pickle.dumps(RunsCode(witness), protocol=2)
            target.writestr(name, evil if name.endswith("/data.pkl") else source.read(name))
    refused(path, "would run code.*system")
    assert not witness.exists()


def test_a_pickle_that_would_run_code_is_refused_and_runs_nothing(tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    content = {"w": WEIGHTS["w"], "evil": RunsCode(witness)}
    to_zip(content, tmp_path / "zip.pt")
    to_old(content, tmp_path / "old.pt")
    for protocol in (2, 4, 5):
        (tmp_path / f"plain{protocol}.pt").write_bytes(pickle.dumps(content["evil"], protocol))
    for path in tmp_path.glob("*.pt"):
        refused(path, "would run code")
    refused(tmp_path / "zip.pt", r"posix\.system|nt\.system")
    assert not witness.exists()
    torch.load(tmp_path / "zip.pt", weights_only=False)
    assert witness.exists(), "the test would not have noticed"


@WRITERS
@pytest.mark.parametrize("share", [0, 0.02, 0.5, 0.99])
def test_a_cut_off_file_is_refused(
    write: Callable[[Any, Path], None], share: float, tmp_path: Path
) -> None:
    path = tmp_path / "weights.pt"
    write(WEIGHTS, path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    refused(path, "cut off")


def test_a_cut_off_archive_of_a_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ViT.pt"
    torch.jit.save(torch.jit.script(Small()), path)
    path.write_bytes(path.read_bytes()[:-300])
    refused(path, "cut off")


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    for name, content in {
        "a.pt": b"<html>Not found</html>",
        "b.bin": b"\x80\x02",
        "c": b"",
    }.items():
        (tmp_path / name).write_bytes(content)
        refused(tmp_path / name, "no checkpoint")
    refused(tmp_path / "gone.pt", "no such file")
    refused(tmp_path, "no such file")


def test_weights_that_are_not_numbers_are_told(tmp_path: Path) -> None:
    path = tmp_path / "w.pt"
    checkpoints.finite(WEIGHTS | {"half": torch.full((9,), 60_000.0, dtype=torch.half)}, path)
    checkpoints.finite(WEIGHTS | {"large": torch.full((9,), 1e38)}, path)
    for value in (float("nan"), float("inf")):
        spoilt = WEIGHTS["w"].clone()
        spoilt[1, 1] = value
        with pytest.raises(KnownError, match=r"not numbers.*spoilt"):
            checkpoints.finite(WEIGHTS | {"spoilt": spoilt}, path)


def refused(path: Path, why: str) -> None:
    with pytest.raises(KnownError, match=why) as refusal:
        checkpoints.read(path)
    assert refusal.value.where == str(path)
