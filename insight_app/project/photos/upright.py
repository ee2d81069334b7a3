"""A photo as it is shown: upright, 8-bit sRGB, transparent parts on grey.

Owns what becomes of a stored picture on the way there, and where the photo lies on one that is
smaller. Knows no file format.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil

from PIL import Image

from insight_app.project.photos import colour

GREY = (128, 128, 128)
"""What shows through transparent parts."""
ORIENTATION = 0x0112
"""The EXIF tag."""
_SWAPPED, _REVERSED_X, _REVERSED_Y = (5, 6, 7, 8), (2, 3, 6, 7), (3, 4, 7, 8)
"""EXIF orientations: sides exchanged; an axis of the upright photo runs against the stored one."""
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, eq=False)
class Upright:
    """A photo as shown: EXIF orientation applied, alpha on grey, 8-bit RGB.

    width, height: the photo's own size; image: the whole photo, `reduced` times smaller on each
    side if a smaller one was asked for; window: the brightness shown as black and as white (0, 255
    for 8-bit files); notes: what of the file was not used, or is missing, each a sentence.
    """

    image: Image.Image
    width: int
    height: int
    window: tuple[float, float]
    reduced: int = 1
    corner: tuple[float, float] = (0.0, 0.0)
    """Where the photo begins on `image`: its last row and column may be only partly photo, and come
    first if it was turned."""
    notes: tuple[str, ...] = ()

    def smaller(self, short_side: int) -> "Upright":
        """Return it reduced by a whole number, its short side still at least that long."""
        times = min(self.image.size) // short_side
        if times < 2:
            return self
        corner = (self.corner[0] / times, self.corner[1] / times)
        image, reduced = self.image.reduce(times), self.reduced * times
        return replace(self, image=image, reduced=reduced, corner=corner)

    def box(self, rect: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        """Return (left, top, right, bottom) on `image` of (x, y, w, h) on the photo."""
        x, y, w, h = (value / self.reduced for value in rect)
        left, top = self.corner
        return x + left, y + top, x + w + left, y + h + top

    def part(self, rect: tuple[float, float, float, float], size: tuple[int, int]) -> Image.Image:
        """Return (x, y, w, h) of the photo as a picture of `size`: bicubic, antialiased.

        Nothing outside of the rectangle contributes, except to the outermost pixels where its edge
        falls between pixels of `image`.
        """
        left, top, right, bottom = self.box(rect)
        x, y = int(left), int(top)
        around = self.image.crop(
            (x, y, min(ceil(right), self.image.width), min(ceil(bottom), self.image.height))
        )
        inside = (left - x, top - y, right - x, bottom - y)
        return around.resize(size, Image.Resampling.BICUBIC, box=inside)


@dataclass(frozen=True, eq=False)
class Stored:
    """A picture as its file stores it: perhaps turned, transparent, in colours of its own.

    image: 8 bits a channel; size: (width, height) of the picture that is stored; reduced: so many
    times smaller `image` is; profile: of its colours, b"" = sRGB; the rest as in `Upright`.
    """

    image: Image.Image
    size: tuple[int, int]
    window: tuple[float, float] = (0.0, 255.0)
    reduced: int = 1
    orientation: int = 1
    profile: bytes = b""
    notes: tuple[str, ...] = ()

    def smaller(self, short_side: int, most: int) -> "Stored":
        """Return it reduced by a whole number, as far as the short side and `most` pixels allow."""
        times = min(self.size) // self.reduced // short_side if short_side else 1
        pixels = self.image.width * self.image.height
        times = max(times, ceil((pixels / most) ** 0.5), 1)
        if times == 1:
            return self
        image = self.image
        if image.mode == "LAB":  # its numbers cannot be averaged
            image = on_grey(image)
        elif image.mode == "1":
            image = image.convert("L")
        elif image.mode in ("P", "PA") or "transparency" in image.info:
            image = image.convert("RGBA")
        return replace(self, image=image.reduce(times), reduced=self.reduced * times)

    def upright(self, *, managed: bool = True) -> Upright:
        """Return it as shown; managed: its colours by its profile, as every reading rule but old
        ones wants.
        """
        notes = list(self.notes)
        picture = on_grey(self.image, self.profile if managed else b"", notes.append)
        orientation = self.orientation if self.orientation in range(1, 9) else 1
        if orientation != self.orientation:
            notes.append("Its orientation is no valid one and was ignored.")
        if orientation in _TURNS:
            picture = picture.transpose(_TURNS[orientation])
        width, height = self.size[::-1] if orientation in _SWAPPED else self.size
        if self.reduced == 1:
            return Upright(picture, width, height, self.window, notes=tuple(notes))
        corner = (
            picture.width - width / self.reduced if orientation in _REVERSED_X else 0.0,
            picture.height - height / self.reduced if orientation in _REVERSED_Y else 0.0,
        )
        return Upright(picture, width, height, self.window, self.reduced, corner, tuple(notes))


def on_grey(
    image: Image.Image, profile: bytes = b"", note: Callable[[str], object] = lambda text: None
) -> Image.Image:
    """Return an 8-bit picture in sRGB, its transparent parts on grey.

    note(sentence) is told what was wrong with the profile.
    """
    is_grey = image.mode in ("L", "LA", "La")
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    elif "transparency" in image.info or image.mode in ("LA", "PA", "La", "RGBa"):
        image = image.convert("RGBA")
    if image.mode != "RGBA":
        if profile or image.mode == "LAB":
            image = colour.to_srgb(image, profile, note)
        return image if image.mode == "RGB" else image.convert("RGB")
    if profile:
        alpha = image.getchannel("A")
        opaque = image.getchannel("R") if is_grey else image.convert("RGB")
        image = colour.to_srgb(opaque, profile, note).convert("RGBA")
        image.putalpha(alpha)
    ground = Image.new("RGBA", image.size, (*GREY, 255))
    return Image.alpha_composite(ground, image).convert("RGB")
