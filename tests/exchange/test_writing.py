"""An export appears complete or not at all, and replaces nothing unasked."""

import os
from pathlib import Path

import pytest

from insight_app.errors import KnownError
from insight_app.exchange import registry
from tests.exchange.contents import example


def test_the_suffix_is_added_where_none_was_given(tmp_path: Path) -> None:
    written = registry.write(example(), registry.named("skos"), tmp_path / "birds")
    assert written == [tmp_path / "birds.ttl"]
    assert written[0].read_bytes() == registry.named("skos").render(example())[""]


def test_a_dot_in_a_name_is_no_ending(tmp_path: Path) -> None:
    json, csv, release = map(registry.named, ("json", "csv", "release"))
    assert registry.write(example(), json, tmp_path / "v1.2") == [tmp_path / "v1.2.json"]
    assert registry.named_file(Path("birds.TXT"), csv) == Path("birds.TXT")
    assert registry.other_ending(Path("v1.2.json"), csv) == Path("v1.2.csv")
    assert registry.other_ending(Path("v1.2"), csv) == Path("v1.2.csv")
    assert registry.other_ending(Path("v1.2.csv"), release) == Path("v1.2")
    for nameless in (Path(), Path("/")):
        with pytest.raises(KnownError, match="needs a name"):
            registry.write(example(), json, nameless)


@pytest.mark.skipif(os.name != "posix", reason="links and pipes of Unix")
def test_nothing_is_written_through_a_link_or_into_what_is_no_file(tmp_path: Path) -> None:
    kind, mine = registry.named("json"), tmp_path / "mine.txt"
    mine.write_text("mine")
    link, dangling, pipe = (tmp_path / f"{name}.json" for name in ("link", "dangling", "pipe"))
    link.symlink_to(mine)
    dangling.symlink_to(tmp_path / "nowhere")
    os.mkfifo(pipe)
    for path in (link, dangling):
        with pytest.raises(KnownError, match="already"):
            registry.write(example(), kind, path)
        registry.write(example(), kind, path, overwrite=True)
        assert path.is_file() and not path.is_symlink()
    assert mine.read_text() == "mine" and not (tmp_path / "nowhere").exists()
    device = tmp_path / "device.json"
    device.symlink_to("/dev/null")
    bare = tmp_path / "bare"
    os.mkfifo(bare)
    for path in (pipe, device, bare):
        with pytest.raises(KnownError, match="no file"):
            registry.write(example(), kind, path, overwrite=True)
    assert device.is_symlink() and pipe.is_fifo()


def test_csv_writes_its_other_tables_beside_the_first(tmp_path: Path) -> None:
    registry.write(example(), registry.named("csv"), tmp_path / "birds.csv")
    assert {path.name for path in tmp_path.iterdir()} == {
        f"birds{key}.csv" for key in ("", ".relations", ".examples", ".tags", ".labels")
    }


def test_an_existing_file_is_kept_unless_told_otherwise(tmp_path: Path) -> None:
    (tmp_path / "birds.relations.csv").write_text("mine")
    kind = registry.named("csv")
    with pytest.raises(KnownError, match="already"):
        registry.write(example(), kind, tmp_path / "birds.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["birds.relations.csv"]
    registry.write(example(), kind, tmp_path / "birds.csv", overwrite=True)
    assert (tmp_path / "birds.relations.csv").read_text() != "mine"


def test_a_folder_that_is_not_there_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="cannot be written"):
        registry.write(example(), registry.named("json"), tmp_path / "nowhere" / "birds.json")
    (tmp_path / "taken.json").mkdir()
    with pytest.raises(KnownError):
        registry.write(example(), registry.named("json"), tmp_path / "taken.json", overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["taken.json"]


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(KnownError, match="graphml"):
        registry.named("xlsx")
