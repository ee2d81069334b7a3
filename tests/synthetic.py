"""A small project with real picture files, made by the product's own writer; needs no torch.

Drawn scenes (boats on water, dogs on grass, ...) whose concepts, places and hierarchy are known:
every thing drawn activates its concept and all more general ones in the cells that it covers.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from safetensors.numpy import save

from insight_app.concepts.codes import from_dense
from insight_app.concepts.geometry import Geometry, centre_square
from insight_app.concepts.near_misses import NearMisses
from insight_app.concepts.progress import CancelToken, silent
from insight_app.concepts.random_directions import DIRECTIONS, FEATURES
from insight_app.project.analysis import recording
from insight_app.project.analysis.folders import membership
from insight_app.project.analysis.folders.scanning import update_images
from insight_app.project.analysis.recording import Coded, Recorder, Setup
from insight_app.project.photos.decoding import NEWEST_RULE
from insight_app.project.photos.photo_file import content_hash
from insight_app.project.project import Project
from insight_app.project.results import analysis_database, reading_rule, settings
from insight_app.project.results.candidates import CandidateName
from insight_app.project.results.code_record import Notes
from insight_app.project.results.snapshot import Results
from insight_app.project.results.words import Words

GRID = 14
DICTIONARY = "5e17be71c0000001"
"""The fingerprint of the dictionary."""
HIERARCHY = {
    "thing": "",
    "vehicle": "thing",
    "boat": "vehicle",
    "sail": "boat",
    "car": "vehicle",
    "wheel": "car",
    "animal": "thing",
    "dog": "animal",
    "bird": "animal",
    "plant": "thing",
    "tree": "plant",
    "flower": "plant",
    "water": "",
    "sky": "",
    "grass": "",
    "building": "thing",
}
"""Name -> the more general concept it is drawn under; the order is the order of concepts."""
NAMES = list(HIERARCHY)
COLOURS = {
    "boat": "saddlebrown",
    "sail": "ivory",
    "car": "firebrick",
    "wheel": "black",
    "dog": "peru",
    "bird": "slateblue",
    "tree": "darkgreen",
    "flower": "deeppink",
    "building": "dimgray",
}
SCENES = {
    "harbour": (("boat", "sail", "bird"), ("sky", "water")),
    "street": (("car", "wheel", "building"), ("sky", "grass")),
    "park": (("dog", "tree", "flower"), ("sky", "grass")),
    "mixed": (("boat", "dog", "car", "tree", "bird"), ("sky", "water")),
}
GROUNDS = {"sky": "lightskyblue", "water": "steelblue", "grass": "yellowgreen"}


Spell = Callable[[str], str]


@dataclass(frozen=True)
class Drawn:
    """One thing: its concept and its box (x, y, w, h) as shares of the picture."""

    name: str
    box: tuple[float, float, float, float]


def make_project(
    folder: Path,
    *,
    images: int = 24,
    concepts: int = 96,
    seed: int = 0,
    photo_size: tuple[int, int] = (320, 240),
    spell: Spell = str,
    spell_file: Spell = str,
    before: Callable[[Path], object] = lambda project: None,
) -> Path:
    """Write photos into `folder`'s sibling "photos", and the analyzed project into `folder`.

    spell, spell_file: how a name of a concept, of a file or folder, is spelled by somebody.
    before: what else is done to the project before its results are published.
    """
    photos = folder.parent / f"{folder.stem} photos"
    drawn = _draw_photos(photos, images, photo_size, np.random.default_rng(seed), spell_file)
    scenes = {path: (name, things) for path, name, things in drawn}
    Project.create(folder).close()
    engine = analysis_database.open_writer(folder)
    membership.add(folder, engine, [photos])
    update_images(folder, engine)
    _write_dictionary(folder, concepts, title=spell("Drawn scenes"))
    settings.write(engine, reading_rule.SETTING, NEWEST_RULE)
    before(folder)
    recorder = Recorder(folder, engine, setup(concepts, spell=spell))
    recorder.publish()
    listed = Results.open(folder)
    assert listed is not None
    rng = np.random.default_rng(seed + 1)
    unreadable = []
    for image_id in listed.image_ids():
        record = listed.image(int(image_id))
        scene = scenes.get(record.path)
        if scene is None:
            unreadable.append(int(image_id))
            continue
        recorder.add(_coded(record, *scene, concepts, rng))
        if recorder.waiting >= recording.SHARD_IMAGES:
            recorder.commit()
    recorder.commit()
    _mark_unreadable(engine, unreadable)
    recorder.publish()
    recorder.close()
    engine.dispose()
    return folder


def publish_again(
    project: Path, concepts: int = 96, dictionary: str = DICTIONARY, words: Words | None = None
) -> None:
    """The same results as a newer generation, as an analysis that goes on puts them out.

    dictionary: another fingerprint makes them those of other concepts, which happen to fire alike;
    words: what the concepts are called now.
    """
    if dictionary != DICTIONARY:
        _write_dictionary(project, concepts, dictionary)
    engine = analysis_database.open_writer(project)
    recorder = Recorder(project, engine, setup(concepts, dictionary))
    if words is not None:
        recorder.rename(words)
    recorder.publish()
    recorder.close()
    engine.dispose()


def measure_relations(project: Path, concepts: int = 96) -> None:
    """Measure how sure relations are and publish that, as an analysis does at its end."""
    engine = analysis_database.open_writer(project)
    recorder = Recorder(project, engine, setup(concepts))
    recorder.publish()
    assert recorder.measure_relations(silent, CancelToken())
    recorder.publish()
    recorder.close()
    engine.dispose()


# ---- pictures


def _draw_photos(
    photos: Path, images: int, size: tuple[int, int], rng: np.random.Generator, spell: Spell
) -> Iterator[tuple[Path, str, list[Drawn]]]:
    """Draw the photos of scenes.

    Among them a portrait, a panorama, one that EXIF turns, one that is broken, and one with letters
    beyond ASCII in its name.
    """
    folders = list(SCENES)
    for number in range(images):
        name = folders[number % len(folders)]
        shape = {1: size[::-1], 2: (size[0] * 2, size[1] // 2)}.get(number, size)
        things = _things(name, rng)
        picture = _picture(shape, name, things, rng)
        stem = {4: "Fähre_日本"}.get(number, f"{name}_{number:03d}")
        path = photos / spell(name) / f"{spell(stem)}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        if number == 5:
            path.write_bytes(b"this is not a photo")
            continue
        exif = Image.Exif()
        if number == 3:
            picture = picture.transpose(Image.Transpose.ROTATE_90)
            exif[0x0112] = 6
        picture.save(path, quality=90, exif=exif)
        yield path, name, things


def _things(scene: str, rng: np.random.Generator) -> list[Drawn]:
    """Things side by side in the middle; parts (sail, wheel) on what they belong to."""
    names = SCENES[scene][0]
    whole = [name for name in names if HIERARCHY[name] not in names]
    things = []
    for place, name in enumerate(whole):
        width = 0.6 / len(whole)
        left = 0.2 + place * width + rng.uniform(0, 0.05)
        top, height = rng.uniform(0.35, 0.5), rng.uniform(0.25, 0.4)
        if rng.random() < 0.8 or place == 0:
            things.append(Drawn(name, (left, top, width * 0.9, height)))
            for part in names:
                if HIERARCHY[part] == name:
                    box = (left, top, width * 0.6, height / 2)
                    things.append(Drawn(part, box))
    return things


def _picture(
    size: tuple[int, int], scene: str, things: list[Drawn], rng: np.random.Generator
) -> Image.Image:
    width, height = size
    upper, lower = SCENES[scene][1]
    picture = Image.new("RGB", size, GROUNDS[upper])
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, height // 2, width, height), fill=GROUNDS[lower])
    for thing in things:
        x, y, w, h = thing.box
        box = (x * width, y * height, (x + w) * width, (y + h) * height)
        shape = draw.ellipse if thing.name in ("wheel", "dog", "flower", "bird") else draw.rectangle
        shape(box, fill=COLOURS[thing.name])
    noise = rng.normal(0, 6, (height, width, 3))
    return Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))


# ---- what the machine would say of them


def setup(concepts: int, dictionary: str = DICTIONARY, spell: Spell = str) -> Setup:
    names = NAMES[:concepts] + [f"texture {n}" for n in range(len(NAMES), concepts)]
    names[-1] = ""  # the last one never fires: dead, without a name
    candidates = [
        [CandidateName(spell(name), "noun", 0.62, spell(f"something called {name}"))]
        + [
            CandidateName(
                spell(other), "noun", round(0.55 - 0.05 * n, 2), spell(f"something called {other}")
            )
            for n, other in enumerate(o for o in NAMES if o != name)
            if n < 7
        ]
        if name
        else []
        for name in names
    ]
    return Setup(
        encoder="builtin",
        encoder_fingerprint="synthetic-encoder",
        grid=(GRID, GRID),
        dictionary_fingerprint=dictionary,
        levels=levels(concepts),
        words=Words(
            "dictionary",
            [spell(name) if name else "" for name in names],
            candidates,
            "shared",
            "share of votes",
        ),
    )


def levels(concepts: int) -> np.ndarray:
    """(F,) level of every concept: its depth among the drawn ones, the deepest for textures."""

    def depth(name: str) -> int:
        parent = HIERARCHY[name]
        return 0 if not parent else 1 + depth(parent)

    return np.array([depth(name) for name in NAMES] + [4] * (concepts - len(NAMES)), np.uint8)[
        :concepts
    ]


def _write_dictionary(
    folder: Path, concepts: int, fingerprint: str = DICTIONARY, title: str = "Drawn scenes"
) -> None:
    """A dictionary as far as reading results needs one: all but its decoder is zeros."""
    import json

    D = 32
    place = folder / "dictionary"
    place.mkdir(exist_ok=True)
    described = {
        "schema_version": 1,
        "fingerprint": fingerprint,
        "concepts": concepts,
        "token_dim": D,
        "k": 8,
        "group_sizes": [int(n) for n in np.bincount(levels(concepts))],
        "threshold": 0.1,
        "encoder_fingerprint": "synthetic-encoder",
        "title": title,
        "provenance": {},
    }
    (place / "dictionary.json").write_text(json.dumps(described), "utf-8")
    shapes = {"W_enc": (D, concepts), "b_enc": concepts, "W_dec": (concepts, D), "b_dec": D}
    weights = {name: np.zeros(shape, np.float16) for name, shape in shapes.items()}
    rows = np.random.default_rng(3).normal(size=(concepts, D))
    weights["W_dec"] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)
    (place / "dictionary.safetensors").write_bytes(save(weights))


def _coded(
    record: object, folder: str, scene: list[Drawn], concepts: int, rng: np.random.Generator
) -> Coded:
    data = record.path.read_bytes()  # type: ignore[attr-defined]
    with Image.open(record.path) as opened:  # type: ignore[attr-defined]
        width, height = opened.size
        if opened.getexif().get(0x0112) == 6:
            width, height = height, width
    geometry = centre_square(width, height, GRID, GRID)
    dense = _activations(geometry, folder, scene, concepts, rng)
    cells = geometry.cells
    first = (
        rng.uniform(0.05, 0.4, cells).astype(np.float16),
        rng.uniform(0.5, 2, cells).astype(np.float16),
        rng.normal(size=32).astype(np.float16),
    )
    notes = Notes(*first, **_seen(record.id, folder, dense))  # type: ignore[attr-defined]
    return Coded(
        record.id,  # type: ignore[attr-defined]
        record.folder,  # type: ignore[attr-defined]
        content_hash(data),
        geometry,
        (0.0, 255.0),
        from_dense(dense),
        notes,
    )


def _seen(image: int, scene: str, dense: np.ndarray) -> dict[str, Any]:
    """What else is kept of a photo: features are alike within a scene, near misses by chance."""
    rng = np.random.default_rng(image)
    misses = from_dense((dense == 0) & (rng.random(dense.shape) < 0.01))
    of_scene = np.random.default_rng(list(SCENES).index(scene)).normal(size=FEATURES)
    features = 40 * of_scene + 10 * rng.normal(size=FEATURES)
    return {
        "near": NearMisses(misses.indptr, misses.indices),
        "features": np.clip(features, -127, 127).astype(np.int8),
        "controls": rng.normal(size=DIRECTIONS).astype(np.float16),
    }


def _activations(
    geometry: Geometry, folder: str, scene: list[Drawn], concepts: int, rng: np.random.Generator
) -> np.ndarray:
    """(cells, F): things and what they are kinds of, the grounds, and some textures."""
    dense = np.zeros((geometry.cells, concepts))
    upper, lower = SCENES[folder][1]
    for cell in range(geometry.cells):
        x, y, w, h = geometry.cell_rect(cell)
        across, down = (x + w / 2) / geometry.width, (y + h / 2) / geometry.height
        dense[cell, NAMES.index(upper if down < 0.5 else lower)] = rng.uniform(1, 3)
        for thing in scene:
            left, top, wide, high = thing.box
            if left <= across < left + wide and top <= down < top + high:
                name, strength = thing.name, rng.uniform(3, 6)
                while name:
                    at = NAMES.index(name)
                    dense[cell, at] = max(dense[cell, at], strength)
                    name, strength = HIERARCHY[name], strength * 0.8
        for texture in (
            rng.integers(len(NAMES), concepts - 1, 2) if concepts > len(NAMES) + 1 else ()
        ):
            dense[cell, texture] = rng.exponential(0.4) + 0.01
    return dense


def _mark_unreadable(engine: object, ids: list[int]) -> None:
    from sqlalchemy import update

    from insight_app.project.results.schema import Image as Row
    from insight_app.project.results.schema import Status

    with analysis_database.writing(engine) as connection:  # type: ignore[arg-type]
        values = {"status": int(Status.UNREADABLE), "message": "This is not an image."}
        connection.execute(update(Row).where(Row.id.in_(ids)).values(values))
