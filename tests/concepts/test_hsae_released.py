"""Released dictionaries: the published formulas, and every file of a release as it is meant."""

import json
from dataclasses import asdict

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from insight_app.concepts import hsae
from insight_app.concepts.codes import from_dense
from insight_app.concepts.hsae import released, summary
from insight_app.concepts.hsae.released import relations
from insight_app.concepts.relations import relations as edges_of
from insight_app.concepts.statistics import CoOccurrence
from insight_app.errors import KnownError
from tests.concepts import releases
from tests.concepts.releases import BATCH_TOPK, KINDS, MATRYOSHKA, SIZES, TOPK, D, F, K


@pytest.fixture
def whole(tmp_path):
    return releases.write_whole(tmp_path / "release")


@pytest.fixture
def x():
    return torch.randn(3000, D, generator=torch.Generator().manual_seed(5))


@pytest.mark.parametrize("kind", KINDS)
def test_codes_and_tokens_are_the_published_ones(tmp_path, kind, x):
    weights = releases.state(kind)
    loaded = hsae.load(releases.write(tmp_path / kind, kind), token_dim=D)
    codes = loaded.encode(x)
    expected = releases.published_codes(kind, weights, x)
    same = torch.from_numpy(codes.to_dense() > 0) == (expected > 0)
    assert same.float().mean() > 0.99999  # a value within rounding of the threshold may flip
    difference = (torch.from_numpy(codes.to_dense()) - expected).abs()
    assert difference[same].max() < 1e-5
    tokens = releases.published_tokens(kind, weights, torch.from_numpy(codes.to_dense()))
    assert (loaded.decode(codes) - tokens).abs().max() < 1e-5
    counts = np.diff(codes.indptr)
    assert counts.max() == K if kind == TOPK else counts.max() > K


def test_the_k_largest_of_a_token_may_be_fewer(tmp_path):
    loaded = hsae.load(releases.write(tmp_path / "t", TOPK))
    silent = loaded.b_dec - 100 * loaded.W_enc[:, :1].sum(1)
    counts = np.diff(loaded.encode(torch.stack([silent, loaded.b_dec])).indptr)
    assert (counts <= K).all() and loaded.encode(silent[None]).values.min(initial=1) > 0


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_as_a_release_is_the_same_dictionary(tmp_path, kind, x):
    first = hsae.load(releases.write(tmp_path / "first", kind))
    written = hsae.write_release(first, tmp_path / "second", [f"n{n}" for n in range(F)])
    assert {file.name for file in written} == {"ae.pt", "config.json", "concept_names.txt"}
    second = hsae.load(tmp_path / "second")
    assert second.fingerprint == first.fingerprint
    assert (second.k, second.group_sizes, second.selection) == (
        first.k,
        first.group_sizes,
        first.selection,
    )
    assert second.title == first.title and second.provenance == first.provenance
    assert torch.equal(second.W_enc, first.W_enc) and torch.equal(second.W_dec, first.W_dec)
    one, other = first.encode(x), second.encode(x)
    assert np.array_equal(one.indices, other.indices) and np.array_equal(one.values, other.values)
    hsae.save(first, tmp_path / "ours")
    assert hsae.load(tmp_path / "ours").fingerprint == first.fingerprint
    assert hsae.info(tmp_path / "ours") == hsae.info(tmp_path / "second")


def test_an_encoder_that_a_dictionary_names_is_asked_for_again(tmp_path):
    named = hsae.load(releases.write(tmp_path / "a"))
    hsae.save(named, tmp_path / "b", encoder_fingerprint="enc")
    hsae.write_release(hsae.load(tmp_path / "b"), tmp_path / "c", [""] * F)
    hsae.load(tmp_path / "c", encoder_fingerprint="enc")
    with pytest.raises(KnownError, match="another encoder"):
        hsae.load(tmp_path / "c", encoder_fingerprint="other")


