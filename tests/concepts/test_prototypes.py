"""Which cells of a concept belong to which part: small cases by hand, and what codes decode to."""

import numpy as np

from insight_app.concepts.codes import from_dense
from insight_app.concepts.likeness.prototypes import looks, nearest, prototypes


def test_a_cell_looks_like_what_its_code_decodes_to():
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(9, 4)).astype(np.float32)
    dense = np.maximum(rng.normal(size=(6, 9)), 0).astype(np.float16)
    dense[2] = 0  # a silent cell
    codes = from_dense(dense)
    found = looks(codes, np.array([4, 2, 0]), rows)
    decoded = dense[[4, 2, 0]].astype(np.float32) @ rows
    assert not found[1].any()
    assert np.allclose(found[[0, 2]], decoded[[0, 2]], atol=1e-5)


def test_cells_go_to_the_part_whose_examples_they_look_like():
    east, north, loud = np.array([[1, 0], [0, 1], [6, 8]], np.float32)
    parts = prototypes([np.array([east]), np.array([north, loud])])
    assert np.allclose(parts, [[1, 0], [6 / 117**0.5, 9 / 117**0.5]])
    assert nearest(np.array([east, north, loud]), parts).tolist() == [0, 1, 1]


def test_a_part_without_examples_gets_no_cell():
    parts = prototypes([np.zeros((0, 2), np.float32), np.array([[1, 0]], np.float32)])
    assert nearest(np.array([[-1, 0], [1, 0]], np.float32), parts).tolist() == [1, 1]
