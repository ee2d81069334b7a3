"""Folders with odd photos beside honest ones: each is read right, or listed with its reason.

Right: as the picture that the file was made from. An odd file never keeps an honest one from being
analyzed, and no file is changed.
"""

import os
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from insight_app.project.photos import thumbnails
from insight_app.project.photos.decoding import decode
from insight_app.project.photos.formats import SUFFIXES
from insight_app.project.photos.photo_file import read_bytes
from tests import tiny
from tests.torture import doors
from tests.torture.cases import Case, Outcome, Verdict, worst
from tests.torture.decoys import Decoys, digest
from tests.torture.inputs import bombs, damage, formats, pictures
from tests.torture.inputs.pictures import Made
from tests.torture.resident import Say

ODD_NAMES = (
    "@{}", "__MACOSX{}", "-o{}", "--help{}", "a b{}", "a\nb{}", "a\x1b[31mb{}", "<img src=x>{}",
    "%s%n{}", "日本{}", "e\u0301{}", "\u202egpj.{}", "'; DROP TABLE image;--{}", "n" * 240 + "{}",
    "CON{}", "{}.jpg", "$(touch ran){}", "`touch ran`{}", "..{}", "a\\b{}", "a'b\"c{}", "&amp;{}",
    "\U0001f600{}", "\ufeff{}", "a.{}", "\x7f{}", "\u2028{}",
)  # fmt: skip
SAID_TO_BE = (
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(decoy) run\n",
    b"<svg/>",
    b"%PDF-1.4",
    b"push graphic-context\nviewbox 0 0 9 9\nimage Over 0,0 0,0 '|touch ran'\n",
    b"\x1c\x01\x5a\0\1\x1c\x08\x0a\0\4%!PS",
    b"<html><img src=file:///etc/passwd></html>",
    b"PK\x03\x04",
    b"\x7fELF",
    b"#!/bin/sh\ntouch ran\n",
    b"\xff\xd8\xff",
    b"II*\0",
    b"\x89PNG\r\n\x1a\n",
    b"GIF89a",
    b"RIFF\xff\xff\xff\xffWEBPVP8 ",
    b"BM",
    b"P6 9999999 9999999 255\n",
    b"P6 -1 -1 255\n",
    b"\0\0\1\0\1\0",
)


@dataclass(frozen=True)
class World:
    dictionary: Path
    decoys: Decoys


def prepare(root: Path, decoys: Decoys) -> World:
    return World(tiny.write_dictionary(root / "tiny"), decoys)


@dataclass(frozen=True)
class Laid:
    """A file that was laid into the folder. is_told: it must be in the results, or named."""

    path: Path
    what: str
    made: Made | None = None
    is_told: bool = True


def attempt(world: World, case: Case, place: Path, say: Say) -> Verdict:
    chance = case.chance()
    photos = place / "photos"
    photos.mkdir()
    honest = photos / "honest.png"
    honest.write_bytes(formats.png(pictures.picture(chance), 2, 8))
    laid = [lay(world, chance, photos, number) for number in range(chance.choice((1, 1, 2, 3)))]
    tried = "; ".join(one.what for one in laid)
    say(tried)
    before, project = digest(photos), place / "P.insight"
    told = doors.analyze(project, [photos], world.dictionary)
    findings = [told.finding] if told.finding else []
    if told.code == 0 and told.fault is None:
        findings += look(project, honest, laid)
        for one in (doors.cli("check", project), doors.cli("folders", project)):
            findings += [one.finding] if one.finding else []
    for one in laid:
        findings += shown(one)
    if digest(photos) != before:
        findings.append((Outcome.HARMED, "the photos were changed"))
    return worst(tried, [_not_known(one) for one in findings])


def _not_known(finding: tuple[Outcome, str]) -> tuple[Outcome, str]:
    """With an honest photo beside, no command may refuse."""
    outcome, said = finding
    return (Outcome.REFUSED, said) if outcome is Outcome.KNOWN else finding


