"""The README says what the program does: help, formats and exit codes are written by a script."""

import os
import re
import subprocess
import sys
from pathlib import Path

from insight_app import licences, resources

ROOT = Path(__file__).parents[1]


def test_the_readme_shows_every_commands_help_as_it_is() -> None:
    script = ROOT / "packaging" / "readme_commands.py"
    ours = os.environ | {"PYTHONPATH": str(ROOT)}  # not an Insight that is installed elsewhere
    checked = subprocess.run([sys.executable, str(script), "--check"], env=ours, check=False)
    assert checked.returncode == 0, "run packaging/readme_commands.py"


def test_every_file_that_the_readme_points_to_is_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    named = re.findall(r"`((?:resources|packaging|insight_app)/[\w./-]+)`", text)
    assert links and named
    assert [path for path in (*links, *named) if not (ROOT / path).exists()] == []


def test_every_demo_photo_has_its_licence_and_the_licences_text_is_there() -> None:
    folder = resources.path("photos")
    photos = {path.relative_to(folder).as_posix() for path in folder.rglob("*.jpg")}
    listed = licences.photos()
    assert {photo.file for photo in listed} == photos
    assert 60 <= len(photos) <= 150
    assert sum((folder / name).stat().st_size for name in photos) <= 8e6
    texts = {path.name for path in (folder / "licences").iterdir()}
    linked = {"public domain", "CC-BY-2.0"}
    for photo in listed:
        assert photo.author and photo.source
        for licence in re.split(r" \(background: |\)", photo.licence):
            name = licence.removesuffix("-only").removesuffix("-or-later")
            assert not name or name in texts | linked


def test_the_licences_of_weights_and_words_are_shipped_in_full() -> None:
    shipped = [part for part in licences.components() if part.text]
    assert {part.text for part in shipped} == {
        path.name for path in resources.path("licences").iterdir()
    }
    assert all(len(licences.text_of(part)) > 500 for part in shipped)