def test_weights_are_contiguous_and_groups_are_those_of_the_weights(tmp_path):
    releases.write(tmp_path / "a", group_sizes=[1, 2, 17])
    loaded = hsae.load(tmp_path / "a")
    assert loaded.W_enc.is_contiguous() and loaded.group_sizes == SIZES
    assert hsae.info(tmp_path / "a").group_sizes == SIZES
    assert hsae.load(releases.write(tmp_path / "b", BATCH_TOPK)).group_sizes == (F,)


@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize("line", ["\n", "\r\n"])
def test_empty_lines_are_concepts_without_a_name(whole, end, line):
    names = ["", "dog", "", "dog", *["x"] * (F - 6), "", ""]
    text = line.join(names) + (line if end else "")
    (whole / "concept_names.txt").write_bytes(text.encode())
    assert released.read(whole).names == names
    found = hsae.inspect(whole)
    assert (found.named, found.unnamed) == (F - 4, 4) and not found.problems


def test_a_release_becomes_a_dictionary_with_names_relations_and_probes(whole, tmp_path):
    folder = tmp_path / "dictionary"
    released.import_into(whole, folder)
    assert hsae.load(folder).fingerprint == hsae.load(whole).fingerprint
    assert hsae.info(folder) == hsae.info(whole)
    brought = summary.read(folder, F)
    assert brought.run == "release" and brought.counts is None
    assert brought.names[:4] == ["dog", "", "dog", "water lily"]
    assert brought.candidates[0][0].score is None
    assert edges_of(brought.cooccurrence).size > 0
    probe = load_file(folder / "probe-places365.safetensors")["weight"]
    assert torch.equal(
        probe, torch.load(whole / "example_linear_probe_places365.pt")["model"]["weight"]
    )
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_weights_alone_bring_neither_names_nor_relations(tmp_path):
    released.import_into(releases.write(tmp_path / "a"), tmp_path / "b")
    assert summary.read(tmp_path / "b", F) is None
    torch.save(releases.matrix(), tmp_path / "a" / "D.pth")
    released.import_into(tmp_path / "a", tmp_path / "c")
    brought = summary.read(tmp_path / "c", F)
    assert brought.run == "" and not any(brought.names)
    assert brought.cooccurrence.pairs.key.size


def test_relations_are_those_of_the_dense_matrix(tmp_path):
    d = releases.matrix()
    torch.save(d, tmp_path / "D.pth")
    pairs = relations.read(tmp_path, F)
    assert not pairs.has_support
    expected = (d / d.diagonal()[:, None]).numpy()
    expected[3], expected[:, 3] = 0, 0  # it never rises above tau
    _, mass, _ = pairs.matrices()
    shares = mass.toarray() / np.maximum(pairs.diagonal, 1e-9)[:, None]
    np.testing.assert_allclose(shares, expected, atol=1e-6)
    edges = edges_of(pairs, threshold=0.1)
    assert edges.size and 3 not in edges.child and 3 not in edges.parent


def test_the_strongest_of_a_big_matrix_are_kept_with_their_way_back(tmp_path, monkeypatch):
    monkeypatch.setattr(relations, "STRONGEST", 4)
    monkeypatch.setattr(relations, "ROWS", 7)
    d = torch.rand(40, 40, generator=torch.Generator().manual_seed(0))
    torch.save(d.t().contiguous().t(), tmp_path / "D.pth")
    c = ((d + d.t()) * 1000).long()
    torch.save(c, tmp_path / "C.pth")
    pairs = relations.read(tmp_path, 40).pairs
    i, j = np.divmod(pairs.key, 40)
    away = d - 2 * torch.eye(40)
    wanted = {(n, int(m)) for n in range(40) for m in away[n].topk(4).indices}
    wanted |= {(m, n) for n, m in wanted} | {(n, n) for n in range(40)}
    assert set(zip(i.tolist(), j.tolist(), strict=True)) == wanted
    np.testing.assert_allclose(pairs.mass / 2**24, d.numpy()[i, j], atol=1e-7)
    assert np.array_equal(pairs.cells, c.numpy()[i, j])


