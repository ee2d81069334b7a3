"""Photo files in folders: which are found, and which of them are read."""

import os
import socket
import sys
from pathlib import Path

import pytest

from insight_app.errors import KnownError
from insight_app.project.photos import photo_file, reasons
from insight_app.project.photos.photo_file import read_bytes
from insight_app.project.photos.walking import scan


def test_scanning_finds_images_in_path_order_and_nothing_else(tmp_path: Path) -> None:
    for name in (
        "b/2.JPG",
        "b/10.png",
        "a/é 写真.webp",
        "top.jpeg",
        "b/notes.txt",
        ".hidden/x.jpg",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "P.insight").mkdir()
    (tmp_path / "P.insight" / "inside.jpg").touch()
    found = {folder.path: folder.names for folder in scan([tmp_path])}
    assert found == {"": ["top.jpeg"], "a": ["é 写真.webp"], "b": ["10.png", "2.JPG"]}


@pytest.mark.skipif(sys.platform == "win32", reason="names are always text there")
def test_names_that_are_no_text_are_told_apart(tmp_path: Path) -> None:
    raw = bytes(tmp_path) + b"/\xff\xfe.jpg"
    try:
        with open(raw, "wb"):  # noqa: PTH123 - a path of bytes
            pass
    except OSError:
        pytest.skip("this file system refuses names that are no text, so no user here has one")
    (folder,) = scan([tmp_path])
    ((reason, names),) = folder.not_taken.items()
    assert (folder.names, reason, len(names)) == ([], reasons.NOT_TEXT, 1)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_pipes_sockets_devices_and_folders_are_refused_not_waited_for(tmp_path: Path) -> None:
    pipe, plug, device = (tmp_path / f"{name}.jpg" for name in ("pipe", "socket", "device"))
    os.mkfifo(pipe)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(plug))
        device.symlink_to("/dev/zero")
        for path in (pipe, plug, device, tmp_path):
            with pytest.raises(KnownError, match="cannot be read: it is a") as caught:
                read_bytes(path)
            assert caught.value.where == str(path)


def test_a_link_to_a_photo_is_read_and_what_is_too_big_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, link = tmp_path / "photo.jpg", tmp_path / "link.jpg"
    photo.write_bytes(b"12345678")
    link.symlink_to(photo)
    assert read_bytes(link) == b"12345678"
    monkeypatch.setattr(photo_file, "MOST_BYTES", 7)
    with pytest.raises(KnownError, match="more than the"):
        read_bytes(photo)
