"""Picture files made from a known picture, so that what a reader shows can be told right or wrong.

A maker returns the file and how far off a right reader may be: a mean of absolute differences over
0-255, or None where only light and dark can be compared (depths that are scaled by a rule).
"""

import io
import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pydicom
import tifffile
from numpy.typing import NDArray
from PIL import Image

from tests.torture.inputs.formats import chunk, exchanged_profile, png, tiff

W, H = 48, 40
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Made:
    """suffix and content of a file; shown: (h, w, 3) what is seen, None if it can't be said."""

    kind: str
    suffix: str
    data: bytes
    shown: Pixels | None = None
    off: float | None = 3.0
    must_be_taken: bool = True


def picture(chance: random.Random) -> Pixels:
    """(H, W, 3): smooth, with every channel its own way, and no two alike."""
    coarse = np.frombuffer(chance.randbytes(4 * 5 * 3), np.uint8).reshape(4, 5, 3)
    made = Image.fromarray(coarse).resize((W, H), Image.Resampling.BICUBIC)
    return np.asarray(made)


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    made = io.BytesIO()
    image.save(made, form, **options)
    return made.getvalue()


def grey_of(pixels: Pixels) -> Pixels:
    return np.asarray(Image.fromarray(pixels).convert("L"))


def as_rgb(grey: Pixels) -> Pixels:
    return np.repeat(grey[..., None], 3, 2)


# ---- what a viewer shows

Maker = Callable[[random.Random, Pixels], Made]
MAKERS: dict[str, Maker] = {}


def maker(function: Maker) -> Maker:
    MAKERS[function.__name__] = function
    return function


@maker
def png_rgb(chance: random.Random, pixels: Pixels) -> Made:
    return Made("PNG", ".png", png(pixels, 2, 8), pixels, 0.0)


@maker
def png_grey(chance: random.Random, pixels: Pixels) -> Made:
    grey = grey_of(pixels)
    return Made("grey PNG", ".png", png(grey, 0, 8), as_rgb(grey), 0.0)


