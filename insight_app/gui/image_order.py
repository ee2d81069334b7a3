"""In which order photos are shown, and where in it each one is.

Places are looked up, never searched for: a list may hold every photo of a large project. Build it
where the ids are read, off the GUI thread. Knows nothing of Qt or of projects.
"""

import numpy as np
from numpy.typing import NDArray


class ImageOrder:
    """ids (n,) of whole numbers, none negative, none twice; never changed.

    Takes four bytes for every number up to the largest id: ids are counted from 1 by the project.
    """

    def __init__(self, ids: NDArray[np.int32] | NDArray[np.int64]) -> None:
        self.ids = ids
        self._place = np.full(int(ids.max(initial=-1)) + 1, -1, np.int32)
        self._place[ids] = np.arange(len(ids), dtype=np.int32)

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, place: int) -> int:
        return int(self.ids[place])

    def place(self, image: int | None) -> int | None:
        """Return the place of a photo, None where it is not in the list."""
        if image is None or not 0 <= image < len(self._place):
            return None
        place = int(self._place[image])
        return place if place >= 0 else None

    def neighbour(self, image: int | None, by: int) -> int | None:
        """Return the photo `by` places from this one; None at an end.

        From outside the list, the first.
        """
        if not len(self):
            return None
        place = self.place(image)
        if place is None:
            return self[0]
        return self[place + by] if 0 <= place + by < len(self) else None


NO_IMAGES = ImageOrder(np.zeros(0, np.int32))
