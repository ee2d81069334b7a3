"""Classes told apart by words alone: nothing is learned, the words' vectors are the classes.

Through concepts a photo is xhat = b_dec + means W_dec, the mean over its cells of what its codes
stand for (METHOD.md, section 5). With the unit vector t_c of class c its score is

    cos(xhat, t_c) = (sum over k of  means_k <d_k, t_c>  +  <b_dec, t_c>) / |xhat|

exactly: what each concept gives, and a bias. Beside it stands the cosine of the mean raw token.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain.classifier import Classifier, Reconstruction


def classifier(
    classes: Sequence[str],
    vectors: NDArray[np.floating],
    directions: NDArray[np.float32],
    offset: NDArray[np.float32],
) -> Classifier:
    """Return the classifier of C classes with unit vectors (C, D).

    directions: W_dec (F, D); offset: b_dec (D,).
    """
    t = vectors.astype(np.float64)
    return Classifier(
        "zero-shot",
        tuple(classes),
        of_maxima=None,
        of_means=(t @ directions.T.astype(np.float64)).astype(np.float32),
        bias=t @ offset.astype(np.float64),
        reconstruction=Reconstruction(directions, offset),
    )


def raw_scores(tokens: NDArray[np.floating], vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return (N, C) cosines of photos' mean raw tokens (N, D) with classes' unit vectors (C, D).

    A token of zeros points nowhere: all its scores are zero.
    """
    x = tokens.astype(np.float64)
    lengths = np.linalg.norm(x, axis=1, keepdims=True)
    found: NDArray[np.float64] = x @ vectors.T.astype(np.float64)
    return found / np.where(lengths > 0, lengths, np.inf)
