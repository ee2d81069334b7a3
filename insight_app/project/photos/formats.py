"""The kinds of image files: how each is recognised, whether it is read, else what would help.

The one table of them: folders are listed by it, photos opened by it, people told by it. Opens no
file; knows no decoder and no project.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Decoder(StrEnum):
    """Who decodes files of a kind.

    HERE: the process that asks, as long as they are of a usual size and build.
    APART: a process of its own, which can hang or crash without harm.
    NONE: nobody.
    """

    HERE = "here"
    APART = "apart"
    NONE = "none"


@dataclass(frozen=True)
class ImageKind:
    """A kind of image files.

    name: for people, in the middle of a sentence; suffixes: in lower case, with the dot; decoder:
    who decodes it; pillow: the names of Pillow's decoders that may open it, and no others:
    some start programs (EPS) or open what they find inside by any format (IPTC, MPEG, ICO); help:
    what to do about files that are not read, a sentence.
    """

    name: str
    suffixes: tuple[str, ...]
    decoder: Decoder
    pillow: tuple[str, ...]
    help: str

    @property
    def is_read(self) -> bool:
        return self.decoder is not Decoder.NONE


def _kind(
    name: str, suffixes: str, decoder: Decoder = Decoder.NONE, *pillow: str, help: str = ""
) -> ImageKind:
    return ImageKind(name, tuple(suffixes.split()), decoder, pillow, help)


_HERE, _APART = Decoder.HERE, Decoder.APART
_AS_JPEG = "Export them as JPEG, PNG or TIFF."
_FRAMES = "Save the frames that matter as photos."
_OWN = "Export them as TIFF with the program that made them."

JPEG = _kind("JPEG", ".jpg .jpeg .jpe .jfif .jif .mpo", _HERE, "JPEG")
"""MPO: a JPEG with further pictures behind it, as many phones and cameras write."""
PNG = _kind("PNG", ".png .apng", _HERE, "PNG")
TIFF = _kind("TIFF", ".tif .tiff", _HERE, "TIFF")
BMP = _kind("BMP", ".bmp .dib", _HERE, "BMP")
GIF = _kind("GIF", ".gif", _HERE, "GIF")
WEBP = _kind("WebP", ".webp", _HERE, "WEBP")
PPM = _kind("PPM", ".ppm .pgm .pbm .pnm .pfm", _HERE, "PPM")
QOI = _kind("QOI", ".qoi", _APART, "QOI")
TGA = _kind("Targa", ".tga", _APART, "TGA")
PCX = _kind("PCX", ".pcx", _APART, "PCX")
SGI = _kind("SGI", ".sgi .rgb .rgba .bw", _APART, "SGI")
AVIF = _kind("AVIF", ".avif .avifs", _APART, "AVIF")
JPEG_2000 = _kind("JPEG 2000", ".jp2 .j2k .j2c .jpc .jpf .jpx", _APART, "JPEG2000")
HEIF = _kind("HEIC", ".heic .heif .hif .heics .heifs", _APART)
RAW = _kind(
    "camera raw",
    ".dng .cr2 .cr3 .crw .nef .nrw .arw .srf .sr2 .orf .rw2 .rwl .raf .pef .ptx "
    ".srw .x3f .raw .3fr .fff .iiq .mos .mef .mrw .dcr .kdc .k25 .dcs .drf .erf "
    ".bay .cap",
    _APART,
)
DICOM = _kind("DICOM", ".dcm .dicom .dic .ima", _APART)
DICOM_DOCUMENT = _kind(
    "DICOM document (directory, report...)", "", help="Nothing need be done: they hold no pictures."
)
UNREAD = (
    DICOM_DOCUMENT,
    _kind("Photoshop", ".psd .psb", help=_AS_JPEG),
    _kind("JPEG XL", ".jxl", help=_AS_JPEG),
    _kind("JPEG XR", ".jxr .wdp .hdp", help=_AS_JPEG),
    _kind("JPEG-LS", ".jls", help=_AS_JPEG),
    _kind("JPEG 2000 compound", ".jpm .mj2", help=_AS_JPEG),
    _kind("BPG or FLIF", ".bpg .flif", help=_AS_JPEG),
    _kind("high dynamic range (EXR, HDR)", ".exr .hdr .pic", help=_AS_JPEG),
    _kind("Photo CD or FlashPix", ".pcd .fpx", help=_AS_JPEG),
    _kind("packed camera raw (EIP, GPR)", ".eip .gpr", help="Convert them to DNG."),
    _kind(
        "whole-slide (SVS, NDPI, MRXS...)",
        ".svs .ndpi .mrxs .scn .bif .vms .vmu .vsi .isyntax .qptiff",
        help="Export the regions that matter as TIFF or JPEG, for example with QuPath.",
    ),
    _kind(
        "microscopy (CZI, ND2, LIF...)",
        ".czi .nd2 .lif .lof .xlef .oib .oif .oir .zvi .ims .lsm .stk .dm3 .dm4 .mrc "
        ".flex .ids .ics",
        help="Export them as TIFF, for example with Fiji.",
    ),
    _kind(
        "volume (NIfTI, NRRD, MHA...)",
        ".nii .nrrd .nhdr .mha .mhd .mnc .mgz .mgh",
        help="Export the slices that matter as PNG or TIFF.",
    ),
    _kind("astronomy (FITS)", ".fits .fit .fts", help=_OWN),
    _kind("array (HDF5, NumPy, MATLAB)", ".h5 .hdf5 .hdf .npy .npz .mat", help=_OWN),
    _kind(
        "satellite (NITF, ECW, MrSID...)",
        ".ntf .nitf .ecw .sid .img",
        help="Export them as TIFF, for example with GDAL.",
    ),
    _kind(
        "GIMP, Krita, Affinity or layered",
        ".xcf .kra .ora .afphoto .af .pdn .psp .pspimage .clip .procreate",
        help=_AS_JPEG,
    ),
    _kind(
        "drawing (SVG, AI, EPS, WMF...)",
        ".svg .svgz .ai .eps .ps .wmf .emf .cdr .dxf .dwg",
        help="Export them as PNG.",
    ),
    _kind(
        "document (PDF, DjVu)",
        ".pdf .djvu .djv .xps",
        help="Export their pages or pictures as JPEG or TIFF.",
    ),
    _kind(
        "video",
        ".mp4 .m4v .mov .avi .mkv .webm .wmv .mpg .mpeg .mts .m2ts .3gp .flv .ogv .insv .fli .flc",
        help=_FRAMES,
    ),
    _kind(
        "icon or texture (ICO, DDS...)",
        ".ico .cur .ani .icns .dds .ktx .ktx2 .blp .vtf .xpm .xbm .wbmp .ftc .ftu .gbr",
        help=_AS_JPEG,
    ),
    _kind(
        "old image (PICT, Sun raster, IFF...)",
        ".pct .pict .ras .sun .iff .lbm .ilbm .im .msp .pxr .dcx .mac .cin .dpx .tim "
        ".spi .pam .xwd .fax .g3 .jbig .jbg .jb2 .jng .mng",
        help=_AS_JPEG,
    ),
)
"""Kinds that people's photo folders hold beside photos, and that are not read."""
KINDS = (
    JPEG, PNG, TIFF, BMP, GIF, WEBP, PPM, QOI, TGA, PCX, SGI, AVIF, JPEG_2000, HEIF, RAW, DICOM,
    *UNREAD,
)  # fmt: skip
_BY_SUFFIX: Mapping[str, ImageKind] = {suffix: kind for kind in KINDS for suffix in kind.suffixes}
SUFFIXES = frozenset(suffix for kind in KINDS if kind.is_read for suffix in kind.suffixes)
"""Suffixes of files that are taken for photos."""