def test_a_matrix_saved_on_a_gpu_is_read_without_one(tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(torch.serialization, "location_tag", lambda storage: "cuda:0")
        torch.save(releases.matrix(), tmp_path / "D.pth")
    assert b"cuda:0" in (tmp_path / "D.pth").read_bytes()
    assert relations.read(tmp_path, F).pairs.key.size


def test_counted_relations_come_back_from_a_release(tmp_path):
    rng = np.random.default_rng(0)
    dense = np.maximum(rng.normal(size=(400, F)) - 0.5, 0)
    pairs = CoOccurrence(F)
    pairs.add(from_dense(dense), np.arange(400) // 8)
    first = hsae.load(releases.write(tmp_path / "a"))
    written = hsae.write_release(first, tmp_path / "b", [""] * F, pairs)
    assert {file.name for file in written} > {"D.pth", "C.pth"}
    counted, mass, _ = pairs.matrices()
    for file, matrix in (("C.pth", counted), ("D.pth", mass)):
        there = torch.load(tmp_path / "b" / file)
        np.testing.assert_allclose(there.numpy(), matrix.toarray(), rtol=1e-6)
    again = relations.read(tmp_path / "b", F)
    ours, theirs = edges_of(pairs, threshold=0.2), edges_of(again, threshold=0.2)
    assert np.array_equal(ours.child, theirs.child) and np.array_equal(ours.parent, theirs.parent)
    assert np.array_equal(ours.cells, theirs.cells)
    hsae.write_release(first, tmp_path / "b", [""] * F)  # without: none are left
    assert {file.name for file in (tmp_path / "b").iterdir()} == {
        "ae.pt",
        "config.json",
        "concept_names.txt",
    }


def test_names_are_written_a_line_each(tmp_path):
    first = hsae.load(releases.write(tmp_path / "a"))
    names = ["two\nlines", "", "tab\tand  space ", "日本", *["x"] * (F - 5), ""]
    hsae.write_release(first, tmp_path / "b", names)
    text = (tmp_path / "b" / "concept_names.txt").read_text("utf-8")
    assert text.count("\n") == F
    assert released.read(tmp_path / "b").names == [" ".join(name.split()) for name in names]


def test_findings_tell_what_is_there_and_what_is_not(whole, tmp_path):
    found = hsae.inspect(whole)
    assert (found.kind, found.class_name) == ("release", MATRYOSHKA)
    assert (found.concepts, found.token_dim, found.k, found.group_sizes) == (F, D, K, SIZES)
    assert found.threshold == pytest.approx(releases.THRESHOLD)
    assert (found.named, found.unnamed, found.relations) == (F - 3, 3, (F, F))
    assert [(probe.name, probe.classes) for probe in found.probes] == [("places365", 5)]
    assert {file.file for file in found.files} == {file.name for file in whole.iterdir()}
    assert not found.problems
    json.dumps(asdict(found))
    bare = hsae.inspect(releases.write(tmp_path / "bare", TOPK))
    assert bare.threshold is None and bare.relations is None and bare.named == 0
    assert {"names", "relations", "probes"} < {one.what for one in bare.missing}
    released.import_into(whole, tmp_path / "ours")
    ours = hsae.inspect(tmp_path / "ours")
    assert (ours.kind, ours.named, ours.relations) == ("insight", F - 3, (F, F))


# ---- bad input: one clear error each, nothing created, nothing lost


def with_weights(**changes):
    def damage(folder):
        state = releases.state(MATRYOSHKA) | changes
        state = {name: value for name, value in state.items() if value is not None}
        torch.save(state, folder / "ae.pt")

    return damage


def cut(name, share):
    def damage(folder):
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: int(len(data) * share)])

    return damage


class _RunsCode:
    def __reduce__(self):
        return eval, ("open('was_run', 'w')",)


def saved(name, make):
    return lambda folder: torch.save(make(), folder / name)


def written(name, text):
    return lambda folder: (folder / name).write_bytes(
        text if isinstance(text, bytes) else text.encode()
    )


def without(name):
    return lambda folder: (folder / name).unlink()


