"""How well a project's photos are segmented, against masks: what is kept of one run.

Four ways side by side, on the same windows: raw tokens and concepts, with smooth and with sharp
edges. Plain values and their file; no torch. Knows nothing of how photos are segmented.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_app import plain_json
from insight_app.concepts.explain import overlap
from insight_app.concepts.explain.overlap import Overlap
from insight_app.plain_arrays import npz_of
from insight_app.project.explaining.segmentation import EDGES, SOURCES, Edges, Source

SCHEMA = 1
MOST_BYTES = 256 << 20
_DESCRIBED = "described"
WAYS: tuple[tuple[Source, Edges], ...] = tuple(
    (source, edges) for source in SOURCES for edges in EDGES
)


@dataclass(frozen=True)
class SegmentationBasis:
    """Everything that scores were computed from.

    photos: how many were analyzed; masks, classes: digests of what a person gave; background: "",
    "own" or the bar; the windows in pixels; rules: the version of the measures.
    """

    photos: int
    encoder: str
    dictionary: str
    reading_rule: int
    masks: str
    classes: str
    background: str
    short_side: int
    window: int
    stride: int
    rules: int


@dataclass(frozen=True, eq=False)
class MaskScores:
    """N photos against their masks, C classes; a background that is judged is the last class.

    words: of each class; images (N,) int64 ids; counts (4, N, C, 3) int64: of each of WAYS, as
    `overlap.counted_pixels` counts them, on label maps of at most upsampling.LONGEST pixels. masks:
    where they were; notes: what was left out, a sentence each. made: UTC; seconds it took.
    """

    names: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]
    images: NDArray[np.int64]
    counts: NDArray[np.int64]
    masks: str
    notes: tuple[str, ...]
    made: str
    seconds: float
    basis: SegmentationBasis

    def counts_of(self, source: Source, edges: Edges) -> NDArray[np.int64]:
        """Return (N, C, 3) the pixels counted of one way."""
        found: NDArray[np.int64] = self.counts[WAYS.index((source, edges))]
        return found

    @property
    def occurs(self) -> NDArray[np.bool_]:
        """(C,) classes that a mask has."""
        occurs: NDArray[np.bool_] = self.counts[0, :, :, 2].sum(0) > 0
        return occurs

    def by_class(self, source: Source, edges: Edges) -> NDArray[np.float64]:
        """Return (C,) the IoU of each class; nan for one that no mask has."""
        return overlap.by_class(self.counts_of(source, edges))

    def of_photos(self, source: Source, edges: Edges) -> NDArray[np.float64]:
        """Return (N,) the mIoU of each photo by itself; nan where its mask has no class."""
        return overlap.of_photos(self.counts_of(source, edges))

    def mean_iou(self, source: Source, edges: Edges) -> Overlap:
        """Return the mIoU of one way, a share."""
        return overlap.mean_iou(self.counts_of(source, edges))

    def gap(self, edges: Edges) -> Overlap:
        """Return concepts minus raw tokens, the same photos drawn for both; a share."""
        return overlap.difference(self.counts_of("concepts", edges), self.counts_of("raw", edges))

    def effect(self, source: Source) -> Overlap:
        """Return sharp minus smooth edges, the same photos drawn for both; a share."""
        return overlap.difference(self.counts_of(source, "sharp"), self.counts_of(source, "smooth"))

    def to_json(self) -> dict[str, Any]:
        """Return the figures as JSON values, IoU as shares, None for what no mask has."""

        def ways(one: Any) -> dict[str, Any]:
            return {f"{source}_{edges}": one(source, edges) for source, edges in WAYS}

        by_way = {f"{s}_{e}": self.by_class(s, e) for s, e in WAYS}
        return {
            "photos": int(self.images.size),
            "masks": self.masks,
            "mean_iou": ways(lambda s, e: asdict(self.mean_iou(s, e))),
            "concepts_minus_raw": {edges: asdict(self.gap(edges)) for edges in EDGES},
            "sharp_minus_smooth": {source: asdict(self.effect(source)) for source in SOURCES},
            "classes": [
                {
                    "name": name,
                    "words": list(words),
                    "photos": int((self.counts[0, :, n, 2] > 0).sum()),
                    "iou": {way: _known(each[n]) for way, each in by_way.items()},
                }
                for n, (name, words) in enumerate(zip(self.names, self.words, strict=True))
            ],
            "images": [
                {"image": image} | {way: _known(each[n]) for way, each in of_photos.items()}
                for of_photos in ({f"{s}_{e}": self.of_photos(s, e) for s, e in WAYS},)
                for n, image in enumerate(self.images.tolist())
            ],
            "notes": list(self.notes),
            "made": self.made,
            "seconds": self.seconds,
            "basis": asdict(self.basis),
        }

    def to_bytes(self) -> bytes:
        """Return all of it as an .npz file."""
        described = {
            "schema": SCHEMA,
            "names": self.names,
            "words": self.words,
            "masks": self.masks,
            "notes": self.notes,
            "made": self.made,
            "seconds": self.seconds,
            "basis": asdict(self.basis),
        }
        text = json.dumps(described, ensure_ascii=True, allow_nan=False).encode()
        file = io.BytesIO()
        np.savez_compressed(
            file,
            **{_DESCRIBED: np.frombuffer(text, np.uint8)},  # type: ignore[arg-type]
            images=self.images,
            counts=self.counts,
        )
        return file.getvalue()


def from_bytes(data: bytes) -> MaskScores:
    """Return the scores in an .npz file; ValueError where it is damaged."""
    try:
        arrays = npz_of(data, MOST_BYTES)
        described = plain_json.loads(arrays[_DESCRIBED].tobytes())
        if not isinstance(described, dict) or described.get("schema") != SCHEMA:
            raise ValueError("a newer Insight wrote it")
        return _made(described, arrays)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"these are no scores ({error})") from error


def _made(described: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> MaskScores:
    names, images, counts = described["names"], arrays["images"], arrays["counts"]
    shape = (len(WAYS), images.size, len(names), 3)
    if counts.shape != shape or any(a.dtype != np.int64 for a in (images, counts)):
        raise ValueError("its arrays do not fit each other")
    basis = SegmentationBasis(**described["basis"])
    for name, about in SegmentationBasis.__dataclass_fields__.items():
        if type(getattr(basis, name)) is not about.type:
            raise ValueError(f"its {name} is {getattr(basis, name)!r}")
    return MaskScores(
        tuple(map(str, names)),
        tuple(tuple(map(str, one)) for one in described["words"]),
        images,
        counts,
        str(described["masks"]),
        tuple(map(str, described["notes"])),
        str(described["made"]),
        float(described["seconds"]),
        basis,
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
