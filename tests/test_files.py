"""Files appear whole or not at all, and what a disk refuses is said in words."""

import errno
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

import insight_app
from insight_app import files
from insight_app.disk_errors import disk_error, disk_errors, must_be_the_worlds
from insight_app.errors import WorldError
from insight_app.files import (
    NotRegular,
    TooBig,
    aside,
    folder_aside,
    open_regular,
    read_regular,
    write_whole,
)

PACKAGE = Path(insight_app.__file__).parent


@contextmanager
def biggest_file(size: int) -> Iterator[None]:
    """A limit on the size of files stands for a full disk; Windows knows none."""
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


# ---- whole files


def test_a_file_that_cannot_be_written_leaves_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "names.json"
    write_whole(path, lambda file: file.write(b"old"))
    with biggest_file(1000), pytest.raises(OSError):
        write_whole(path, lambda file: file.write(b"new" * 1000))
    with pytest.raises(ValueError):
        write_whole(path, lambda file: int("no number"))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_program_that_is_killed_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "names.json"
    path.write_bytes(b"old")
    program = (
        "import os, sys; from pathlib import Path; from insight_app.files import write_whole\n"
        "def write(file):\n    file.write(b'n' * 100_000); file.flush(); os._exit(7)\n"
        "write_whole(Path(sys.argv[1]), write)"
    )
    ran = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert ran.returncode == 7 and path.read_bytes() == b"old"
    [left] = (one for one in tmp_path.iterdir() if one != path)
    write_whole(path, lambda file: file.write(b"new"))
    assert left.exists()  # it could be another program's, at work
    long_ago = left.stat().st_mtime - files.STALE_SECONDS - 60
    os.utime(left, (long_ago, long_ago))
    write_whole(tmp_path / "another.json", lambda file: file.write(b"{}"))
    assert left.exists()  # nor is it that file's
    write_whole(path, lambda file: file.write(b"newer"))
    assert not left.exists() and path.read_bytes() == b"newer"


