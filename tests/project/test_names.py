"""The rules for names: find and replace, the normalization file, completion, own keys."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from insight_app.errors import Refusal
from insight_app.project.judgements import Alias
from insight_app.project.judgements.names import frequent, normalizing
from insight_app.project.judgements.names.completing import Completion, Completions, KnownWords
from insight_app.project.judgements.names.normalizing import NameLine
from insight_app.project.judgements.names.replacing import find_and_replace
from insight_app.project.judgements.names.spelling import Renaming, same_name

NAMES = list(enumerate(["dog", "hot dog", "Dogs", "dogma", "cat", "", "a+b"]))


def replaced(find: str, put: str, **how: bool) -> dict[str, str]:
    return {one.before: one.after for one in find_and_replace(NAMES, find, put, **how)}


# ---- find and replace


def test_find_and_replace_is_plain_text_whatever_signs_are_in_it() -> None:
    assert replaced("dog", "hound")["hot dog"] == "hot hound"
    assert replaced("dog", r"\1 $&") == {
        "dog": r"\1 $&", "hot dog": r"hot \1 $&", "Dogs": r"\1 $&s", "dogma": r"\1 $&ma",
    }  # fmt: skip
    assert replaced("a+b", "c") == {"a+b": "c"}
    assert replaced(".", "x") == {}


def test_case_and_whole_words_narrow_what_is_replaced() -> None:
    assert set(replaced("dog", "hound", match_case=True)) == {"dog", "hot dog", "dogma"}
    assert set(replaced("dog", "hound", whole_words=True)) == {"dog", "hot dog"}
    assert set(replaced("a+b", "c", whole_words=True)) == {"a+b"}


def test_no_name_is_emptied_and_none_is_named_that_stays_the_same() -> None:
    assert replaced("dog", "") == {"hot dog": "hot", "Dogs": "s", "dogma": "ma"}
    assert replaced("cat", "cat") == {}
    assert replaced("", "x") == {}


# ---- the normalization file


def test_a_file_says_which_names_are_variants_of_which() -> None:
    lines = normalizing.parse(
        "\ufeff# remarks\r\n\r\nbird: Vogel @de, oiseau @fr, birds\r\n"
        '"salt, coarse": "coarse ""salt""", x:y\n'.replace("\ufeff", "")
    )
    assert lines == [
        NameLine("bird", (Alias("Vogel", "de"), Alias("oiseau", "fr"), Alias("birds"))),
        NameLine("salt, coarse", (Alias('coarse "salt"'), Alias("x:y"))),
    ]
    names = list(enumerate(["BIRD", "vogel", "bird", "Birds ", "birdsong", ""]))
    assert normalizing.renamings(lines, names) == [
        Renaming(0, "BIRD", "bird"), Renaming(1, "vogel", "bird"), Renaming(3, "Birds ", "bird"),
    ]  # fmt: skip


def test_every_wrong_line_is_named_and_none_is_followed() -> None:
    text = "bird Vogel\n: x\nbird: a, , b\nbird: a,\ncat: b @1\ncat: Katze\ndog: katze\ncat: bird"
    with pytest.raises(Refusal) as found:
        normalizing.parse(text, "names.txt")
    for number in (1, 2, 3, 4, 5, 7):
        assert f"line {number}:" in str(found.value)
    assert "line 6:" not in str(found.value)
    assert "names.txt" in str(found.value)
    with pytest.raises(Refusal, match="quotation mark is not closed"):
        normalizing.parse('bird: "Vogel')


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_bytes(b"bird: V\xf6gel\n")
    with pytest.raises(Refusal, match="UTF-8"):
        normalizing.read(path)
    path.write_bytes("\ufeffbird: Vögel\n".encode())
    assert normalizing.read(path) == [NameLine("bird", (Alias("Vögel"),))]


def test_an_alias_that_is_also_a_name_is_left_out_and_said() -> None:
    text = normalizing.written([("bird", [Alias("wader")]), ("wader", [Alias("bird")])])
    assert text.splitlines()[:2] == ["bird:", "wader:"]
    assert text.count("# left out") == 2
    assert normalizing.parse(text) == [NameLine("bird"), NameLine("wader")]


some_names = (
    st.text("aAé \"',:;@#\\日\u00a0", max_size=6).map(lambda text: " ".join(text.split()))
).filter(bool)
some_variants = st.builds(Alias, some_names, st.sampled_from(["", "de", "pt-BR"]))


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(some_names, st.lists(some_variants, max_size=3)), max_size=4))
def test_what_is_written_is_read_again(names: list[tuple[str, list[Alias]]]) -> None:
    lines = normalizing.parse(normalizing.written(names))
    assert {same_name(line.canonical) for line in lines} == {same_name(name) for name, _ in names}
    again = [(line.canonical, line.variants) for line in lines]
    kept = [one for one in normalizing.written(names).splitlines() if not one.startswith("# left")]
    assert normalizing.written(again).splitlines() == kept


# ---- completing


def test_names_in_use_come_before_aliases_candidates_and_words() -> None:
    completions = Completions(
        ["bird", "bird", "big cat", "Bär", "hot bird"],
        {"birdie": "golf ball"},
        KnownWords(["birch", "black bird", "bird"]),
    )
    assert completions.find("BI", own=["bill", "bird"]) == [
        Completion("bird", 2), Completion("big cat", 1), Completion("hot bird", 1),
        Completion("golf ball", 0, "birdie"), Completion("bill"), Completion("birch"),
        Completion("black bird"),
    ]  # fmt: skip
    assert [one.name for one in completions.find("ba")] == ["Bär"]
    assert completions.find("bi", most=2) == [Completion("bird", 2), Completion("big cat", 1)]
    assert completions.find("  ") == completions.find("x") == []


# ---- names with keys


def test_a_name_takes_the_first_free_key_once() -> None:
    names = frequent.places(["bird", "", "Bird", "cat"])
    assert names == ("bird", "", "", "cat", "", "", "", "", "")
    assert frequent.place_of(names, "CAT") == 4
    assert frequent.place_of(names, "dog") is frequent.place_of(names, "") is None
    more = frequent.with_place(names, " dog ")
    assert more is not None and more[:4] == ("bird", "dog", "", "cat")
    assert frequent.with_place(names, "bird") is frequent.with_place(names, " ") is None
    assert frequent.with_place([f"name {number}" for number in range(9)], "dog") is None


def test_aliases_are_typed_with_commas_and_languages() -> None:
    assert normalizing.variants(' Vogel @de, "a, b" ,bird') == (
        Alias("Vogel", "de"), Alias("a, b"), Alias("bird"),
    )  # fmt: skip
    assert normalizing.variants("a: b, me@home") == (Alias("a: b"), Alias("me@home"))
    assert normalizing.variants("  ") == ()
    for wrong in ("a,", ", a", "a @1", "@de"):
        with pytest.raises(Refusal):
            normalizing.variants(wrong)