def lay(world: World, chance: random.Random, photos: Path, number: int) -> Laid:
    """Put one odd thing into the folder."""
    name = chance.choice(("photo{}",) * 6 + ODD_NAMES)
    kind = chance.choice(("whole",) * 7 + ("damaged",) * 7 + ("no file",) * 2
                         + ("bomb", "said to be", "folder"))  # fmt: skip
    if kind in ("whole", "damaged"):
        maker = chance.choice(list(pictures.MAKERS))
        made = pictures.MAKERS[maker](chance, pictures.picture(chance))
        what, data = made.kind, made.data
        if kind == "damaged":
            harm = chance.choice(damage.BYTES)
            data, what, made = harm(chance, data), f"{what}, {harm.__name__}", None
        path = photos / (f"{number}-" + name).format(made.suffix if made else _suffix(what, maker))
        path.write_bytes(data)
        return Laid(path, f"{what} as {path.name[-60:]!r}", made)
    if kind == "bomb":
        what = chance.choice(list(bombs.BOMBS))
        path = photos / f"bomb-{number}.{what.rpartition('.')[2]}"
        path.write_bytes(bombs.BOMBS[what]())
        return Laid(path, f"bomb: {what}")
    suffix = chance.choice((".jpg", ".png", ".tif", ".webp", ".gif", ".heic", ".dng"))
    path = photos / f"{number}-photo{suffix}"
    if kind == "said to be":
        path.write_bytes(chance.choice(SAID_TO_BE) + chance.randbytes(chance.choice((0, 500))))
        return Laid(path, f"{path.read_bytes()[:20]!r} as *{suffix}")
    if kind == "no file":
        harm = chance.choice(damage.NO_FILES[1:])
        harm(chance, path, world.decoys.root)
        # A folder with the name of a photo is a folder; a link to one is followed.
        is_told = not path.is_dir()
        return Laid(path, f"{harm.__name__} as *{suffix}", is_told=is_told)
    return _folder(chance, photos, number)


def _suffix(what: str, maker: str) -> str:
    known = {"PNG": ".png", "JPEG 2000": ".jp2", "JPEG": ".jpg", "TIFF": ".tif", "GIF": ".gif",
             "WEBP": ".webp", "AVIF": ".avif", "BMP": ".bmp", "PPM": ".ppm"}  # fmt: skip
    return next((suffix for word, suffix in known.items() if word in what), ".jpg")


def _folder(chance: random.Random, photos: Path, number: int) -> Laid:
    """Folders: deep, linked, in circles, of odd names."""
    what = chance.choice(("deep", "circle", "linked", "odd name", "undecodable", "@eaDir"))
    made = pictures.png_rgb(chance, pictures.picture(chance))
    where = photos
    if what == "deep":
        for _ in range(40):
            where = where / "deeper"
    elif what == "circle":
        where = photos / f"circle-{number}"
        where.mkdir()
        (where / "again").symlink_to(chance.choice((photos, where, Path(), Path(".."))))
    elif what == "linked":
        where = photos / f"link-{number}"
        where.symlink_to(photos.parent / f"elsewhere-{number}")
        where.readlink().mkdir()
    elif what == "odd name":
        where = photos / chance.choice(ODD_NAMES).format("folder")
    elif what == "undecodable":
        where = photos / os.fsdecode(b"f\xff\xfe")
    else:
        where = photos / chance.choice(("@eaDir", "__MACOSX"))
    where.mkdir(parents=True, exist_ok=True)
    path = where / f"inside-{number}.png"
    path.write_bytes(made.data)
    # A link to where the system keeps devices is not followed, and temporary files may lie there.
    is_taken = what in ("deep", "circle") or (what == "linked" and path.parts[1] != "dev")
    is_told = not where.name.startswith(".")  # hidden ones are nobody's photos
    return Laid(path, f"a photo in a folder: {what}", made if is_taken else None, is_told)