def test_several_files_appear_all_or_none(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    with pytest.raises(RuntimeError), ExitStack() as stack:
        stack.enter_context(aside(one)).write_bytes(b"1")
        stack.enter_context(aside(two)).write_bytes(b"2")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    with ExitStack() as stack:
        stack.enter_context(aside(one)).write_bytes(b"1")
        stack.enter_context(aside(two)).write_bytes(b"2")
    assert (one.read_bytes(), two.read_bytes()) == (b"1", b"2")
    assert len(list(tmp_path.iterdir())) == 2


def test_two_writers_of_one_file_do_not_mix(tmp_path: Path) -> None:
    path, together = tmp_path / "cache.npy", threading.Barrier(4)

    def write(letter: bytes) -> None:
        for _ in range(50):
            together.wait()
            write_whole(path, lambda file: [file.write(letter * 1000) for _ in range(20)])

    threads = [threading.Thread(target=write, args=(letter,)) for letter in (b"a", b"b", b"c")]
    for thread in threads:
        thread.start()
    seen = set()
    for _ in range(50):
        together.wait()
        if path.exists():
            seen.add(path.read_bytes())
    for thread in threads:
        thread.join()
    assert seen and all(len(content) == 20_000 and len(set(content)) == 1 for content in seen)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_a_new_file_may_be_read_like_others_and_a_replaced_one_as_before(tmp_path: Path) -> None:
    plain, path = tmp_path / "plain", tmp_path / "shared"
    plain.touch()
    write_whole(path, lambda file: file.write(b"1"))
    assert path.stat().st_mode == plain.stat().st_mode
    path.chmod(0o640)
    write_whole(path, lambda file: file.write(b"2"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    outside, link = tmp_path / "outside", tmp_path / "link"
    outside.write_bytes(b"theirs")
    link.symlink_to(outside)
    write_whole(link, lambda file: file.write(b"ours"))
    assert outside.read_bytes() == b"theirs"
    assert not link.is_symlink() and link.read_bytes() == b"ours"


@pytest.mark.parametrize(
    "name", ["n" * 255, "日" * 85, "ends in.part", "[b]*"], ids=["long", "wide", "part", "odd"]
)
def test_any_name_that_the_disk_takes_will_do(tmp_path: Path, name: str) -> None:
    for content in (b"1", b"2"):
        write_whole(tmp_path / name, lambda file, content=content: file.write(content))
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_folder_appears_with_all_its_files_or_stays(tmp_path: Path) -> None:
    folder = tmp_path / "dictionary"
    folder.mkdir()
    for name in ("last", "gone", "other"):
        (folder / name).write_text("old")
    with pytest.raises(RuntimeError), folder_aside(folder, last="last", gone=("gone",)) as part:
        (part / "last").write_text("new")
        raise RuntimeError
    assert {path.name: path.read_text() for path in folder.iterdir()} == {
        "last": "old", "gone": "old", "other": "old"
    }  # fmt: skip
    with folder_aside(folder, last="last", gone=("gone",)) as part:
        (part / "last").write_text("new")
    assert {path.name: path.read_text() for path in folder.iterdir()} == {
        "last": "new", "other": "old"
    }  # fmt: skip
    assert list(tmp_path.iterdir()) == [folder]


def test_there_is_one_way_to_write_a_file_whole() -> None:
    own_ways = ("mkstemp", "NamedTemporaryFile", '.partial"', '.part"', "os.fsync")
    theirs = {
        "files.py",
        "concepts/encoders/models/library.py",  # copies weights with progress, to be cancelled
        "project/results/code_store.py",  # appends to a file
        "project/storage/lock.py",  # writes into a file that it holds
    }
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(way in path.read_text(encoding="utf-8") for way in own_ways)
    }
    assert found == theirs


# ---- nothing but files is read

STANDING: dict[str, Callable[[Path], object]] = {
    "a link": lambda place: place.symlink_to(place.with_name("decoy")),
    "a folder": Path.mkdir,
    "a pipe": lambda place: os.mkfifo(place),
    "a socket": lambda place: socket.socket(socket.AF_UNIX).bind(str(place)),
    "a device": lambda place: os.mknod(place, stat.S_IFCHR | 0o600, os.makedev(1, 5)),  # zeros
}


@pytest.mark.skipif(os.name != "posix", reason="what POSIX systems keep beside files")
@pytest.mark.parametrize("kind", STANDING)
def test_what_stands_in_a_files_place_is_named_and_not_read(tmp_path: Path, kind: str) -> None:
    (tmp_path / "decoy").write_bytes(b"theirs")
    place = tmp_path / "names.json"
    try:
        STANDING[kind](place)
    except PermissionError:
        pytest.skip("only an administrator can make a device")
    for read in (open_regular, lambda path: read_regular(path, 100)):
        with pytest.raises(NotRegular) as caught:
            read(place)
        assert caught.value.kind == kind
    said = disk_error(caught.value, "The names cannot be read")
    assert said.what == f"The names cannot be read: it is {kind} (not a regular file)."
    assert said.where == str(place) and said.do
    link = tmp_path / "another"
    link.symlink_to(place)
    if kind == "a link":  # to a link to a file
        assert read_regular(link, 100, follow_links=True) == b"theirs"
    else:
        with pytest.raises(NotRegular, match="not a regular file"):
            open_regular(link, follow_links=True)


def test_what_is_gone_is_said_to_be_gone(tmp_path: Path) -> None:
    for follow_links in (False, True):
        with pytest.raises(FileNotFoundError):
            open_regular(tmp_path / "gone", follow_links=follow_links)
    with pytest.raises(NotADirectoryError):
        (tmp_path / "file").touch()
        read_regular(tmp_path / "file" / "below", 10)


def test_no_more_is_read_than_may_be(tmp_path: Path) -> None:
    place = tmp_path / "names.json"
    for size in (1, files.PROBE, files.PROBE + 1):
        place.write_bytes(b"x" * size)
        assert read_regular(place, size) == b"x" * size
        with pytest.raises(TooBig):
            read_regular(place, size - 1)
    with place.open("r+b") as file:
        file.truncate(1 << 40)  # takes no room on the disk
    with pytest.raises(TooBig) as caught:
        read_regular(place, 32_000_000)
    said = disk_error(caught.value, "The names cannot be read").what
    assert "it has 1,099,512 MB, more than the 32 MB that are read of it" in said
    unsized = Path("/proc/self/maps")  # says that it has 0 bytes
    if unsized.exists():
        assert len(read_regular(unsized, 10_000_000)) > 100
        with pytest.raises(TooBig):
            read_regular(unsized, 10)


# ---- what a disk refuses


def in_a_folder_that_is_gone(place: Path) -> None:
    write_whole(place / "gone" / "file", lambda file: None)


def over_a_folder(place: Path) -> None:
    (place / "folder").mkdir()
    (place / "folder" / "file").touch()
    write_whole(place / "folder", lambda file: None)


def below_a_file(place: Path) -> None:
    (place / "file").touch()
    write_whole(place / "file" / "below", lambda file: None)


def under_a_name_too_long(place: Path) -> None:
    write_whole(place / ("n" * 300), lambda file: None)


def on_a_full_disk(place: Path) -> None:
    with biggest_file(10):
        write_whole(place / "file", lambda file: file.write(bytes(100_000)))


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (in_a_folder_that_is_gone, "the file or its folder is not there (No such file"),
        (over_a_folder, "a folder has this name (Is a directory)"),
        (below_a_file, "a part of its place is no folder (Not a directory)"),
        (under_a_name_too_long, "the name is too long (File name too long)"),
        (
            on_a_full_disk,
            "it would be larger than a file may be here (File too large)",
        ),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="words of POSIX systems")
def test_the_disks_own_errors_are_said(
    tmp_path: Path, write: Callable[[Path], None], said: str
) -> None:
    with (
        pytest.raises(WorldError) as caught,
        disk_errors("The names cannot be written", where=tmp_path, kept="All else is kept."),
    ):
        write(tmp_path)
    error = caught.value
    assert error.what.startswith(f"The names cannot be written: {said}")
    assert (error.where, error.kept) == (str(tmp_path), "All else is kept.") and error.do
    assert isinstance(error.__cause__, OSError)


@pytest.mark.parametrize(
    ("number", "said", "is_never_a_bug"),
    [
        (errno.ENOSPC, "the disk is full", True),
        (errno.EROFS, "write-protected", True),
        (errno.EIO, "the drive does not answer", True),
        (errno.EMFILE, "too many files are open", True),
        (errno.EACCES, "you may not use it", False),
        (errno.ENOENT, "is not there", False),
    ],
)
def test_errors_that_tests_cannot_cause_have_words_too(
    number: int, said: str, is_never_a_bug: bool
) -> None:
    error = OSError(number, os.strerror(number), "/photos/a.jpg")
    told = disk_error(error, "The photo cannot be read")
    assert said in told.what and os.strerror(number) in told.what
    assert told.where == "/photos/a.jpg" and told.do
    assert disk_error(error, "", do="Ask Ada.").do == "Ask Ada."
    assert (must_be_the_worlds(error) is not None) == is_never_a_bug


def test_an_error_without_a_number_is_said_as_it_is() -> None:
    assert disk_error(OSError("odd"), "It cannot be read").what == "It cannot be read (odd)."
    assert must_be_the_worlds(OSError("odd")) is None and must_be_the_worlds(KeyError()) is None


def test_there_is_one_way_to_say_what_a_disk_refuses() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if ".strerror" in path.read_text(encoding="utf-8")
    }
    assert found == {"disk_errors.py"}
