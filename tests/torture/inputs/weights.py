"""Weights, dictionaries, releases and word lists of others: whole ones in all their wrappings are
taken and are what they were; the others are refused in words, and nothing of them runs.
"""

import argparse
import collections
import io
import json
import os
import pickle
import random
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save as to_safetensors

from insight_app.concepts import hsae
from insight_app.concepts.encoders.models import identifying
from insight_app.concepts.hsae import released
from insight_app.concepts.naming import vocabulary
from tests import tiny
from tests.concepts import releases
from tests.torture import doors
from tests.torture.cases import Case, Outcome, Verdict, worst
from tests.torture.decoys import RAN, Decoys
from tests.torture.inputs import bombs, damage
from tests.torture.resident import Say

HOLDERS = ("state_dict", "model", "model_state_dict", "ema", "module", "sae", "net", "autoencoder")
PREFIXES = ("module.", "_orig_mod.", "model.", "_orig_mod.module.", "module._orig_mod.",
            "model.module.", "sae.", "net.", "module.module.")  # fmt: skip


@dataclass(frozen=True)
class World:
    decoys: Decoys
    ours: Path
    zeros: Path


def prepare(root: Path, decoys: Decoys) -> World:
    return World(decoys, tiny.write_dictionary(root / "ours"), root / "zeros.zip")


class Runs:
    """Something that runs a command when it is unpickled."""

    def __init__(self, call: Any, *arguments: Any) -> None:
        self._call = (call, arguments)

    def __reduce__(self) -> Any:
        return self._call


def attempt(world: World, case: Case, place: Path, say: Say) -> Verdict:
    chance = case.chance()
    folder = place / "release"
    kind = chance.choice(KINDS)
    tried, truth = kind(world, chance, folder)
    say(tried)
    findings = []
    for one in _doors(folder):
        finding = one.finding
        if finding is not None and finding[0] is Outcome.KNOWN and truth is not None and (
            one.door in ("inspect", "load", "import")
        ):  # fmt: skip
            finding = (Outcome.REFUSED, finding[1])
        findings += [finding] if finding else []
        if truth is not None and one.door == "load" and one.value is not None:
            findings += _wrong(one.value, truth)
    if (place / RAN).exists():
        findings.append((Outcome.HARMED, "somebody else's code ran"))
    return worst(tried, findings)


def _doors(folder: Path) -> list[doors.Told]:
    told = [
        doors.known("inspect", lambda: hsae.inspect(folder)),
        doors.known("load", lambda: hsae.load(folder)),
        doors.known("import", lambda: released.import_into(folder, folder.parent / "imported")),
    ]
    for path in sorted(folder.iterdir())[:8] if folder.is_dir() else ():
        told.append(doors.known("identify", lambda path=path: identifying.identify(path)))
        if path.suffix == ".txt":
            told.append(doors.known("words", lambda path=path: vocabulary.read_terms(path)))
    return told


def _wrong(loaded: Any, truth: dict[str, torch.Tensor]) -> list[tuple[Outcome, str]]:
    """Whether other numbers came out than went in (halves lose some)."""
    for name, wanted in truth.items():
        found = getattr(loaded, name)
        if found.shape != wanted.shape or not torch.allclose(found, wanted, atol=1e-2):
            return [(Outcome.SILENT, f"{name} is another one than was saved")]
    return []


# ---- kinds of folders: (what it is, the weights if it must be taken)

Made = tuple[str, dict[str, torch.Tensor] | None]
Kind = Callable[[World, random.Random, Path], Made]


def _truth(state: dict[str, torch.Tensor], kind: str) -> dict[str, torch.Tensor]:
    if kind == releases.MATRYOSHKA:
        return {name: state[name].float() for name in ("W_enc", "b_enc", "W_dec", "b_dec")}
    return {
        "W_enc": state["encoder.weight"].t().float(),
        "b_enc": state["encoder.bias"].float(),
        "W_dec": state["decoder.weight"].t().float(),
        "b_dec": state["b_dec"].float(),
    }