# ---- what must be said of them


def look(project: Path, honest: Path, laid: list[Laid]) -> list[tuple[Outcome, str]]:
    shown, findings = doors.info(project), []
    if shown.finding:
        return [shown.finding]
    seen = doors.look(project)
    if seen.finding:
        return [seen.finding]
    coded = {name for name, status, _ in seen.value["images"] if status == "coded"}
    if honest.name not in coded:
        findings.append((Outcome.SILENT, "the honest photo is not in the results"))
    # Names as JSON has them, and as the terminal would.
    text = str(shown.value) + str(seen.value["problems"]) + str(seen.value["images"])
    for one in laid:
        findings += _of(one, coded, text)
    return findings


def _of(one: Laid, coded: set[str], text: str) -> list[tuple[Outcome, str]]:
    name = one.path.name
    if name in coded:
        return _wrong(one) if one.made is not None else []
    if one.made is not None and one.made.must_be_taken and not _is_odd(name):
        return [(Outcome.REFUSED, f"{one.made.kind} is not taken: {_reason(name, text)}")]
    if one.is_told and not _is_named(one, text):
        return [(Outcome.SILENT, f"not a word about {one.what}")]
    return []


def shown(one: Laid) -> list[tuple[Outcome, str]]:
    """What is wrong with how the window makes a small picture of it: a refusal is an answer."""
    told = doors.known("thumbnail", lambda: thumbnails.get(one.path.parent, one, 128))
    return [(told.fault, f"thumbnail: {told.text}")] if told.fault is not None else []


def _is_odd(name: str) -> bool:
    return not name.isprintable()


def _is_named(one: Laid, text: str) -> bool:
    """Whether the file, its folder, or its kind, where that is not taken, is spoken of."""
    path, suffix = one.path, one.path.suffix.lower()
    words = [path.name, repr(path.name)[1:-1]]
    if suffix not in SUFFIXES:
        words += [suffix, suffix[1:].upper()]
    words += [folder.name for folder in path.parents if folder.name.startswith(("@", "__"))]
    if path.parent.name not in ("photos", ""):
        name = path.parent.name
        shown = os.fsencode(name).decode("utf-8", "backslashreplace")
        words += [name, repr(name)[1:-1], repr(shown)[1:-1]]
    return any(word and word in text for word in words)


def _reason(name: str, text: str) -> str:
    at = text.find(name)
    return text[at + len(name) : at + len(name) + 120] if at >= 0 else "and not named"


def _wrong(one: Laid) -> list[tuple[Outcome, str]]:
    """Whether what is shown is not the picture that the file was made from."""
    assert one.made is not None
    told = doors.known("decode", lambda: decode(read_bytes(one.path), one.path).image)
    if told.finding:
        return [told.finding]
    wanted = one.made.shown
    if wanted is None:
        return []
    found: Any = np.asarray(told.value.convert("RGB"), float)
    if found.shape != wanted.shape:
        return [(Outcome.SILENT, f"{one.made.kind}: {found.shape} instead of {wanted.shape}")]
    if one.made.off is None:
        return _uneven(one.made, found, wanted)
    off = float(np.abs(found - wanted).mean())
    if off > one.made.off + 0.01:
        return [(Outcome.SILENT, f"{one.made.kind}: {off:.1f} of 255 off")]
    return []


def _uneven(made: Made, found: Any, wanted: Any) -> list[tuple[Outcome, str]]:
    """Compare light and dark, channel by channel, where the scale is a rule's."""
    for channel in range(3):
        a, b = found[..., channel].ravel(), wanted[..., channel].ravel().astype(float)
        if b.std() < 4:
            continue
        if a.std() < 4 or np.corrcoef(a, b)[0, 1] < 0.97:
            return [(Outcome.SILENT, f"{made.kind}: another picture")]
    return []
