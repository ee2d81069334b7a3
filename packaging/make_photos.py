"""Make resources/photos from the photographs that photo_sources.py names, always the same way.

    python packaging/make_photos.py SOURCES [--masks FOLDER]

SOURCES holds one folder a package, unpacked: the Debian packages lomiri-wallpapers-16.04,
lomiri-wallpapers-20.04, mate-backgrounds, plasma-workspace-wallpapers and tuxpaint-stamps-default
(`dpkg-deb -x FILE.deb NAME`), and the wheels scikit-image and scikit-learn (`unzip -d NAME`).
Scenes set a photographic cut-out with an alpha channel on a photographed background; --masks writes
each one's exact object mask, for measuring localisation, beside a copy of the folder structure.
"""

import argparse
import csv
import shutil
from pathlib import Path

from photo_sources import BACKGROUNDS, PHOTOS, SCENES, SOURCES, STAMPS, STAMPS_AUTHOR, Scene, Source
from PIL import Image, ImageChops, ImageFilter, ImageOps

SHORT_SIDE = 448
WIDEST = 1.6  # a wider crop would only cost size
LARGEST_SCALE = 2.2  # beyond it a small cut-out turns to mush
QUALITY = 80
TARGET = Path(__file__).resolve().parent.parent / "resources" / "photos"


def crop(path: Path, box: tuple[float, float, float, float]) -> Image.Image:
    """Cut the part `box` out of a picture, upright, its short side SHORT_SIDE."""
    with Image.open(path) as opened:
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    width, height = picture.size
    left, top, right, bottom = (
        round(share * size) for share, size in zip(box, (width, height) * 2, strict=True)
    )
    picture = picture.crop((left, top, right, bottom))
    width, height = picture.size
    scale = SHORT_SIDE / min(width, height)
    size = (round(width * scale), round(height * scale))
    picture = picture.resize(size, Image.Resampling.LANCZOS)
    longest = round(SHORT_SIDE * WIDEST)
    return ImageOps.fit(picture, (min(size[0], longest), min(size[1], longest)))


def compose(scene: Scene, sources: Path) -> tuple[Image.Image, Image.Image]:
    """Return the finished scene and the mask (white = object) of its cut-out."""
    name, box, blur = BACKGROUNDS[scene.background]
    backdrop = crop(sources / SOURCES[name].path, box)
    wide = round(SHORT_SIDE * 4 / 3)
    backdrop = ImageOps.fit(backdrop, (wide, SHORT_SIDE)).filter(ImageFilter.GaussianBlur(blur))
    with Image.open(sources / STAMPS / f"{scene.cutout}.png") as opened:
        stamp = opened.convert("RGBA")
    stamp = stamp.crop(stamp.getchannel("A").getbbox())
    scale = min(scene.height * SHORT_SIDE / stamp.height, LARGEST_SCALE, 0.9 * wide / stamp.width)
    size = (round(stamp.width * scale), round(stamp.height * scale))
    # premultiplied, or the colour hidden under transparent pixels bleeds into the edge
    stamp = stamp.convert("RGBa").resize(size, Image.Resampling.BICUBIC).convert("RGBA")
    if scene.is_mirrored:
        stamp = ImageOps.mirror(stamp)
    at = (round(scene.x * wide - stamp.width / 2), round(scene.foot * SHORT_SIDE - stamp.height))
    mask = Image.new("L", backdrop.size, 0)
    mask.paste(stamp.getchannel("A"), at)
    picture = ImageChops.multiply(backdrop, shadow(scene.way, stamp, at, backdrop.size))
    picture.paste(stamp, at, stamp)
    return picture, mask


def shadow(way: str, stamp: Image.Image, at: tuple[int, int], size: tuple[int, int]) -> Image.Image:
    """Return a factor for every pixel of the backdrop: 1 in the light, less in the shadow."""
    alpha = stamp.getchannel("A")
    dark = Image.new("L", size, 0)
    if way == "stand":
        flat = alpha.resize((alpha.width, max(alpha.height // 7, 4)))
        dark.paste(flat, (at[0] + 4, at[1] + alpha.height - round(flat.height * 0.75)))
        dark = dark.filter(ImageFilter.GaussianBlur(6)).point(lambda value: value * 0.62)
    elif way == "lie":
        dark.paste(alpha, (at[0] + 7, at[1] + 9))
        dark = dark.filter(ImageFilter.GaussianBlur(7)).point(lambda value: value * 0.55)
    return Image.merge("RGB", [ImageOps.invert(dark)] * 3)


def credit(name: str, sources: tuple[Source, ...], licence: str, changes: str) -> tuple[str, ...]:
    """Return one line of LICENCES.csv."""
    places = (source.path.split("/", 1) for source in sources)
    return (
        f"{name}.jpg",
        "; ".join(f"{package}: {path}" for package, path in places),
        "; ".join(dict.fromkeys(source.author for source in sources)),
        licence,
        changes,
    )


def save(picture: Image.Image, name: str) -> None:
    """Write a photo; progressive JPEG with 4:2:0 chroma, no metadata."""
    path = TARGET / f"{name}.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, quality=QUALITY, optimize=True, progressive=True, subsampling=2)


def main() -> None:
    """Write every photo and LICENCES.csv, and say how large it all is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", type=Path)
    parser.add_argument("--masks", type=Path)
    arguments = parser.parse_args()
    for folder in (path for path in TARGET.glob("*") if path.is_dir() and path.name != "licences"):
        shutil.rmtree(folder)
    lines = []
    for name, key, box in PHOTOS:
        source = SOURCES[key]
        save(crop(arguments.sources / source.path, box), name)
        lines.append(credit(name, (source,), source.licence, "cropped and reduced"))
    for scene in SCENES:
        picture, mask = compose(scene, arguments.sources)
        save(picture, scene.name)
        stamp = Source(f"{STAMPS}{scene.cutout}.png", STAMPS_AUTHOR, "GPL-2.0-only")
        backdrop = SOURCES[BACKGROUNDS[scene.background][0]]
        licence = f"GPL-2.0-only (background: {backdrop.licence})"
        lines.append(credit(scene.name, (stamp, backdrop), licence, "cut-out set on a background"))
        if arguments.masks:
            path = arguments.masks / f"{scene.name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            mask.save(path)
    with (TARGET / "LICENCES.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file", "source", "author", "licence", "changes"))
        writer.writerows(sorted(lines))
    total = sum(path.stat().st_size for path in TARGET.rglob("*.jpg"))
    print(f"{len(lines)} photos, {total / 1e6:.2f} MB in {TARGET}")


if __name__ == "__main__":
    main()