def wrapped(world: World, chance: random.Random, folder: Path) -> Made:
    """As training loops save: held, prefixed, half, numbers for tensors, an optimizer beside."""
    kind = chance.choice(releases.KINDS)
    releases.write(folder, kind)
    state: dict[str, Any] = dict(releases.state(kind))
    said, truth = [kind], _truth(releases.state(kind), kind)
    if chance.random() < 0.5:
        prefix = chance.choice(PREFIXES)
        state = {prefix + name: value for name, value in state.items()}
        said.append(f"prefix {prefix}")
    if chance.random() < 0.3:
        what = chance.choice((torch.float16, torch.float64, torch.bfloat16))
        state = {n: v.to(what) if v.is_floating_point() else v for n, v in state.items()}
        said.append(str(what))
    if chance.random() < 0.3:
        state = {n: v.item() if isinstance(v, torch.Tensor) and v.numel() == 1 else v
                 for n, v in state.items()}  # fmt: skip
        said.append("numbers for tensors")
    content: Any = collections.OrderedDict(state) if chance.random() < 0.3 else state
    if chance.random() < 0.5:
        holder = chance.choice(HOLDERS[:3])
        content = {holder: content, "epoch": 3}
        said.append(f"in {holder}")
        if chance.random() < 0.5:
            more: dict[str, Any] = {
                "optimizer": {
                    "state": {0: {"exp_avg": torch.zeros(3)}},
                    "param_groups": [{"lr": 0.1}],
                },
                "args": argparse.Namespace(lr=0.1, path="x"),
                "loss": np.float64(0.5),
                "history": collections.defaultdict(list, {"loss": [1.0]}),
                "dtype": torch.float32,
                "scheduler": None,
                "rng": torch.get_rng_state()[:10],
                "path": "x",
                "step": np.int64(3),
                "counts": collections.Counter("aab"),
                "device": torch.device("cpu"),
                "size": torch.Size([1, 2]),
                "set": {1, 2},
                "where": Path("x"),
                "array": np.zeros(3),
            }
            name = chance.choice(list(more))
            content[name] = more[name]
            said.append(f"beside {name}")
    form = chance.choice(("zip", "zip", "old pickle", "safetensors"))
    path = folder / "ae.pt"
    if form == "safetensors" and all(isinstance(v, torch.Tensor) for v in content.values()):
        path.write_bytes(to_safetensors({n: v.contiguous() for n, v in content.items()}))
        said.append(form)
    else:
        torch.save(content, path, _use_new_zipfile_serialization=form != "old pickle")
    if chance.random() < 0.3:
        config = folder / "config.json"
        config.write_bytes(b"\xef\xbb\xbf" + config.read_bytes())
        said.append("config with a mark")
    return ", ".join(said), truth


def odd_global(world: World, chance: random.Random, folder: Path) -> Made:
    """Pickles that would run something."""
    releases.write(folder)
    ran = str(world.decoys.root / RAN)
    calls: tuple[Any, ...] = (
        Runs(os.system, f": > '{ran}'"), Runs(eval, f"open({ran!r}, 'w')"), Runs(open, ran, "w"),
        Runs(exec, f"open({ran!r}, 'w')"), Runs(__import__("subprocess").call, ["touch", ran]),
        Runs(getattr, "x", "__class__"), Runs(__import__("runpy").run_path, ran),
        Runs(torch.load, ran), Runs(np.load, ran), Runs(torch.hub.load, ran, "x"),
        Runs(Path.touch, Path(ran)), Runs(torch.Tensor.numpy, 1), Runs(bytearray, 1 << 40),
        Runs(torch.zeros, 1 << 34), Runs(list, range(1 << 33)), Runs(complex, 1, 2),
        Runs(np.zeros, 1 << 36), Runs(torch.empty, 9), Runs(range, 1 << 60), Runs(os._exit, 0),
    )  # fmt: skip
    call = chance.choice(calls)
    state: Any = releases.state(releases.MATRYOSHKA) | {"more": call}
    how = chance.choice(("zip", "old pickle", "plain pickle", "protocol 5", "in config", "probe"))
    path = folder / ("example_linear_probe_x.pt" if how == "probe" else "ae.pt")
    if how in ("zip", "old pickle", "probe"):
        with io.BytesIO() as made:
            torch.save(state, made, _use_new_zipfile_serialization=how != "old pickle")
            path.write_bytes(made.getvalue())
    else:
        path.write_bytes(pickle.dumps(state, 5 if how == "protocol 5" else 2))
    return f"{how} that calls {getattr(call._call[0], '__name__', call._call[0])}", None