@maker
def png_alpha(chance: random.Random, pixels: Pixels) -> Made:
    """Half seen through, over middle grey."""
    alpha = np.full((H, W), 255, np.uint8)
    alpha[: H // 2] = 128
    seen = pixels.astype(float)
    seen[: H // 2] = seen[: H // 2] * (128 / 255) + 128 * (127 / 255)
    four = np.dstack([pixels, alpha])
    return Made("RGBA PNG", ".png", png(four, 6, 8), seen.round().astype(np.uint8), 1.0)


@maker
def png_grey_alpha(chance: random.Random, pixels: Pixels) -> Made:
    grey = grey_of(pixels)
    two = np.dstack([grey, np.full_like(grey, 255)])
    return Made("grey PNG with alpha", ".png", png(two, 4, 8), as_rgb(grey), 1.0)


@maker
def png_palette(chance: random.Random, pixels: Pixels) -> Made:
    image = Image.fromarray(pixels).quantize(200)
    seen = np.asarray(image.convert("RGB"))
    return Made("palette PNG", ".png", saved(image, "PNG"), seen, 0.0)


@maker
def png_deep_grey(chance: random.Random, pixels: Pixels) -> Made:
    grey = grey_of(pixels).astype(np.uint16) * chance.choice((16, 257))
    return Made("16-bit grey PNG", ".png", png(grey, 0, 16), as_rgb(grey_of(pixels)), None)


@maker
def png_deep_rgb(chance: random.Random, pixels: Pixels) -> Made:
    deep = pixels.astype(np.uint16) * 257
    return Made("16-bit RGB PNG", ".png", png(deep, 2, 16), pixels, None)


@maker
def png_of_another_profile(chance: random.Random, pixels: Pixels) -> Made:
    profile = chunk(b"iCCP", b"swapped\0\0" + zlib.compress(exchanged_profile()))
    return Made("PNG with a colour profile", ".png", png(pixels, 2, 8, profile),
                pixels[..., ::-1].copy(), 4.0)  # fmt: skip


@maker
def png_with_odd_chunks(chance: random.Random, pixels: Pixels) -> Made:
    """Text, profiles and EXIF that are too big or broken never stop a photo."""
    odd = {
        "a huge text": chunk(b"tEXt", b"a\0" + b"x" * 3_000_000),
        "a text bomb": chunk(b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 80_000_000, 9)),
        "an iTXt bomb": chunk(b"iTXt", b"a\0\1\0\0\0" + zlib.compress(b"\0" * 80_000_000, 9)),
        "broken text": chunk(b"zTXt", b"a\0\0nonsense"),
        "a broken profile": chunk(b"iCCP", b"p\0\0" + zlib.compress(b"nonsense" * 99)),
        "a profile that is no zlib": chunk(b"iCCP", b"p\0\0nonsense"),
        "broken EXIF": chunk(b"eXIf", b"MM\0\x2a\xff\xff\xff\xff" + b"x" * 40),
        "empty EXIF": chunk(b"eXIf", b""),
        "a wrong checksum": chunk(b"tEXt", b"a\0b")[:-1] + b"!",
        "an unknown chunk": chunk(b"quUx", chance.randbytes(999)),
        "a broken gAMA": chunk(b"gAMA", b"\0"),
        "a broken pHYs": chunk(b"pHYs", b"\0"),
        "a broken tRNS": chunk(b"tRNS", b"\0"),
        "a broken cHRM": chunk(b"cHRM", b"\0" * 7),
        "two profiles": chunk(b"sRGB", b"\0") * 2,
        "many chunks": chunk(b"tEXt", b"a\0b") * 20_000,
    }
    what = chance.choice(list(odd))
    return Made(f"PNG with {what}", ".png", png(pixels, 2, 8, odd[what]), pixels, 2.0)


@maker
def png_without_its_end(chance: random.Random, pixels: Pixels) -> Made:
    return Made("PNG without its end", ".png", png(pixels, 2, 8, end=False), pixels, 0.0)


@maker
def jpeg(chance: random.Random, pixels: Pixels) -> Made:
    data = saved(Image.fromarray(pixels), "JPEG", quality=chance.choice((80, 95)),
                 progressive=chance.random() < 0.5)  # fmt: skip
    suffix = chance.choice((".jpg", ".JPG", ".jpeg", ".jpe", ".jfif"))
    return Made("JPEG", suffix, data, pixels, 8.0)


@maker
def jpeg_turned(chance: random.Random, pixels: Pixels) -> Made:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.fromarray(pixels)
    data = saved(image, "JPEG", quality=95, exif=exif)
    return Made("turned JPEG", ".jpg", data, np.rot90(pixels, -1).copy(), 8.0)


@maker
def jpeg_with_odd_segments(chance: random.Random, pixels: Pixels) -> Made:
    data = saved(Image.fromarray(pixels), "JPEG", quality=95)
    odd = {
        "broken EXIF": b"Exif\0\0MM\0\x2a\xff\xff\xff\xff" + b"x" * 30,
        "EXIF whose sub-directory is a circle": b"Exif\0\0MM\0\x2a\0\0\0\x08"
        b"\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x08\0\0\0\x08",
        "empty EXIF": b"Exif\0\0",
        "orientation 99": b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x63\0\0"
        b"\0\0\0\0",
        "orientation as text": b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x02\0\0\0"
        b"\x04abc\0\0\0\0\0",
        "a broken multi-picture index": b"MPF\0MM\0\x2a\xff\xff\xff\xff",
        "a broken Photoshop part": b"Photoshop 3.0\x008BIM\xff\xff\xff\xff\xff\xff\xff\xff",
    }
    what = chance.choice([*odd, "a broken profile", "no end", "bytes after its end"])
    if what == "no end":
        data = data[: -chance.randint(1, 2)]
    elif what == "bytes after its end":
        data += chance.randbytes(chance.choice((1, 5000)))
    elif what == "a broken profile":
        part = b"ICC_PROFILE\0" + chance.choice((b"\1\1", b"\0\0", b"\3\1")) + b"nonsense" * 9
        data = data[:2] + b"\xff\xe2" + struct.pack(">H", len(part) + 2) + part + data[2:]
    else:
        marker = b"\xff\xe2" if odd[what].startswith(b"MPF") else b"\xff\xe1"
        marker = b"\xff\xed" if odd[what].startswith(b"Photo") else marker
        part = odd[what]
        data = data[:2] + marker + struct.pack(">H", len(part) + 2) + part + data[2:]
    return Made(f"JPEG with {what}", ".jpg", data, pixels, 8.0)


@maker
def jpeg_grey(chance: random.Random, pixels: Pixels) -> Made:
    grey = grey_of(pixels)
    data = saved(Image.fromarray(grey), "JPEG", quality=95)
    return Made("grey JPEG", ".jpg", data, as_rgb(grey), 6.0)


@maker
def jpeg_of_another_profile(chance: random.Random, pixels: Pixels) -> Made:
    data = saved(Image.fromarray(pixels), "JPEG", quality=95, icc_profile=exchanged_profile())
    return Made("JPEG with a colour profile", ".jpg", data, pixels[..., ::-1].copy(), 9.0)


@maker
def jpeg_of_inks(chance: random.Random, pixels: Pixels) -> Made:
    """CMYK; without a profile the plain conversion is as right as any."""
    data = saved(Image.fromarray(pixels).convert("CMYK"), "JPEG", quality=95)
    return Made("CMYK JPEG", ".jpg", data, pixels, 30.0)


@maker
def several_jpegs(chance: random.Random, pixels: Pixels) -> Made:
    first, second = Image.fromarray(pixels), Image.fromarray(255 - pixels)
    data = saved(first, "MPO", save_all=True, append_images=[second], quality=95)
    return Made("multi-picture JPEG", ".jpg", data, pixels, 8.0)


@maker
def tiff_plain(chance: random.Random, pixels: Pixels) -> Made:
    how = chance.choice(("none", "lzw", "deflate", "packbits", "planar", "big", "own deflate",
                         "grey", "inverted", "pages", "palette"))  # fmt: skip
    image, channels = Image.fromarray(pixels), list(np.moveaxis(pixels, 2, 0))
    grey, seen, off = grey_of(pixels), pixels, 0.0
    if how in ("lzw", "deflate", "packbits"):
        names = {"lzw": "tiff_lzw", "deflate": "tiff_adobe_deflate", "packbits": "packbits"}
        data = saved(image, "TIFF", compression=names[how])
    elif how == "grey":
        data, seen = tiff([grey], 1), as_rgb(grey)
    elif how == "inverted":
        data, seen = tiff([255 - grey], 0), as_rgb(grey)
    elif how == "pages":
        data = saved(image, "TIFF", save_all=True, append_images=[Image.fromarray(255 - pixels)])
    elif how == "palette":
        few = image.quantize(100)
        data, seen = saved(few, "TIFF"), np.asarray(few.convert("RGB"))
    else:
        data = tiff(channels, 2, planar=how == "planar", big=how == "big",
                    deflate=how == "own deflate")  # fmt: skip
    return Made(f"TIFF ({how})", chance.choice((".tif", ".tiff", ".TIF")), data, seen, off)


@maker
def tiff_deep(chance: random.Random, pixels: Pixels) -> Made:
    how = chance.choice(("grey 16", "grey 12 in 16", "grey 32", "float", "RGB 16", "planar RGB 16",
                         "RGB 12 in 16", "big RGB 16", "float RGB"))  # fmt: skip
    colour = "RGB" in how
    planes = list(np.moveaxis(pixels, 2, 0)) if colour else [grey_of(pixels)]
    if "float" in how:
        planes = [(plane / 255).astype(np.float32) for plane in planes]
    elif "32" in how:
        planes = [plane.astype(np.uint32) * 1000 for plane in planes]
    else:
        planes = [plane.astype(np.uint16) * (16 if "12" in how else 257) for plane in planes]
    data = tiff(planes, 2 if colour else 1, planar="planar" in how, big="big" in how)
    seen = pixels if colour else as_rgb(grey_of(pixels))
    # Depths beyond these may be refused with their true reason.
    return Made(f"TIFF ({how})", ".tif", data, seen, None, must_be_taken="float RGB" not in how)


@maker
def tiff_of_others(chance: random.Random, pixels: Pixels) -> Made:
    """As programs for microscopes write them: in tiles, big, several pages, channels first."""
    how = chance.choice(("tiles", "BigTIFF", "pages", "16-bit tiles", "deflated tiles", "stack"))
    made, grey = io.BytesIO(), grey_of(pixels)
    options: dict[str, Any] = {"photometric": "rgb"}
    data: Any = pixels
    if "tiles" in how:
        options["tile"] = (16, 16)
    if "16-bit" in how:
        data = pixels.astype(np.uint16) * 257
    if "deflated" in how:
        options["compression"] = "zlib"
    if how == "pages":
        data = np.stack([pixels, 255 - pixels])
    if how == "stack":
        data, options = np.stack([grey, 255 - grey, grey // 2]), {"photometric": "minisblack"}
    tifffile.imwrite(made, data, bigtiff=how == "BigTIFF", **options)
    seen = as_rgb(grey) if how == "stack" else pixels
    off = None if "16-bit" in how else 0.0
    return Made(f"TIFF ({how})", ".tif", made.getvalue(), seen, off)


@maker
def dicom(chance: random.Random, pixels: Pixels) -> Made:
    """Pictures of medicine: 8 and 12 bits, light on dark or dark on light, in colour."""
    how = chance.choice(("8 bits", "12 bits", "inverted", "colours", "signed"))
    data = pydicom.Dataset()
    data.file_meta = pydicom.dataset.FileMetaDataset()
    data.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = pydicom.uid.SecondaryCaptureImageStorage
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = "1.2.3.4"
    data.SOPClassUID = pydicom.uid.SecondaryCaptureImageStorage
    data.Rows, data.Columns = pixels.shape[:2]
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 8, 8, 7, 0
    grey: Any = grey_of(pixels)
    seen = as_rgb(grey)
    if how == "colours":
        data.SamplesPerPixel, data.PhotometricInterpretation = 3, "RGB"
        data.PlanarConfiguration, grey, seen = 0, pixels, pixels
    elif how == "inverted":
        data.PhotometricInterpretation, grey = "MONOCHROME1", 255 - grey
    elif how != "8 bits":
        data.BitsAllocated, data.BitsStored, data.HighBit = 16, 12, 11
        grey = grey.astype(np.int16) * 16
        if how == "signed":
            data.PixelRepresentation, grey = 1, grey - 2000
    data.PixelData = grey.tobytes()
    made = io.BytesIO()
    data.save_as(made, enforce_file_format=True)
    return Made(f"DICOM ({how})", chance.choice((".dcm", ".dicom")), made.getvalue(), seen, None)


@maker
def tiff_with_more_channels(chance: random.Random, pixels: Pixels) -> Made:
    """Bands after the colours, which are not said to be alpha, are no alpha."""
    count = chance.choice((1, 1, 2, 5))
    planes = list(np.moveaxis(pixels, 2, 0)) + [grey_of(pixels) // 3] * count
    data = tiff(planes, 2, extra=(0,) * count, planar=chance.random() < 0.3)
    return Made(f"TIFF with {count} more bands", ".tif", data, pixels, 0.0, must_be_taken=False)


@maker
def tiff_with_odd_tags(chance: random.Random, pixels: Pixels) -> Made:
    odd = {"orientation 77": {"t274": 77}, "no density": {"t282": 0}, "a wild tag": {"t65000": 7},
           "an EXIF place outside": {"t34665": 0xFFFFFFF0}, "a circle": {"t34665": 8},
           "a GPS place outside": {"t34853": 0x7FFFFFFF}}  # fmt: skip
    what = chance.choice(list(odd))
    data = tiff(list(np.moveaxis(pixels, 2, 0)), 2, **odd[what])
    return Made(f"TIFF with {what}", ".tif", data, pixels, 0.0)


@maker
def simple(chance: random.Random, pixels: Pixels) -> Made:
    form, suffix = chance.choice((("BMP", ".bmp"), ("PPM", ".ppm"), ("WEBP", ".webp"),
                                  ("AVIF", ".avif"), ("PPM", ".pnm")))  # fmt: skip
    options = {"WEBP": {"lossless": True}, "AVIF": {"quality": 95}}.get(form, {})
    data = saved(Image.fromarray(pixels), form, **options)
    return Made(form, suffix, data, pixels, 6.0 if form == "AVIF" else 0.0)


@maker
def moving(chance: random.Random, pixels: Pixels) -> Made:
    """Pictures that move: the first one is seen."""
    first, then = Image.fromarray(pixels), Image.fromarray(255 - pixels)
    form = chance.choice(("GIF", "WEBP", "PNG"))
    first, then = (first.quantize(200), then.quantize(200)) if form == "GIF" else (first, then)
    options = {"lossless": True} if form == "WEBP" else {}
    data = saved(first, form, save_all=True, append_images=[then], **options)
    return Made(f"moving {form}", f".{form.lower()}", data, np.asarray(first.convert("RGB")), 2.0)


@maker
def jpeg_2000(chance: random.Random, pixels: Pixels) -> Made:
    data = saved(Image.fromarray(pixels), "JPEG2000", no_jp2=chance.random() < 0.3)
    return Made("JPEG 2000", chance.choice((".jp2", ".j2k", ".jpx")), data, pixels, 2.0,
                must_be_taken=False)  # fmt: skip


@maker
def not_taken(chance: random.Random, pixels: Pixels) -> Made:
    """Of other kinds: to be taken or to be named, never to be silent about."""
    form, suffix = chance.choice((
        ("ICO", ".ico"), ("TGA", ".tga"), ("PCX", ".pcx"), ("SGI", ".sgi"), ("EPS", ".eps"),
        ("PDF", ".pdf"), ("DDS", ".dds"), ("ICNS", ".icns"), ("SPIDER", ".spi"), ("IM", ".im"),
    ))  # fmt: skip
    image = Image.fromarray(pixels)
    if form in ("SPIDER",):
        image = image.convert("F")
    if form in ("ICO", "ICNS"):
        image = image.resize((32, 32))
    return Made(form, suffix, saved(image, form), None, must_be_taken=False)


@maker
def of_instruments(chance: random.Random, pixels: Pixels) -> Made:
    """Names of raw, medical, scanner and slide files with the content of a TIFF or none."""
    suffix = chance.choice((".nef", ".cr2", ".cr3", ".arw", ".dng", ".raf", ".orf", ".rw2", ".dcm",
                            ".dicom", ".svs", ".ndpi", ".czi", ".lif", ".nd2", ".vsi", ".scn",
                            ".heic", ".heif", ".psd", ".xcf", ".exr", ".hdr", ".jxl", ".svg",
                            ".fits", ".nii", ".mrxs", ".oib", ".stk", ".img", ".ai"))  # fmt: skip
    data = chance.choice(
        (
            tiff([grey_of(pixels)], 1),
            chance.randbytes(3000),
            b"",
            b"\0" * 128 + b"DICM" + chance.randbytes(200),
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + chance.randbytes(300),
        )
    )
    return Made(f"a file called *{suffix}", suffix, data, None, must_be_taken=False)
