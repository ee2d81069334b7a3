"""Places in an order of photos are those that a search would find."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from insight_app.gui.image_order import NO_IMAGES, ImageOrder

IDS = st.lists(st.integers(0, 300), unique=True)


@given(IDS, st.integers(-2, 310), st.sampled_from((np.int32, np.int64)))
def test_a_place_is_where_the_photo_stands(ids: list[int], image: int, kind: type) -> None:
    order = ImageOrder(np.array(ids, kind))
    assert len(order) == len(ids)
    assert [order[place] for place in range(len(order))] == ids
    assert order.place(image) == (ids.index(image) if image in ids else None)
    assert order.place(None) is None


@given(IDS.filter(bool), st.data(), st.integers(-3, 3))
def test_a_neighbour_is_found_and_the_ends_are_ends(ids: list[int], data, by: int) -> None:
    order, image = ImageOrder(np.array(ids, np.int32)), data.draw(st.sampled_from(ids))
    at = ids.index(image) + by
    assert order.neighbour(image, by) == (ids[at] if 0 <= at < len(ids) else None)
    assert order.neighbour(None, by) == order.neighbour(999, by) == ids[0]


def test_an_empty_order_has_no_neighbours() -> None:
    assert len(NO_IMAGES) == 0
    assert NO_IMAGES.neighbour(None, 1) is None and NO_IMAGES.neighbour(3, 1) is None
    assert NO_IMAGES.place(0) is None