def odd_tensors(world: World, chance: random.Random, folder: Path) -> Made:
    kind = chance.choice(releases.KINDS)
    releases.write(folder, kind)
    state: dict[str, Any] = dict(releases.state(kind))
    name = chance.choice(sorted(state))
    value = state[name]
    odd: dict[str, Callable[[], Any]] = {
        "float8": lambda: value.to(torch.float8_e4m3fn),
        "complex": lambda: value.to(torch.complex64),
        "bool": lambda: value.bool(),
        "int8": lambda: value.to(torch.int8),
        "sparse": lambda: value.to_sparse(),
        "meta": lambda: value.to("meta"),
        "quantized": lambda: torch.quantize_per_tensor(value.float(), 0.1, 0, torch.qint8),
        "nested": lambda: torch.nested.nested_tensor([torch.zeros(2), torch.zeros(3)]),
        "strides": lambda: torch.zeros(4).as_strided((1 << 20, 1 << 14), (0, 0)),
        "expanded": lambda: torch.zeros(1).expand(1 << 33),
        "nan": lambda: torch.full(value.shape, float("nan")),
        "infinite": lambda: torch.full(value.shape, float("inf")),
        "empty": lambda: torch.zeros(0),
        "no shape": lambda: torch.tensor(1.0),
        "other shape": lambda: torch.zeros(3, 3, 3),
        "transposed": lambda: value.t() if value.ndim == 2 else value,
        "text": lambda: "x",
        "list": lambda: [1.0, 2.0],
        "none": lambda: None,
        "parameter": lambda: torch.nn.Parameter(value.float()),
        "dictionary": lambda: {"a": value},
        "negative": lambda: torch.tensor(-1),
        "huge": lambda: torch.tensor(10**18),
        "uint16": lambda: value.to(torch.uint16),
        "conj": lambda: torch.zeros(3, dtype=torch.complex64).conj(),
        "neg": lambda: torch.zeros(3, dtype=torch.complex64).imag,
        "number": lambda: 1e400,
        "csr": lambda: torch.zeros(3, 3).to_sparse_csr(),
    }
    what = chance.choice(list(odd))
    try:
        state[name] = odd[what]()
        torch.save(state, folder / "ae.pt")
    except (RuntimeError, NotImplementedError, TypeError, ValueError) as error:
        return f"{what} cannot be saved ({error})", None
    return f"{kind}, {name}: {what}", None


def bomb(world: World, chance: random.Random, folder: Path) -> Made:
    """Archives that are small and become large, or whose places overlap."""
    releases.write(folder)
    path = folder / chance.choice(("ae.pt", "D.pth", "example_linear_probe_x.pt"))
    what = chance.choice(
        ("deflated tensor", "many members", "deflated pickle", "safetensors", "names")
    )
    if what == "names":
        (folder / "concept_names.txt").write_bytes(b"\n" * chance.choice((200_000_000, 19, 20, 21)))
    elif what == "safetensors":
        header = json.dumps(
            {"W_enc": {"dtype": "F32", "shape": [1 << 40, 6], "data_offsets": [0, 8]}}
        )
        text = chance.choice(
            (header, '{"a":' * 100_000, "{" + " " * 100_000_000, header * 2)
        ).encode()
        size = chance.choice((len(text), 1 << 62, (1 << 64) - 1, 0))
        path.write_bytes(struct.pack("<Q", size) + text + b"\0" * 8)
    elif what == "many members":
        with zipfile.ZipFile(path, "w") as archive:
            for number in range(20_000):
                archive.writestr(f"archive/data/{number}", b"")
            archive.writestr("archive/data.pkl", _pickle_of(7))
    else:
        path.write_bytes(_zeros(world, is_pickle=what == "deflated pickle"))
    return f"{path.name}: {what}", None


