"""Dictionaries as training runs leave them: wrapped, of SAELens, without a threshold."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from insight_app.concepts import hsae
from insight_app.concepts.hsae import released
from insight_app.errors import KnownError
from tests.concepts import releases
from tests.concepts.releases import BATCH_TOPK, KINDS, MATRYOSHKA, SIZES, TOPK, D, F, K


@pytest.fixture
def x() -> Tensor:
    return torch.randn(2000, D, generator=torch.Generator().manual_seed(5))


def must_be(loaded: Any, x: Tensor, codes: Tensor, tokens: Tensor | None = None) -> None:
    """Assert that a dictionary encodes, and decodes, as the published formula did."""
    found = loaded.encode(x)
    dense = torch.from_numpy(found.to_dense())
    assert ((dense > 0) == (codes > 0)).float().mean() > 0.9999
    same = (dense > 0) == (codes > 0)
    assert (dense - codes)[same].abs().max() < 2e-5
    if tokens is not None:
        assert (loaded.decode(found) - tokens)[same.all(1)].abs().max() < 2e-5


WRAPS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "holder": lambda w: {"model_state_dict": w, "step": 5, "optimizer": {"state": {}}},
    "prefix": lambda w: {f"module._orig_mod.sae.{n}": v for n, v in w.items()},
    "half": lambda w: {n: v.half() if v.ndim else v for n, v in w.items()},
    "double": lambda w: {n: v.double() for n, v in w.items()},
    "numbers": lambda w: (
        {n: v if v.ndim == 2 else v.tolist() for n, v in w.items()}
        | {n: w[n] for n in ("b_enc", "b_dec", "encoder.bias") if n in w}
    ),
    "arrays": lambda w: {n: v.numpy() for n, v in w.items()},
}


@pytest.mark.parametrize("wrap", WRAPS.values(), ids=WRAPS.keys())
@pytest.mark.parametrize("kind", KINDS)
def test_codes_are_the_published_ones_however_weights_are_wrapped(
    tmp_path: Path, kind: str, wrap: Callable[[dict[str, Any]], Any], x: Tensor
) -> None:
    weights = releases.state(kind)
    folder = releases.write(tmp_path / "run", kind)
    torch.save(wrap(weights), folder / "ae.pt")
    if wrap is WRAPS["half"]:
        weights = {n: v.half().float() if v.ndim else v for n, v in weights.items()}
    must_be(hsae.load(folder), x, releases.published_codes(kind, weights, x))


@pytest.mark.parametrize("subtracts", [True, False])
@pytest.mark.parametrize("rescales", [True, False])
@pytest.mark.parametrize("architecture", ["topk", "jumprelu", "batchtopk"])
def test_saelens_folders_encode_as_saelens_does(
    tmp_path: Path, architecture: str, rescales: bool, subtracts: bool, x: Tensor
) -> None:
    folder, w = releases.write_saelens(
        tmp_path,
        architecture,
        apply_b_dec_to_input=subtracts,
        rescale_acts_by_decoder_norm=rescales,
    )
    before = (x - w["b_dec"] * subtracts) @ w["W_enc"] + w["b_enc"]
    norms = w["W_dec"].norm(dim=-1)
    before = before * norms if rescales else before
    if architecture == "topk":
        best = before.topk(K, dim=-1)
        codes = torch.zeros_like(before).scatter(-1, best.indices, best.values.relu())
    else:
        least = w["threshold"] if architecture == "jumprelu" else w["topk_threshold"]
        codes = before.relu() * (before > least)
    tokens = (codes / norms if rescales else codes) @ w["W_dec"] + w["b_dec"]
    loaded = hsae.load(folder)
    must_be(loaded, x, codes, tokens)
    hsae.save(loaded, tmp_path / "ours")
    again = hsae.load(tmp_path / "ours")
    assert again.fingerprint == loaded.fingerprint and again.selection == loaded.selection
    must_be(again, x, codes, tokens)
    hsae.write_release(loaded, tmp_path / "written", [""] * F)
    must_be(hsae.load(tmp_path / "written"), x, codes, tokens)
    found = hsae.inspect(folder)
    assert (found.class_name, found.k) == (
        f"SAELens {architecture}",
        0 if architecture == "jumprelu" else K,
    )


SAELENS_REFUSED = {
    "gated": ({"architecture": "gated"}, "SAELens architecture 'gated'"),
    "standard": ({"architecture": "standard"}, "SAELens architecture 'standard'"),
    "matryoshka": ({"architecture": "matryoshka_batchtopk"}, "'matryoshka_batchtopk'"),
    "layer norm": ({"normalize_activations": "layer_norm"}, "normalize_activations.*layer_norm"),
    "hook_z": ({"reshape_activations": "hook_z"}, "reshape_activations.*hook_z"),
    "scaling": ({"finetuning_scaling_factor": True}, "finetuning_scaling_factor"),
    "other sizes": ({"d_in": D + 1}, "it says 7 x 20, the weights are 6 x 20"),
    "no k": ({"architecture": "topk"}, "does not say its k"),
}


@pytest.mark.parametrize(("settings", "told"), SAELENS_REFUSED.values(), ids=SAELENS_REFUSED.keys())
def test_what_saelens_has_and_is_not_read_is_refused_by_name(
    tmp_path: Path, settings: dict[str, Any], told: str
) -> None:
    folder, _ = releases.write_saelens(tmp_path, "jumprelu", **settings)
    with pytest.raises(KnownError, match=told):
        hsae.load(folder)


@pytest.mark.parametrize("kind", [MATRYOSHKA, BATCH_TOPK])
@pytest.mark.parametrize("value", [-1.0, 0.0])
def test_a_threshold_that_was_never_set_is_said_and_replaced_by_choice(
    tmp_path: Path, kind: str, value: float, x: Tensor
) -> None:
    folder = releases.write(tmp_path / "run", kind)
    weights = releases.state(kind) | {"threshold": torch.tensor(value)}
    torch.save(weights, folder / "ae.pt")
    everything = releases.published_codes(kind, weights, x)
    best = everything.topk(K, dim=-1)
    strongest = torch.zeros_like(everything).scatter(-1, best.indices, best.values)
    must_be(hsae.load(folder), x, strongest)
    found = hsae.inspect(folder)
    assert found.lacks_threshold and found.threshold is None
    assert f"never set (it is {value:g}): the 3 strongest concepts" in found.notes[0]
    released.import_into(folder, tmp_path / "all", "all")
    must_be(hsae.load(tmp_path / "all"), x, everything)
    chosen = hsae.inspect(folder, unset_threshold="all")
    assert chosen.lacks_threshold and "every concept above zero" in chosen.notes[0]
    if kind == MATRYOSHKA:
        assert hsae.load(folder).group_sizes == SIZES


def test_the_folder_above_stands_for_the_only_run_in_it(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    run = releases.write(tmp_path / "runs" / "trainer_0")
    expected = hsae.load(run).fingerprint
    for place in (tmp_path / "runs", run, run / "ae.pt", run / "config.json"):
        assert hsae.load(place).fingerprint == expected
    checkpoints = run / "checkpoints"
    checkpoints.mkdir()
    (run / "ae.pt").rename(checkpoints / "last.pt")
    for place in (run, checkpoints):  # its settings stay one folder above
        assert hsae.load(place).fingerprint == expected
    releases.write(tmp_path / "runs" / "trainer_1")
    (checkpoints / "last.pt").rename(run / "ae.pt")
    with pytest.raises(KnownError, match=r"several dictionaries.*trainer_0.*trainer_1") as several:
        hsae.load(tmp_path / "runs")
    assert several.value.do == "Choose one of them."


def test_settings_may_be_lines_and_weights_may_say_all(tmp_path: Path, x: Tensor) -> None:
    folder = releases.write(tmp_path / "run")
    expected = hsae.load(folder).fingerprint
    (folder / "config.json").unlink()
    assert hsae.load(folder).fingerprint == expected, "only one class has groups"
    folder = releases.write(tmp_path / "topk", TOPK)
    state = releases.state(TOPK)
    torch.save({n: v for n, v in state.items() if n != "k"}, folder / "ae.pt")
    (folder / "config.json").unlink()
    text = f"\ufefftrainer:\r\n  dict_class: {TOPK}  # as published\r\n  k: {K}\r\n"
    (folder / "config.yaml").write_text(text, "utf-8", newline="")
    must_be(hsae.load(folder), x, releases.published_codes(TOPK, state, x))


def test_what_was_unwrapped_is_told(tmp_path: Path) -> None:
    folder = releases.write(tmp_path / "run")
    state = {f"module.{name}": value for name, value in releases.state(MATRYOSHKA).items()}
    torch.save({"state_dict": state, "ema": {n: v * 1 for n, v in state.items()}}, folder / "ae.pt")
    assert hsae.inspect(folder).notes == (
        "ae.pt: Taken from ema; prefix module. removed; averaged (EMA) weights used, not the plain "
        "ones beside them.",
    )


def test_links_to_files_are_followed_as_in_a_cache(tmp_path: Path) -> None:
    whole = releases.write_whole(tmp_path / "blobs")
    links = tmp_path / "snapshot"
    links.mkdir()
    for file in whole.iterdir():
        (links / file.name).symlink_to(file)
    found = hsae.inspect(links)
    assert found.named == F - 3 and not found.problems and found.probes


def test_weights_that_are_no_dictionary_are_told_by_their_names(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    save_file({"encoder.weight": torch.zeros(F, D)}, folder / "sae_weights.safetensors")
    (folder / "cfg.json").write_text(json.dumps({"architecture": "topk", "d_in": D, "d_sae": F}))
    with pytest.raises(KnownError, match=r"no weights of a dictionary.*encoder\.weight"):
        hsae.load(folder)
