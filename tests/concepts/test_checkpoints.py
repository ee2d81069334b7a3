"""Other people's weights: what is read, from where in a file, and that nothing of it is run."""

import argparse
import collections
import datetime
import enum
import os
import pickle
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from insight_app.concepts.checkpoints import pickles, places, reading, unwrapping
from insight_app.errors import KnownError

pytestmark = pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")
WEIGHTS = {
    "w": torch.arange(6.0).reshape(2, 3).T,
    "half": torch.arange(5.0).half(),
    "brain": torch.arange(5.0).bfloat16(),
    "double": torch.arange(5.0).double()[1:],
    "n": torch.tensor(4, dtype=torch.int32),
}


class RunsCode:
    """Unpickled, it makes a file."""

    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self) -> Any:
        return os.system, (f"touch '{self.witness}'",)


class Colour(enum.Enum):
    RED = "red"


@dataclass
class Arguments:
    """As training programs keep theirs, of a class that nobody else has."""

    rate: float = 1e-3


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


def to_pickle(content: Any, path: Path) -> None:
    path.write_bytes(pickle.dumps(content))


def to_oldest_pickle(content: Any, path: Path) -> None:
    path.write_bytes(pickle.dumps(content, 0))


def to_safetensors(content: Any, path: Path) -> None:
    save_file({name: value.contiguous() for name, value in content.items()}, path)


PICKLED = pytest.mark.parametrize("write", [to_zip, to_old, to_pickle, to_oldest_pickle])
WRITERS = pytest.mark.parametrize("write", [to_zip, to_old, to_safetensors])


def same(found: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> bool:
    return found.keys() >= expected.keys() and all(
        torch.equal(found[name], value) and found[name].dtype == value.dtype
        for name, value in expected.items()
    )


def found_in(path: Path) -> unwrapping.FoundWeights:
    pair = unwrapping.find(reading.open_checkpoint(path), {"whole": tuple(WEIGHTS)})
    assert pair is not None
    return pair[1]


def beside() -> dict[str, Any]:
    """What training programs keep beside the weights."""
    model = nn.Linear(2, 2)
    optimiser = torch.optim.AdamW(model.parameters())
    model(torch.ones(1, 2)).sum().backward()
    optimiser.step()
    return {
        "epoch": 3,
        "optimizer": optimiser.state_dict(),
        "scheduler": torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 3).state_dict(),
        "scaler": {"scale": 65536.0},
        "args": argparse.Namespace(rate=1e-3, out=Path("runs")),
        "own": Arguments(),
        "best": np.float64(0.5),
        "curve": np.arange(4),
        "history": collections.defaultdict(list, {"loss": [1.0]}),
        "dtype": torch.float16,
        "device": torch.device("cpu"),
        "size": torch.Size([1, 2]),
        "when": datetime.datetime.now(),
        "colour": Colour.RED,
        "rng": (torch.get_rng_state(), np.random.RandomState(1), np.random.default_rng(1)),
        "seen": {1, 2},
        "range": range(3),
        "failure": ValueError("at step 3"),
        (1, 2): "a key that is no name",
    }


@WRITERS
def test_every_format_gives_the_same_weights_whatever_the_file_is_called(
    write: Callable[[Any, Path], None], tmp_path: Path
) -> None:
    write(WEIGHTS, tmp_path / "weights.bin")
    found = found_in(tmp_path / "weights.bin")
    assert same(found, WEIGHTS) and found.note == ""