def _zeros(world: World, *, is_pickle: bool) -> bytes:
    """An archive of 2.2 GB of zeros; kept, since counting them takes a while."""
    kept, size = world.zeros.with_name(f"{is_pickle}-{world.zeros.name}"), 2200 << 20
    if not kept.exists():
        pickled = () if is_pickle else (("archive/data.pkl", _pickle_of(size // 4)),)
        name = "archive/data.pkl" if is_pickle else "archive/data/0"
        kept.write_bytes(bombs.zip_of_zeros(name, size, *pickled, ("archive/version", b"3\n")))
    return kept.read_bytes()


def _pickle_of(numbers: int) -> bytes:
    """The pickle of a state dict with a tensor of so many floats, in storage 0."""
    with io.BytesIO() as made:
        torch.save({"W_enc": torch.zeros(7)}, made)
        with zipfile.ZipFile(made) as archive:
            name = next(name for name in archive.namelist() if name.endswith("data.pkl"))
            data = archive.read(name)
    return data.replace(b"K\x07", b"J" + struct.pack("<i", numbers))


def damaged(world: World, chance: random.Random, folder: Path) -> Made:
    releases.write_whole(folder)
    path, how = chance.choice(sorted(folder.iterdir())), chance.choice(damage.BYTES)
    path.write_bytes(how(chance, path.read_bytes()))
    return f"{path.name}: {how.__name__}", None


def no_file(world: World, chance: random.Random, folder: Path) -> Made:
    releases.write_whole(folder)
    path, how = chance.choice(sorted(folder.iterdir())), chance.choice(damage.NO_FILES)
    how(chance, path, world.decoys.root)
    return f"{path.name}: {how.__name__}", None


def odd_settings(world: World, chance: random.Random, folder: Path) -> Made:
    releases.write(folder, chance.choice(releases.KINDS))
    path = folder / "config.json"
    path.write_bytes(damage.odd_json(chance, path.read_bytes()))
    return "config.json: odd JSON", None


def odd_dictionary(world: World, chance: random.Random, folder: Path) -> Made:
    """One of our own, damaged."""
    hsae.save(hsae.load(world.ours), folder, title="x")
    path = chance.choice(sorted(folder.iterdir()))
    how = chance.choice((*damage.BYTES, damage.odd_json, *damage.NO_FILES))
    if how in damage.NO_FILES:
        how(chance, path, world.decoys.root)  # type: ignore[call-arg, arg-type]
    else:
        path.write_bytes(how(chance, path.read_bytes()))  # type: ignore[call-arg, arg-type]
    return f"our {path.name}: {how.__name__}", None


def words(world: World, chance: random.Random, folder: Path) -> Made:
    """Word lists and names."""
    releases.write(folder)
    lines = [
        chance.choice(
            (
                "dog",
                "",
                "dog\tnoun\tan animal",
                "\x1b[31m",
                "\0",
                "x" * 100_000,
                "#",
                "dog\tverbish",
                "a\u202eb",
                "\ud800",
                "日本",
                "<b>",
                "\t\t",
                "{}",
                "{0.__class__}",
            )
        )
        for _ in range(chance.choice((0, 1, 19, 20, 21, 300)))
    ]
    text = chance.choice(("\n", "\r\n", "\r", "\x0b", "\u2028")).join(lines)
    code = chance.choice(("utf-8", "utf-8-sig", "utf-16", "latin-1"))
    name = chance.choice(("concept_names.txt", "words.txt"))
    (folder / name).write_bytes(text.encode(code, "replace"))
    return f"{name}, {code}, {len(lines)} lines", None


KINDS: tuple[Kind, ...] = (
    wrapped, wrapped, wrapped, odd_global, odd_tensors, odd_tensors, bomb, damaged, damaged,
    no_file, odd_settings, odd_dictionary, words,
)  # fmt: skip
