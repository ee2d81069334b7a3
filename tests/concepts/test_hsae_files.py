"""Dictionaries on disk: what is written is read, and what is damaged is said in plain words."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch

from insight_app import resources
from insight_app.concepts import hsae
from insight_app.concepts.hsae import directions
from insight_app.concepts.hsae.description import DESCRIPTION, SCHEMA_VERSION
from insight_app.concepts.hsae.model import HSAE
from insight_app.errors import KnownError
from tests.concepts import dense_hsae

D, F = 6, 20


@pytest.fixture
def folder(tmp_path):
    weights = dense_hsae.random_weights(D, F, 0)
    dictionary = HSAE(**weights._asdict(), k=3, threshold=0.7, group_sizes=(2, 6, 12))
    hsae.save(
        dictionary,
        tmp_path / "d",
        title="Test",
        encoder_fingerprint="enc",
        provenance={"photos": 7},
    )
    return tmp_path / "d"


def rewrite(folder, **changes):
    path = folder / "dictionary.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")


def test_what_was_saved_is_loaded_and_described(folder):
    loaded = hsae.load(folder, token_dim=D, encoder_fingerprint="enc")
    expected = dense_hsae.random_weights(D, F, 0)
    assert torch.equal(loaded.W_enc, expected.W_enc)
    assert torch.equal(loaded.W_dec, expected.W_dec)
    info = hsae.info(folder)
    assert (info.concepts, info.token_dim, info.k) == (F, D, 3)
    assert info.group_sizes == loaded.group_sizes == (2, 6, 12)
    assert info.fingerprint == loaded.fingerprint
    assert (info.title, info.encoder_fingerprint) == ("Test", "enc")
    assert info.provenance == {"photos": 7}
    hsae.save(loaded, folder.parent / "copy")
    assert hsae.info(folder.parent / "copy") == info
    assert not list(folder.glob("*.part"))


def test_directions_are_the_rows_of_the_decoder(folder):
    expected = dense_hsae.random_weights(D, F, 0).W_dec.numpy()
    assert np.array_equal(directions.read(folder), expected)
    path = folder / "dictionary.safetensors"
    path.write_bytes(path.read_bytes().replace(b'"F32"', b'"I32"'))
    with pytest.raises(KnownError, match="directions"):
        directions.read(folder)


def test_describing_a_dictionary_imports_no_torch(folder):
    code = (
        "import sys; from insight_app.concepts import hsae;"
        f"assert hsae.info({str(folder)!r}).concepts == {F};"
        "from pathlib import Path; from insight_app.concepts.hsae import directions;"
        f"assert directions.read(Path({str(folder)!r})).shape == ({F}, {D});"
        "assert 'torch' not in sys.modules and 'scipy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_dictionary_for_another_encoder_is_refused(folder):
    with pytest.raises(KnownError, match="tokens of 6 numbers"):
        hsae.load(folder, token_dim=512)
    with pytest.raises(KnownError, match="another encoder"):
        hsae.load(folder, encoder_fingerprint="other")
    rewrite(folder, encoder_fingerprint="")
    hsae.load(folder, encoder_fingerprint="other")  # names none, so it fits every one


@pytest.mark.parametrize("kept", [0, 5, 100, -1])
def test_cut_off_weights_are_noticed_without_and_with_torch(folder, kept):
    file = folder / "dictionary.safetensors"
    file.write_bytes(file.read_bytes()[:kept])
    for read in (hsae.info, hsae.load):
        with pytest.raises(KnownError, match="damaged"):
            read(folder)


def test_weights_that_are_not_numbers_are_refused(folder):
    weights = dense_hsae.random_weights(D, F, 0)
    weights.W_dec[3, 2] = float("nan")
    broken = HSAE(**weights._asdict(), k=3, threshold=0.7, group_sizes=(2, 6, 12))
    hsae.save(broken, folder)
    with pytest.raises(KnownError, match="not numbers"):
        hsae.load(folder)


def test_a_flipped_bit_is_noticed(folder):
    file = folder / "dictionary.safetensors"
    data = bytearray(file.read_bytes())
    data[-9] ^= 1
    file.write_bytes(data)
    with pytest.raises(KnownError, match="not those of its description"):
        hsae.load(folder)


def test_a_description_that_does_not_fit_its_weights_is_refused(folder):
    rewrite(folder, concepts=F + 1)
    with pytest.raises(KnownError, match="shape"):
        hsae.info(folder)
    rewrite(folder, concepts=F, group_sizes=[2, 6, 13])
    with pytest.raises(KnownError, match="levels"):
        hsae.info(folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema_version": 1}', "\x00\xff"])
def test_a_broken_description_is_refused(folder, text):
    (folder / "dictionary.json").write_text(text, "utf-8")
    with pytest.raises(KnownError, match="damaged"):
        hsae.info(folder)


def test_a_dictionary_of_the_first_version_is_read_as_one_of_ours(folder):
    ours = hsae.info(folder)
    rewrite(folder, schema_version=1)
    assert hsae.info(folder) == ours


def test_the_shipped_dictionary_says_that_an_older_insight_cannot_read_it():
    described = json.loads(
        (resources.path("dictionaries/builtin") / DESCRIPTION).read_text("utf-8")
    )
    assert described["schema_version"] == SCHEMA_VERSION > 1


def test_a_newer_dictionary_is_refused_politely_and_a_missing_one_named(folder):
    rewrite(folder, schema_version=99)
    with pytest.raises(KnownError, match="newer version"):
        hsae.load(folder)
    with pytest.raises(KnownError, match="no dictionary here"):
        hsae.info(folder.parent / "nowhere")
    (folder / "dictionary.safetensors").unlink()
    rewrite(folder, schema_version=1)
    with pytest.raises(KnownError, match="missing"):
        hsae.info(folder)