_STARTS: tuple[tuple[int, bytes, ImageKind], ...] = (
    (0, b"\xff\xd8\xff", JPEG),
    (0, b"\x89PNG\r\n\x1a\n", PNG),
    (0, b"GIF87a", GIF),
    (0, b"GIF89a", GIF),
    (0, b"BM", BMP),
    (0, b"qoif", QOI),
    (0, b"\x01\xda", SGI),
    (0, b"\xff\x4f\xff\x51", JPEG_2000),
    (0, b"\x00\x00\x00\x0cjP  \r\n\x87\n", JPEG_2000),
    (128, b"DICM", DICOM),
    (0, b"FUJIFILMCCD-RAW", RAW),
    (0, b"IIRO", RAW),
    (0, b"MMOR", RAW),
    (0, b"IIRS", RAW),
    (0, b"IIU\x00", RAW),
    (0, b"\x00MRM", RAW),
    (0, b"FOVb", RAW),
    (6, b"HEAPCCDR", RAW),
    (4, b"ftypcrx ", RAW),
    (0, b"II*\x00", TIFF),
    (0, b"MM\x00*", TIFF),
    (0, b"II+\x00", TIFF),
    (0, b"MM\x00+", TIFF),
)
_UNREAD_STARTS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"8BPS", ".psd"),
    (0, b"\xff\x0a", ".jxl"),
    (0, b"\x00\x00\x00\x0cJXL \r\n\x87\n", ".jxl"),
    (0, b"II\xbc", ".jxr"),
    (0, b"\xff\xd8\xff\xf7", ".jls"),
    (0, b"BPG\xfb", ".bpg"),
    (0, b"FLIF", ".flif"),
    (0, b"v/1\x01", ".exr"),
    (0, b"#?RADIANCE", ".hdr"),
    (0, b"SIMPLE  =", ".fits"),
    (0, b"\x89HDF\r\n\x1a\n", ".h5"),
    (0, b"\x93NUMPY", ".npy"),
    (0, b"gimp xcf", ".xcf"),
    (0, b"%!PS", ".eps"),
    (0, b"\xc5\xd0\xd3\xc6", ".eps"),
    (0, b"%PDF", ".pdf"),
    (0, b"AT&TFORM", ".djvu"),
    (0, b"<svg", ".svg"),
    (0, b"\x1aE\xdf\xa3", ".mkv"),
    (0, b"DDS ", ".dds"),
    (0, b"icns", ".icns"),
    (0, b"\x00\x00\x01\x00", ".ico"),
    (0, b"ZISRAWFILE", ".czi"),
    (0, b"NRRD", ".nrrd"),
    (344, b"n+1\x00", ".nii"),
    (344, b"ni1\x00", ".nii"),
    (0, b"FORM", ".iff"),
    (0, b"\x59\xa6\x6a\x95", ".ras"),
)
HEAD = 352
"""So many bytes of a file tell its kind."""
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1",
                b"msf1", b"mif2", b"miaf")  # fmt: skip