def settings(**trainer):
    return lambda folder: releases.write(folder, **trainer)


def with_k(k):
    def damage(folder):
        settings(k=k)(folder)
        with_weights(k=torch.tensor(k))(folder)

    return damage


def nan(matrix):
    matrix = matrix.clone()
    matrix[2, 1] = float("nan")
    return matrix


LINES = "".join(f"name {n}\n" for n in range(F))
DAMAGED = {
    "ae.pt is missing": (without("ae.pt"), "ae.pt is missing"),
    "config.json is missing": (
        lambda folder: (releases.write(folder, BATCH_TOPK), without("config.json")(folder)),
        "config.json is missing",
    ),
    "ae.pt is empty": (cut("ae.pt", 0), "cut off"),
    "ae.pt is cut off": (cut("ae.pt", 0.6), "cut off"),
    "ae.pt runs code": (saved("ae.pt", lambda: {"W_enc": _RunsCode()}), "run code"),
    "ae.pt holds something else": (saved("ae.pt", lambda: {"a": 1}), "no weights.*but a"),
    "weights are NaN": (with_weights(W_enc=nan(releases.state(MATRYOSHKA)["W_enc"])), "NaN"),
    "the threshold is NaN": (with_weights(threshold=torch.tensor(float("nan"))), "NaN"),
    "the threshold is missing": (with_weights(threshold=None), "threshold"),
    "W_dec is missing": (with_weights(W_dec=None), "lack W_dec"),
    "W_dec is transposed": (
        with_weights(W_dec=torch.zeros(D, F)),
        r"W_dec has the shape \(6, 20\)",
    ),
    "b_enc is too short": (with_weights(b_enc=torch.zeros(F - 1)), "b_enc has the shape"),
    "W_enc is a vector": (with_weights(W_enc=torch.zeros(F)), "no matrix"),
    "groups are too many": (with_weights(group_sizes=torch.tensor([2, 6, 13])), "groups"),
    "a group is empty": (with_weights(group_sizes=torch.tensor([0, 8, 12])), "groups"),
    "groups are missing": (
        lambda folder: (settings(group_sizes=None)(folder), with_weights(group_sizes=None)(folder)),
        "groups",
    ),
    "k is another": (settings(k=K + 1), "k is 3, that of config.json is 4"),
    "k is zero": (with_weights(k=torch.tensor(0)), "k is"),
    "k is endless": (settings(k=float("inf")), "settings cannot be read"),
    "k is more than there are": (with_k(21), "k is 21 of 20 concepts"),
    "the class is not known": (settings(dict_class="GatedAutoEncoder"), "'GatedAutoEncoder'"),
    "the class is another": (settings(dict_class=TOPK), "lack encoder.weight"),
    "config.json is no JSON": (written("config.json", "{"), "settings cannot be read"),
    "config.json is a list": (written("config.json", "[1]"), "settings cannot be read"),
    "config.json has no class": (
        lambda folder: (
            releases.write(folder, TOPK),
            written("config.json", '{"trainer": {}}')(folder),
        ),
        "cannot be read",
    ),
    "config.json is no text": (written("config.json", b"\xff\xfe"), "settings cannot be read"),
}
DAMAGED_EXTRA = {
    "names too few": (written("concept_names.txt", "one\ntwo\n"), "2 lines of names for 20"),
    "names too many": (written("concept_names.txt", LINES + "more\n"), "21 lines"),
    "names lack two": (written("concept_names.txt", LINES[:-16]), "18 lines"),
    "names are empty": (written("concept_names.txt", ""), "0 lines"),
    "names are no text": (written("concept_names.txt", b"\xff\n" * F), "UTF-8"),
    "D is not square": (saved("D.pth", lambda: torch.zeros(F, F - 1)), "20 x 19, not 20 x 20"),
    "D is of another": (saved("D.pth", lambda: torch.zeros(F - 1, F - 1)), "19 x 19"),
    "D has NaN": (saved("D.pth", lambda: nan(releases.matrix())), "NaN"),
    "D is infinite": (saved("D.pth", lambda: releases.matrix() / 0), "NaN"),
    "D is negative": (saved("D.pth", lambda: -releases.matrix()), "no sums"),
    "D is cut off": (cut("D.pth", 0.5), "cut off"),
    "D is no matrix": (saved("D.pth", lambda: {"D": 1, "E": torch.zeros(F, F)}), "single table"),
    "D runs code": (saved("D.pth", _RunsCode), "run code"),
    "C is of another": (saved("C.pth", lambda: torch.zeros(2, 2)), "2 x 2"),
    "C has NaN": (saved("C.pth", lambda: releases.matrix() * float("nan")), "NaN"),
    "a probe is of another": (
        saved("example_linear_probe_x.pt", lambda: {"model": {"weight": torch.zeros(3, F + 1)}}),
        r"shape \(3, 21\)",
    ),
    "a probe has no weight": (
        saved("example_linear_probe_x.pt", lambda: {"model": {"bias": torch.zeros(3)}}),
        "has nothing",
    ),
    "a probe is NaN": (
        saved("example_linear_probe_x.pt", lambda: {"weight": torch.full((3, F), float("nan"))}),
        "NaN",
    ),
}


