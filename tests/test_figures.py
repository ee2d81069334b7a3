"""Numbers for persons: never an exponent, three significant digits, points below each other."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insight_app.figures import (
    aligned,
    column,
    counted,
    figure,
    most_decimals,
    percent,
    signed,
    spread,
)

NUMBER = re.compile(r"(?:< |> )?-?\d{1,3}(?:,\d{3})*(?:\.\d{1,3})?")
values = st.floats(-1e9, 1e9)
shares = st.floats(0, 1)


@given(values)
def test_a_figure_is_near_its_value_and_has_three_significant_digits(value: float) -> None:
    text = figure(value)
    assert NUMBER.fullmatch(text)
    digits = text.replace(",", "").lstrip("<> -")
    if text.startswith("<"):
        assert 0 < value < float(digits)
    elif text.startswith(">"):
        assert -float(digits) < value < 0
    else:
        assert float(text.replace(",", "")) == pytest.approx(value, rel=0.005, abs=0.0005)
        assert (float(digits) == 0) == (value == 0)
    if abs(value) < 999:
        assert len(digits.replace(".", "").lstrip("0")) <= 3


@given(values, values)
def test_what_is_larger_does_not_read_smaller(one: float, other: float) -> None:
    low, high = sorted((one, other))

    def read(value: float) -> float:
        text = figure(value).replace(",", "")
        return value if text[0] in "<>" else float(text)

    assert read(low) <= read(high)


@given(shares)
def test_a_percentage_is_whole_or_nothing_only_where_the_share_is(share: float) -> None:
    text = percent(share)
    assert NUMBER.fullmatch(text.removesuffix(" %"))
    assert (text == "0 %") == (share == 0)
    assert (text == "100 %") == (share > 1 - 1e-8)


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_points_of_a_column_stand_below_each_other(numbers: list[float]) -> None:
    plain = [figure(number) for number in numbers]
    padded = column(plain)
    assert [text.strip() for text in padded] == plain
    from_the_right = {
        len(text) - (text.index(".") if "." in text else len(text.rstrip())) for text in padded
    }
    assert len(from_the_right) == 1
    assert padded == [aligned(text, most_decimals(numbers)) for text in plain]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00025, "< 0.001"),
        (0.0123, "0.012"),
        (0.5, "0.500"),
        (9.996, "10.0"),
        (99.96, "100"),
        (1310.4, "1,310"),
        (float("nan"), "not known"),
    ],
)
def test_figures(value: float, text: str) -> None:
    assert figure(value) == text


def test_percent_counts_and_spread() -> None:
    assert [percent(share) for share in (1.0, 0.9999, 0.041, 2.5e-6)] == [
        "100 %",
        "> 99.9 %",
        "4.10 %",
        "< 0.001 %",
    ]
    assert [counted(n, "image") for n in (0, 1, 1310)] == ["0 images", "1 image", "1,310 images"]
    assert spread([0.5, 0.25]) == "0.250 to 0.500"
    assert spread([0.5, 0.50001]) == "0.500"


def test_parts_of_a_sum_have_their_sign_and_keep_digits_where_they_are_small() -> None:
    shown = [signed(value) for value in (0.14, -0.29, 12.345, 0.00031, -0.0000456, 1e-9, 0.0)]
    assert shown == ["+0.140", "\u22120.290", "+12.3", "+0.00031", "\u22120.000046", "0", "0"]
    assert signed(float("nan")) == "not known"