_AVIF_BRANDS = (b"avif", b"avis")


_LAST_FIRST, _LONGEST_FIRST, _LEAST_DICOM = 0x20, 128, 132
"""Of a DICOM file: the number of its first element, its length; and bytes that any has."""
_REPRESENTATIONS = (b"UL", b"CS", b"UI", b"DA", b"TM", b"LO", b"SH", b"DT")
_CLASS = re.compile(rb"(?:\x02\0\x02\0|\x08\0\x16\0)(?:UI..|..\0\0)([0-9.]+)", re.DOTALL)
_DOCUMENTS = (
    b"1.2.840.10008.1.3.10",
    b"1.2.840.10008.5.1.4.1.1.88.",
    b"1.2.840.10008.5.1.4.1.1.104.",
    b"1.2.840.10008.5.1.4.1.1.11.",
    b"1.2.840.10008.5.1.4.1.1.9.",
)
"""How the classes begin of directories, structured reports, PDF and other documents, presentation
states and waveforms."""


def of_suffix(suffix: str) -> ImageKind | None:
    """Return the kind of files with this suffix ('.JPG'), None if it is no image's."""
    return _BY_SUFFIX.get(suffix.lower())


def named(name: str) -> ImageKind:
    """Return the kind of this name."""
    return next(kind for kind in KINDS if kind.name == name)


def of_content(head: bytes) -> ImageKind | None:
    """Return the kind that the first HEAD bytes of a file say, None if they say none.

    Camera raw is mostly built as TIFF, and said to be that. Targa files say nothing.
    """
    for at, start, suffix in _UNREAD_STARTS:
        if head[at : at + len(start)] == start:
            return _BY_SUFFIX[suffix]
    for at, start, kind in _STARTS:
        if head[at : at + len(start)] == start:
            return DICOM_DOCUMENT if kind is DICOM and _is_document(head[132:]) else kind
    if _is_bare_dicom(head):
        return DICOM_DOCUMENT if _is_document(head) else DICOM
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp":
        return _of_brands(head)
    if head[:1] == b"P" and head[1:2] in b"123456Ff" and head[2:3].isspace():
        return PPM
    if head[:1] == b"\n" and head[1:2] in (b"\x00", b"\x02", b"\x03", b"\x04", b"\x05") and (
        head[2:3] in (b"\x00", b"\x01")
    ):  # fmt: skip
        return PCX
    return None


def _is_bare_dicom(head: bytes) -> bool:
    """Return whether a file begins with an element of DICOM, as many archives store them.

    Of the group 2 or 8, low in number, its length that of such an element.
    """
    group, element = int.from_bytes(head[:2], "little"), int.from_bytes(head[2:4], "little")
    if group not in (2, 8) or element > _LAST_FIRST or len(head) < _LEAST_DICOM:
        return False
    groups = (b"\x02\0", b"\x08\0")
    if head[4:6] in _REPRESENTATIONS:
        length = int.from_bytes(head[6:8], "little")
        return length <= _LONGEST_FIRST and head[8 + length : 10 + length] in groups
    length = int.from_bytes(head[4:8], "little")
    return length <= _LONGEST_FIRST and head[8 + length : 10 + length] in groups


def _is_document(elements: bytes) -> bool:
    """Return whether elements of DICOM begin with the class of a directory, report or the like."""
    found = _CLASS.search(elements)
    return found is not None and found[1].startswith(_DOCUMENTS)


def _of_brands(head: bytes) -> ImageKind:
    """Return the kind of a file built as ISO media: still pictures, or a video."""
    size = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[at : at + 4] for at in (8, *range(16, size - 3, 4))]
    if any(brand in _AVIF_BRANDS for brand in brands):
        return AVIF
    return HEIF if any(brand in _HEIF_BRANDS for brand in brands) else _BY_SUFFIX[".mp4"]