@pytest.mark.parametrize(
    ("damage", "told"), (DAMAGED | DAMAGED_EXTRA).values(), ids=(DAMAGED | DAMAGED_EXTRA).keys()
)
def test_bad_input_is_one_clear_error_and_changes_nothing(
    whole, tmp_path, monkeypatch, damage, told
):
    monkeypatch.chdir(tmp_path)
    damage(whole)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    with pytest.raises(KnownError, match=told) as error:
        released.import_into(whole, tmp_path / "dictionary")
    assert error.value.where.startswith(str(whole)) and error.value.do
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before
    assert {path.name for path in tmp_path.iterdir()} == {"release"}


@pytest.mark.parametrize(("damage", "told"), DAMAGED.values(), ids=DAMAGED.keys())
def test_a_dictionary_that_cannot_be_opened_is_refused_by_all(whole, damage, told):
    damage(whole)
    for read in (hsae.load, hsae.info, hsae.inspect):
        with pytest.raises(KnownError, match=told):
            read(whole)


@pytest.mark.parametrize(("damage", "told"), DAMAGED_EXTRA.values(), ids=DAMAGED_EXTRA.keys())
def test_a_file_that_a_release_can_do_without_is_a_problem_that_findings_tell(whole, damage, told):
    damage(whole)
    found = hsae.inspect(whole)
    assert len(found.problems) == 1
    hsae.load(whole)


def test_tokens_of_another_encoder_do_not_fit(whole):
    with pytest.raises(KnownError, match="tokens of 6 numbers"):
        hsae.load(whole, token_dim=512)


def test_a_folder_without_a_dictionary_is_said_to_be_one(tmp_path):
    for read in (hsae.load, hsae.info, hsae.inspect, lambda f: released.import_into(f, f / "d")):
        with pytest.raises(KnownError, match="no dictionary here"):
            read(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_dictionary_that_is_there_is_not_replaced(whole, tmp_path):
    released.import_into(whole, tmp_path / "d")
    before = {file.name: file.read_bytes() for file in (tmp_path / "d").iterdir()}
    with pytest.raises(KnownError, match="already"):
        released.import_into(releases.write(tmp_path / "other", BATCH_TOPK), tmp_path / "d")
    assert {file.name: file.read_bytes() for file in (tmp_path / "d").iterdir()} == before


def test_where_nothing_can_be_written_nothing_is(whole, tmp_path):
    (tmp_path / "file").write_text("mine")
    for write in (
        lambda folder: released.import_into(whole, folder),
        lambda folder: hsae.write_release(hsae.load(whole), folder, [""] * F),
    ):
        with pytest.raises(KnownError, match="cannot be written"):
            write(tmp_path / "file" / "inside")
    assert {path.name for path in tmp_path.iterdir()} == {"release", "file"}