@PICKLED
def test_weights_are_found_beside_whatever_a_training_keeps(
    write: Callable[[Any, Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "last.pt"
    wrapped = {f"module._orig_mod.model.{name}": value for name, value in WEIGHTS.items()}
    write(beside() | {"state_dict": wrapped}, path)
    found = found_in(path)
    assert same(found, WEIGHTS)
    assert found.note == "Taken from state_dict; prefix module., _orig_mod., model. removed."
    write({name: value.float().numpy() for name, value in WEIGHTS.items()}, path)
    assert same(found_in(path), {name: value.float() for name, value in WEIGHTS.items()})


def in_the_middle(name: str) -> str:
    return f"_forward_module.encoder._fsdp_wrapped_module.{name}"


WRAPPED: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "DDP": (lambda w: {f"module.{n}": v for n, v in w.items()}, "Prefix module. removed."),
    "DeepSpeed": (lambda w: {"module": w, "optimizer": None}, "Taken from module."),
    "Lightning": (
        lambda w: {
            "state_dict": {f"model.net.{n}": v for n, v in w.items()},
            "hyper_parameters": {"rate": 1},
            "callbacks": {Arguments: {"best": torch.zeros(3)}},
        },
        "Taken from state_dict; prefix model.net. removed.",
    ),
    "FSDP": (
        lambda w: {in_the_middle(n): v for n, v in w.items()},
        "Prefix _forward_module., _fsdp_wrapped_module., encoder. removed.",
    ),
    "nested": (lambda w: {"a": {"b": {"c": w}}}, "Taken from a / b / c."),
    "by layer": (lambda w: {9: w}, "Taken from 9."),
    "averaged": (
        lambda w: {"model": {n: v * 0 for n, v in w.items()}, "state_dict_ema": w},
        "Taken from state_dict_ema; averaged (EMA) weights used, not the plain ones beside them.",
    ),
    "named twice": (lambda w: {"model": w, "state_dict": w}, "Taken from model."),
    "numbers": (lambda w: w | {"n": 4}, ""),
}


@pytest.mark.parametrize(("wrap", "note"), WRAPPED.values(), ids=WRAPPED.keys())
def test_weights_are_taken_out_of_their_wrapping_and_it_is_said(
    wrap: Callable[[dict[str, Any]], Any], note: str, tmp_path: Path
) -> None:
    torch.save(wrap(WEIGHTS), tmp_path / "last.pt")
    found = found_in(tmp_path / "last.pt")
    assert same(found, {name: WEIGHTS[name] for name in ("w", "half", "double")})
    assert int(found["n"]) == 4 and found.note == note


@PICKLED
def test_a_whole_pickled_module_gives_its_weights(
    write: Callable[[Any, Path], None], tmp_path: Path
) -> None:
    module = Small()
    write({"model": nn.DataParallel(module)}, tmp_path / "model.pt")
    wanted = {"module": tuple(module.state_dict())}
    pair = unwrapping.find(reading.open_checkpoint(tmp_path / "model.pt"), wanted)
    assert pair is not None and same(pair[1], module.state_dict())


def test_of_several_sets_a_person_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    other = {name: value.clone() for name, value in WEIGHTS.items()}
    torch.save({"student": WEIGHTS, "teacher": other}, path)
    with pytest.raises(KnownError, match="several sets of weights: student, teacher"):
        found_in(path)


def test_a_file_without_what_is_wanted_says_what_it_holds(tmp_path: Path) -> None:
    said = {
        "its weights under a are x": {"a": {"x": torch.zeros(2)}},
        "it holds no weights by name, but epoch": {"epoch": 1},
        "it holds an object of the class .*Arguments": Arguments(),
        "a single tensor without a name": torch.zeros(2),
        "it is empty": {},
    }
    for number, (words, content) in enumerate(said.items()):
        torch.save(content, tmp_path / f"{number}.pt")
        checkpoint = reading.open_checkpoint(tmp_path / f"{number}.pt")
        assert unwrapping.find(checkpoint, {"whole": tuple(WEIGHTS)}) is None
        with pytest.raises(KnownError, match=words):
            raise unwrapping.nothing_found(checkpoint, "are no such weights")


def test_a_file_may_be_one_table(tmp_path: Path) -> None:
    path = tmp_path / "D.pth"
    torch.save(WEIGHTS["w"], path)
    assert torch.equal(reading.array(path), WEIGHTS["w"])
    torch.save(WEIGHTS, path)
    with pytest.raises(KnownError, match="not a single table"):
        reading.array(path)


def test_sharded_weights_are_put_together_by_their_index(tmp_path: Path) -> None:
    names = list(WEIGHTS)
    parts = {"m-00001-of-00002.safetensors": names[:2], "m-00002-of-00002.safetensors": names[2:]}
    for file, own in parts.items():
        to_safetensors({name: WEIGHTS[name] for name in own}, tmp_path / file)
    where = {name: file for file, own in parts.items() for name in own}
    index = tmp_path / "m.safetensors.index.json"
    index.write_text(f'\ufeff{{"weight_map": {where}}}'.replace("'", '"'), "utf-8")
    assert same(found_in(index), WEIGHTS)
    assert places.weights_file(tmp_path) == index
    (tmp_path / "m-00002-of-00002.safetensors").unlink()
    with pytest.raises(KnownError, match="part of these weights is missing: m-00002"):
        reading.open_checkpoint(index)
    index.write_text('{"weight_map": {"w": "../other.safetensors"}}')
    with pytest.raises(KnownError, match="outside of its folder"):
        reading.open_checkpoint(index)
    index.write_text(f'{{"weight_map": {{"w": "{index.name}"}}}}')
    with pytest.raises(KnownError, match="its index names an index"):
        reading.open_checkpoint(index)


def test_a_header_of_safetensors_is_told_from_a_pickle_whatever_its_length(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    to_safetensors(WEIGHTS, path)
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    longer = (2 << 8) + 0x80  # as the start of a pickle of the second form
    padding = b" " * (longer - length)
    path.write_bytes(
        longer.to_bytes(8, "little") + data[8 : 8 + length] + padding + data[8 + length :]
    )
    assert same(found_in(path), WEIGHTS)
    path.write_bytes((20_000).to_bytes(8, "little") + b"[" * 20_000)
    with pytest.raises(KnownError, match="its header cannot be read"):
        reading.open_checkpoint(path)


def test_operations_are_counted_over_all_pickles_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pickles, "MOST_OPERATIONS", 1000)
    path, number = tmp_path / "w.pt", pickle.dumps(0x1950A86A20F9469CFC6C, 2)
    filler = b"\x80\x02" + b"N0" * 300 + b"N."
    path.write_bytes(number + filler + filler + number)
    with pytest.raises(KnownError, match="over 1,000 operations"):
        reading.open_checkpoint(path)


def test_an_archive_of_a_program_gives_its_weights_and_runs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ViT.pt"
    module = Small()
    torch.jit.save(torch.jit.script(module), path)
    pair = unwrapping.find(reading.open_checkpoint(path), {"m": tuple(module.state_dict())})
    assert pair is not None and same(pair[1], module.state_dict())


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
    for protocol in (0, 2, 4, 5):
        (tmp_path / f"plain{protocol}.pt").write_bytes(pickle.dumps(content["evil"], protocol))
    for number, call in enumerate(
        (b"c__builtin__\neval\n", b"cbuiltins\n__import__\n", b"csubprocess\nPopen\n",
         b"cpathlib\nPath.unlink\n", b"coperator\nmethodcaller\n", b"ccollections\nnamedtuple\n")
    ):  # fmt: skip
        (tmp_path / f"call{number}.pt").write_bytes(b"\x80\x02" + call + b"(X\x01\0\0\0atR.")
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


def test_weights_that_are_not_numbers_are_told(tmp_path: Path) -> None:
    path = tmp_path / "w.pt"
    reading.finite(WEIGHTS | {"half": torch.full((9,), 60_000.0, dtype=torch.half)}, path)
    reading.finite(WEIGHTS | {"large": torch.full((9,), 1e38)}, path)
    for value in (float("nan"), float("inf")):
        spoilt = WEIGHTS["w"].clone()
        spoilt[1, 1] = value
        with pytest.raises(KnownError, match=r"not numbers.*spoilt"):
            reading.finite(WEIGHTS | {"spoilt": spoilt}, path)


def test_the_folder_of_a_run_stands_for_its_weights(tmp_path: Path) -> None:
    run = tmp_path / "run"
    deep = run / "lightning_logs" / "version_0" / "checkpoints"
    deep.mkdir(parents=True)
    with pytest.raises(KnownError, match="no file of weights in this folder"):
        places.weights_file(run)
    for name in ("last.ckpt", "optimizer.pt", "rng_state_0.pth", "training_args.bin", "a.txt"):
        (deep / name).touch()
    assert places.weights_file(run) == deep / "last.ckpt"
    (deep / "best.ckpt").touch()
    with pytest.raises(KnownError, match=r"several files of weights.*best\.ckpt, .*last\.ckpt"):
        places.weights_file(run)
    (run / "open_clip_pytorch_model.bin").touch()
    assert places.weights_file(run) == run / "open_clip_pytorch_model.bin"
    split = tmp_path / "split"
    split.mkdir()
    (split / "__0_0.distcp").touch()
    with pytest.raises(KnownError, match=r"split up by torch\.distributed"):
        places.weights_file(split)


def refused(path: Path, why: str) -> None:
    with pytest.raises(KnownError, match=why) as refusal:
        reading.open_checkpoint(path)
    assert refusal.value.where == str(path)
