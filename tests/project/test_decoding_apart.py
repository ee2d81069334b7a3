"""Whatever a photo does to its decoder, the program that asked goes on, and says what happened."""

import os
import struct
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from insight_app.errors import KnownError
from insight_app.project.photos import apart, formats, photo_file
from insight_app.project.photos.decoding import decode
from insight_app.project.photos.plain import Wish
from tests.project.photo_files import apart as difference
from tests.project.photo_files import chunk, drawn, read, saved
from tests.project.test_photo_kinds import HEIC

BAD_READER = """
import os, sys, time
from insight_app.project.photos.reading import loop, readers
def read(file, request):
    do = file.read().decode()
    if do == "crash": os.abort()
    if do == "hang": time.sleep(1000)
    if do == "memory": bytearray(3 * 2**30)
    raise ValueError(do)
readers.prepare = lambda request: read
sys.exit(loop.main())
"""
"""A decoding process whose reader does what the file says."""


@pytest.fixture
def bad_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    apart.end_all()
    monkeypatch.setattr(apart, "COMMAND", (sys.executable, "-c", BAD_READER))
    monkeypatch.setattr(apart, "SECONDS", 0.4)
    yield
    apart.end_all()


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("crash", "unexpected end"),
        ("hang", "took longer"),
        ("memory", "GB of memory"),
        ("odd bytes", r"damaged \(odd bytes\)"),
    ],
)
def test_a_photo_that_harms_its_decoder_is_a_known_error(
    bad_reader: None, does: str, said: str
) -> None:
    path = Path(f"{does}.heic")
    with pytest.raises(KnownError, match=said) as caught:
        apart.read(does.encode(), path, formats.HEIF, Wish())
    assert caught.value.where == str(path)


def test_after_such_a_photo_the_next_is_read(tmp_path: Path) -> None:
    path = tmp_path / "photo.heic"
    path.write_bytes(HEIC.read_bytes()[:300] + bytes(999))
    for _ in range(2):
        with pytest.raises(KnownError):
            read(path)
    path.write_bytes(HEIC.read_bytes())
    assert read(path).image.size == (64, 48)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files.")
def test_what_is_no_regular_file_is_not_waited_for(tmp_path: Path) -> None:
    fifo, folder = tmp_path / "fifo.jpg", tmp_path / "folder.jpg"
    os.mkfifo(fifo)
    folder.mkdir()
    for target in (fifo, folder, Path("/dev/zero"), Path("/dev/ptmx")):
        link = tmp_path / "link.jpg"
        link.symlink_to(target)
        for path in (target, link):
            with pytest.raises(KnownError) as caught:
                photo_file.read_photo(path)
            assert caught.value.where == str(path)
        link.unlink()
    real = saved(drawn(), tmp_path / "photo.png", "PNG")
    link.symlink_to(real)
    assert photo_file.read_photo(link).content_hash == photo_file.hash_content(real)


def bomb(width: int, height: int) -> bytes:
    """A PNG that claims a size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    ending = chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + ending


def test_a_size_that_no_memory_holds_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(bomb(100_000, 90_000))
    with pytest.raises(KnownError, match=r"100,000 x 90,000 pixels; about \d+ million"):
        read(path)


def test_several_large_photos_at_once_stay_within_two_gigabytes(tmp_path: Path) -> None:
    white = Image.new("RGB", (9_500, 9_500))
    paths = [saved(white, tmp_path / f"{at}.png", "PNG", compress_level=1) for at in range(2)]
    del white
    me, most, is_over = psutil.Process(), [0], threading.Event()

    def watch() -> None:
        while not is_over.wait(0.02):
            used = [one.memory_full_info().uss for one in (me, *me.children())]
            most[0] = max(most[0], sum(used))

    before = me.memory_full_info().uss
    shown = []

    def one(path: Path) -> None:
        shown.append(decode(path.read_bytes(), path, short_side=448))

    watcher = threading.Thread(target=watch)
    readers = [threading.Thread(target=one, args=(path,)) for path in paths]
    for thread in (watcher, *readers):
        thread.start()
    for thread in readers:
        thread.join()
    is_over.set()
    watcher.join()
    assert [(one.width, one.reduced) for one in shown] == [(9_500, 21)] * 2
    assert most[0] - before < 2e9


def test_a_file_that_is_not_held_in_memory_is_decoded_from_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(drawn(), tmp_path / "photo.png", "PNG")
    hashed = photo_file.read_photo(path).content_hash
    monkeypatch.setattr(photo_file, "IN_MEMORY", 100)
    found = photo_file.read_photo(path)
    assert found.data is None and found.content_hash == hashed
    assert difference(decode(None, path), drawn()) == 0


def test_decoding_processes_end_with_the_program_that_started_them(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from insight_app.project.photos.decoding import load_upright\n"
        "load_upright(Path(sys.argv[1])); print('read', flush=True); time.sleep(1000)"
    )
    command = [sys.executable, "-c", code, str(HEIC)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None and program.stdout.readline() == b"read\n"
        (decoder,) = psutil.Process(program.pid).children()
        program.kill()
    decoder.wait(300)
    assert not decoder.is_running()


def test_reading_usual_photos_loads_no_library_of_the_others(tmp_path: Path) -> None:
    path = saved(drawn(), tmp_path / "photo.jpg", "JPEG")
    code = (
        "import sys; from pathlib import Path\n"
        "from insight_app.project.photos.decoding import load_upright\n"
        "for photo in sys.argv[1:]: load_upright(Path(photo))\n"
        "print({'rawpy', 'pi_heif', 'pydicom', 'tifffile', 'gdcm'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, str(path), str(HEIC)]
    run = subprocess.run(command, capture_output=True, check=True)
    assert run.stdout.strip() == b"set()"


def test_a_jpeg_of_thousands_of_scans_is_left_to_a_process_that_can_be_stopped() -> None:
    from insight_app.project.photos import plain

    data = b"\xff\xd8" + b"\xff\xda" * 5000
    assert plain.work(data, formats.JPEG, (4000, 3000)) > plain.MOST_WORK
    assert np.prod((8000, 6000)) * 10 < plain.MOST_WORK, "usual ones are not"
