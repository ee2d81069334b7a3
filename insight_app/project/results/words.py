"""What the machine calls the concepts, as one value: what naming gives and a generation keeps.

Also reads it from a generation of which other files may be damaged. Knows nothing of how names are
found.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from insight_app import plain_json
from insight_app.disk_errors import disk_error
from insight_app.errors import WorldError
from insight_app.plain_arrays import npz_of
from insight_app.project.results import generations
from insight_app.project.results.candidates import CandidateLines, CandidateName

_DAMAGED = (WorldError, OSError, ValueError, KeyError, TypeError)
PROBABILITY, PHOTOS = "name_probability", "name_photos"
"""What a generation calls these arrays of its concepts."""


@dataclass(frozen=True, eq=False)
class Words:
    """The machine's names of all concepts ('' = none), their candidates, and where they are from.

    run: "dictionary" (shipped with it), "release" (of released files), "photos" (made here), ''.
    rule: what found them; unit: of their scores; photos: how many of the project's they rest on.
    probability (F,) float32 that each name is right, NaN if not known; own (F,) int32: how many
    photos of the project are among its evidence; was: what each concept was called before this
    naming, '' where it is called so still. The last three may be empty: nothing is known then.
    """

    run: str = ""
    names: list[str] = field(default_factory=list)
    candidates: Sequence[list[CandidateName]] = field(default_factory=list)
    rule: str = ""
    unit: str = ""
    photos: int = 0
    probability: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    own: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    was: Sequence[str] = ()

    def arrays(self, concepts: int) -> dict[str, NDArray[Any]]:
        """Return what is known of each of F concepts' names, as a generation has it: (F,) each."""
        unknown, none = np.full(concepts, np.nan, np.float32), np.zeros(concepts, np.int32)
        return {
            PROBABILITY: self.probability if self.probability.size else unknown,
            PHOTOS: self.own if self.own.size else none,
        }


def read(statistics: Path, number: int) -> tuple[generations.GenerationHeader, Words]:
    """Return what a generation's concepts are called, if that is whole; WorldError if it is not.

    Names that are damaged are the first of the candidates, where these are whole; how sure they are
    is then, or where that is damaged, not known.
    """
    folder = generations.folder_of(statistics, number)
    try:
        read_file = generations.reader_of(statistics, number)
        version, header, checksum = generations.header_of(folder, read_file)
        words: Any = {}
        try:
            words = plain_json.loads(read_file(generations.NAMES))
        except _DAMAGED:
            if version == 1:
                raise
        candidates = (
            CandidateLines.of(words["candidates"])
            if version == 1
            else CandidateLines(read_file(generations.CANDIDATES))
        )
        if checksum is not None and crc32(candidates.text) != checksum:
            raise ValueError("the candidate names are not those that were written")
        names = words.get("names") or [row[0].term if row else "" for row in candidates]
        try:
            concepts = npz_of(read_file(generations.CONCEPTS))
        except _DAMAGED:
            concepts = {}
        return header, Words(
            header.names_run,
            [str(name) for name in names],
            candidates,
            header.names_rule,
            header.names_unit,
            header.names_photos,
            concepts.get(PROBABILITY, np.zeros(0, np.float32)),
            concepts.get(PHOTOS, np.zeros(0, np.int32)),
            [str(name) for name in words.get("before", ())],
        )
    except OSError as error:
        raise disk_error(error, "The results cannot be read", where=folder) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise generations.damaged(folder, str(error)) from error
