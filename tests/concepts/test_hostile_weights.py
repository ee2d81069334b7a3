"""Released files that mean harm: one clear error each, within two gigabytes, and nothing run."""

import ast
import sys
from pathlib import Path

import pytest

from tests.children import in_a_child
from tests.concepts import hostile_weights

SAID_OF_SOME = {
    "a pipe as ae.pt": "it is a pipe",
    "a device as config.json": "it is a device",
    "a socket as concept_names.txt": "it is a socket",
    "a folder as ae.pt": "ae.pt is a folder",
    "float8 numbers": "W_enc holds numbers of a kind that is not read: float8_e4m3fn",
    "sparse numbers": "not read: sparse",
    "int numbers": "whole numbers (int8)",
    "a huge tensor of one number": "1,000,000,000,000 elements",
    "compressed": "compressed",
    "a million entries": "names a part twice",
    "endless work": f"over {hostile_weights.OPERATIONS:,} operations",
    "a command": "would run code",
    "a command in a zip": "would run code that comes with it (posix.system)",
    "gguf": "a GGUF file",
    "hdf5": "an HDF5 file",
    "npz": "numpy's arrays",
    "onnx": "an ONNX model",
    "a page": "a web page",
    "a placeholder": "Git LFS",
    "k of many": "its k is 1000000000",
    "endless names": "more than the 34 MB",
}


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are Linux'")
def test_harm_is_refused_in_words_and_within_two_gigabytes(tmp_path: Path) -> None:
    base = tmp_path / "harm"
    base.mkdir()
    for name, act in hostile_weights.HARM.items():
        act(hostile_weights.folder_of(base / name))
    ended, told = in_a_child(lambda: dict(hostile_weights.open_all(base)))
    assert ended == 0
    said = ast.literal_eval(told)
    assert said.keys() == hostile_weights.HARM.keys(), "all of them were opened"
    assert [name for name, words in said.items() if not words] == [], "opened without a word"
    assert [name for name, words in said.items() if "not enough memory" in words] == []
    for name, words in SAID_OF_SOME.items():
        assert words in said[name], said[name]
    assert not list(tmp_path.rglob("was_run"))
