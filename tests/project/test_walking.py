"""Which photos are found in folders as people have them, and why all else is not taken."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from insight_app.project.photos import reasons
from insight_app.project.photos.patterns import Patterns, split
from insight_app.project.photos.reasons import Grade, Reason
from insight_app.project.photos.telling import escaped
from insight_app.project.photos.walking import scan

links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")


def photo(path: Path, colour: str = "red") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (40, 30), colour).save(path, "JPEG")
    return path


def found(*folders: Path, patterns: Patterns | None = None) -> list[str]:
    """The photos in folders, by path below the first one's parent."""
    base = folders[0].parent
    taken = scan(folders, patterns or Patterns())
    return sorted(
        (Path(one.source, one.path, name)).relative_to(base).as_posix()
        for one in taken
        for name in one.names
    )


def refused(*folders: Path, patterns: Patterns | None = None) -> dict[str, Reason]:
    """What is not taken, by its path below the source, and why."""
    return {
        "/".join(part for part in (one.path, escaped(name)) if part): reason
        for one in scan(folders, patterns or Patterns())
        for reason, names in one.not_taken.items()
        for name in names
    }


def test_every_kind_is_a_photo_or_listed_with_its_kind(tmp_path: Path) -> None:
    photo(tmp_path / "photo.jpg")
    for name in ("a.PSD", "b.svs", "c.mp4", "d.Pdf", "e.zip", "f.jxl", "g.czi"):
        (tmp_path / name).write_bytes(b"anything")
    for name in ("notes.txt", "Thumbs.db", "labels.json", "README"):
        (tmp_path / name).write_text("no picture")
    for name in ("IMG_1", "museum.0001", "large.JPG_large", "upper.JPEG-1"):
        shutil.copy(tmp_path / "photo.jpg", tmp_path / name)  # told by what is in them
    for name in ("photo.jpg.bak", "half.part", "photo.jpg~"):
        shutil.copy(tmp_path / "photo.jpg", tmp_path / name)
    (tmp_path / "scan").write_bytes(b"8BPS" + bytes(100))
    (tmp_path / "empty.jpg_large").touch()
    assert found(tmp_path / ".") == sorted(
        f"{tmp_path.name}/{name}"
        for name in ("photo.jpg", "IMG_1", "museum.0001", "large.JPG_large", "upper.JPEG-1")
    )
    kinds = {name: reason.kind for name, reason in refused(tmp_path).items()}
    assert {name: kinds[name] for name in ("a.PSD", "scan", "f.jxl", "e.zip")} == {
        "a.PSD": "Photoshop file",
        "scan": "Photoshop file",
        "f.jxl": "JPEG XL file",
        "e.zip": "archive",
    }
    assert kinds["photo.jpg.bak"] == kinds["half.part"] == kinds["photo.jpg~"]
    assert kinds["photo.jpg.bak"] == reasons.SET_ASIDE.kind
    assert kinds["empty.jpg_large"] == reasons.NO_PICTURE_INSIDE.kind
    assert len(kinds) == 12
    assert all(
        reason.do and reason.grade == Grade.NOT_TAKEN for reason in refused(tmp_path).values()
    )


def test_only_system_folders_and_what_is_hidden_is_passed_over_and_counted(tmp_path: Path) -> None:
    for name in ("@home.jpg", "__MACOSX.jpg", "@work/1.jpg", "__MACOSX 2/1.jpg", "#x/1.jpg"):
        photo(tmp_path / name)
    for name in ("@eaDir/1.jpg", "sub/__MACOSX/1.jpg", ".git/1.jpg", "._1.jpg", ".2.jpg"):
        photo(tmp_path / name)
    (tmp_path / ".DS_Store").touch()
    photo(tmp_path / "Old.insight" / "1.jpg")
    assert len(found(tmp_path)) == 5
    passed = {name: (r.kind, r.grade) for name, r in refused(tmp_path).items()}
    over = Grade.PASSED_OVER
    assert passed == {
        "@eaDir": ("system folder", over),
        "sub/__MACOSX": ("system folder", over),
        ".git": ("hidden folder", over),
        "._1.jpg": ("AppleDouble file", over),
        ".2.jpg": ("hidden file", over),
        "Old.insight": ("Insight project", over),
    }


@links
def test_links_are_followed_once_and_in_no_circle(tmp_path: Path) -> None:
    photos, away = tmp_path / "photos", tmp_path / "away"
    photo(photos / "own.jpg")
    photo(photos / "sub" / "deep.jpg")
    photo(photos / ".kept" / "object")
    photo(away / "far.jpg")
    photo(away / "inner" / "farther.jpg")
    photo(away / "P.insight" / "none.jpg")
    for name, target in {
        "ancestor": "..",
        "root": "/",
        "self": ".",
        "sub/up": "../..",
        "again": "sub",
        "same.jpg": "own.jpg",
        "annex.jpg": ".kept/object",
        "z-away": away,
        "z-away-too": away,
        "z-inner": away / "inner",
        "z-file.jpg": away / "far.jpg",
        "project": away / "P.insight",
        "broken.jpg": "nothing.jpg",
        "broken folder": "nowhere",
        "circle.jpg": "circle.jpg",
        "zero.jpg": "/dev/zero",
        "terminal": "/dev/ptmx",
        "processes": "/proc",
    }.items():
        (photos / name).symlink_to(target)
    (away / "back").symlink_to(photos)
    (away / "around").symlink_to(away)
    assert found(photos) == [
        "photos/annex.jpg",
        "photos/own.jpg",
        "photos/sub/deep.jpg",
        "photos/z-away/inner/farther.jpg",
        "photos/z-file.jpg",
    ]
    why = refused(photos)
    assert {name for name, reason in why.items() if reason == reasons.LINK_ABOVE} == {
        "ancestor", "root", "self", "sub/up", "z-away/back",
    }  # fmt: skip
    for name in ("again", "same.jpg", "z-away-too", "z-inner", "z-away/far.jpg", "z-away/around"):
        assert why[name] == reasons.SAME, name
    assert why["project"] == reasons.PROJECT
    assert why["broken.jpg"] == why["broken folder"] == reasons.BROKEN_LINK
    assert why["circle.jpg"] == reasons.LINK_CIRCLE
    assert why["zero.jpg"].what == why["terminal"].what == "This is a device, not a file."
    assert why["processes"] == reasons.LINK_TO_SYSTEM
    both = found(photos, away)  # what is given itself is not taken through a link
    assert sum(name.endswith("far.jpg") for name in both) == 1 and "away/far.jpg" in both


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_what_is_no_file_is_listed_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    os.mkfifo(tmp_path / "other pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "plug.jpg"))
        assert found(tmp_path) == []
        assert {name: reason.what for name, reason in refused(tmp_path).items()} == {
            "pipe.jpg": "This is a pipe, not a file.",
            "plug.jpg": "This is a socket, not a file.",
        }


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have only names that are text")
def test_names_of_every_kind_are_found_or_listed(tmp_path: Path) -> None:
    whole = "x" * 251 + ".jpg"
    for name in ("line\nend.jpg", "\x1b[31mred.jpg", "\u202egpj.x.jpg", whole, " .jpg"):
        photo(tmp_path / name)
    for raw in (b"caf\xe9.jpg", b"dossier \xe9t\xe9", b"no picture \xff.txt"):
        place = os.fsencode(tmp_path) + b"/" + raw
        if b"." in raw:
            shutil.copy(tmp_path / whole, place)
        else:
            Path(os.fsdecode(place)).mkdir()
    assert len(found(tmp_path)) == 5
    assert refused(tmp_path) == {
        "caf\\xe9.jpg": reasons.NOT_TEXT,
        "dossier \\xe9t\\xe9": reasons.FOLDER_NOT_TEXT,
    }


@pytest.mark.skipif(sys.platform != "linux", reason="there is no other user to become")
def test_folders_that_may_not_be_listed_say_so(tmp_path: Path) -> None:
    base = tmp_path / "photos"
    photo(base / "ok" / "1.jpg")
    photo(base / "closed" / "1.jpg")
    photo(base / "locked suffix" / "IMG_JPG.jpg_1")
    (base / "closed").chmod(0)
    (base / "locked suffix" / "IMG_JPG.jpg_1").chmod(0)
    for above in (tmp_path, *tmp_path.parents):
        if above.stat().st_uid == os.geteuid() and above != Path("/"):
            above.chmod(above.stat().st_mode | 0o055)
    program = f"""
import os, sys
from pathlib import Path
from insight_app.project.photos.walking import scan
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
for one in scan([Path({str(base)!r})]):
    print(one.path, one.names, one.error, [reason.what for reason in one.not_taken])
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    (base / "closed").chmod(0o755)
    assert ran.stdout.splitlines() == [
        "closed [] The folder cannot be listed: you may not use it (Permission denied). []",
        "locked suffix [] ['You may not read it.']".replace("[] [", "[]  ["),
        "ok ['1.jpg']  []",
    ]


def test_patterns_leave_out_by_name_path_and_folder(tmp_path: Path) -> None:
    for name in ("1.jpg", "1_mask.PNG", "2.JPG", "sub/1.jpg", "sub/thumbs/2.jpg", "é.png"):
        photo(tmp_path / "p" / name)
    (tmp_path / "p" / "film.mp4").touch()

    def taken(*exclude: str, include: tuple[str, ...] = ()) -> list[str]:
        names = found(tmp_path / "p", patterns=Patterns.of(include, exclude))
        return [name.removeprefix("p/") for name in names]

    everything = ["1.jpg", "1_mask.PNG", "2.JPG", "sub/1.jpg", "sub/thumbs/2.jpg", "é.png"]
    assert taken() == everything
    assert taken("*_MASK.png") == [name for name in everything if "mask" not in name]
    assert taken("thumbs") == taken("thumbs/") == taken("*/thumbs/*") == taken("thumbs/*")
    assert taken("thumbs") == [name for name in everything if "thumbs" not in name]
    assert taken("/1.jpg") == [name for name in everything if name != "1.jpg"]
    assert taken("1.jpg") == [name for name in everything if not name.endswith("1.jpg")]
    assert taken("sub\\*") == [name for name in everything if "sub" not in name]
    assert taken(include=("*.jpg",)) == ["1.jpg", "2.JPG", "sub/1.jpg", "sub/thumbs/2.jpg"]
    assert taken("sub", include=("*.jpg", "*.png")) == ["1.jpg", "1_mask.PNG", "2.JPG", "é.png"]
    assert taken("E\u0301.png") == everything[:-1]  # typed on a system that keeps accents apart
    assert taken("*" * 60 + "x") == everything
    assert refused(tmp_path / "p", patterns=Patterns.of(exclude=["*.MP4"])) == {}
    assert split(" *.jpg, *_mask.png;;\nthumbs ") == ["*.jpg", "*_mask.png", "thumbs"]
    left_out = [one.left_out for one in scan([tmp_path / "p"], Patterns.of(exclude=["*.jpg"]))]
    assert left_out == [{"1.jpg", "2.JPG"}, {"1.jpg"}, {"2.jpg"}]
