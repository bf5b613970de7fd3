"""A decoded picture as a person sees it: turned upright, in sRGB, eight bits, on white.

Every fingerprint, thumbnail and comparison starts here, so that two codings of one picture look alike
before they are compared.
"""

import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

_ORIENTATION_TAG = 0x0112

# EXIF orientation (CIPA DC-008, tag 274) -> how to turn the stored picture
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_QUARTER_TURNS = frozenset(
    {Image.Transpose.TRANSPOSE, Image.Transpose.ROTATE_270, Image.Transpose.TRANSVERSE, Image.Transpose.ROTATE_90}
)

_STRIP_PIXELS = 4_000_000
_MOST_FITTED = 1.6


def upright(picture: Image.Image, max_side_px: int | None = None) -> Image.Image:
    """Return a loaded picture as RGB, 8 bits, sRGB, upright; at most `max_side_px` on its long side.

    * Turns by EXIF orientation. HEIF is turned by its decoder, TIFF by Pillow while loading; AVIF's own
      rotation is handed over as an orientation. All three come right here.
    * Applies the embedded ICC profile (relative colorimetric, with black point compensation); one that does
      not fit the picture's colours is ignored. CMYK without a profile is mixed naively. CMYK JPEGs are taken
      as stored inverted, as Adobe and the common decoders do.
    * Scales 16-bit, 32-bit and floating-point greys by their range and never clips: see `grey_range`.
    * Lays transparent pictures over white.

    Reduces before it converts where it can, so a small result of a large picture is cheap.
    """
    small = _fitted(_reduced(picture, max_side_px), max_side_px)
    turn = turn_of(picture)
    seen = finished(small, picture.info.get("icc_profile"))
    return seen if turn is None else seen.transpose(turn)


def finished(small: Image.Image, profile: bytes | None) -> Image.Image:
    """Return a reduced picture of eight bits on white and in sRGB, without metadata and profile."""
    seen = _on_white(small, profile)
    seen.info = {}
    return seen


def upright_from_strips(
    strips: Iterable[NDArray[np.uint8]], size: tuple[int, int], factor: int, max_side_px: int
) -> Image.Image:
    """Put a picture of that size together from grey or RGB strips, each reduced while it is at hand.

    The strips lie one below the other; each but the last is a multiple of `factor` high. Colours stay as stored.
    """
    small, top = None, 0
    for strip in strips:
        part = _averaged(strip, factor)
        if small is None:  # in one piece: many small ones cost as much again
            small = np.empty((-(-size[1] // factor), *part.shape[1:]), np.uint8)
        small[top : top + len(part)] = part
        top += len(part)
    height, width = _fitted_shape(small.shape[:2], max_side_px)
    if (height, width) != small.shape[:2]:
        small = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return Image.fromarray(small)


def reduction(size: tuple[int, int], max_side_px: int) -> int:
    """Return the power of two by which a picture is averaged before it is fitted into `max_side_px`; 1 for none.

    What is left is at most 1.6 times too large, or down to 0.8 of the side; powers of two take a third of the time.
    """
    factor = 1
    while max(size) > _MOST_FITTED * factor * max_side_px:
        factor *= 2
    return factor


def turn_of(picture: Image.Image) -> Image.Transpose | None:
    """Return how the loaded picture must be turned to stand upright; None when it already does."""
    exif = Image.Exif()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exif.load(picture.info.get("exif") or b"")
            orientation = exif.get(_ORIENTATION_TAG, 1)
        except Exception:  # broken EXIF is common in good pictures, and Pillow raises many things over it
            return None
    return _TURNS.get(orientation) if isinstance(orientation, int) and picture.format != "TIFF" else None


def upright_size(size: tuple[int, int], turn: Image.Transpose | None) -> tuple[int, int]:
    """Return width and height after the turn."""
    return (size[1], size[0]) if turn in _QUARTER_TURNS else size


def grey_range(picture: Image.Image) -> tuple[float, float]:
    """Return the values of black and white of a deep grey picture (modes I;16, I, F).

    The full range of the type where it is used, that is where the brightest pixel lies in its upper half:
    0 to 65,535 for whole numbers, also 0 to 255 for 32-bit ones, also 0 to 1 for floating point. Otherwise
    the measured darkest and brightest value, because scanners store 10, 12 and 14 bits in 16. White comes
    first for a TIFF that counts from white (PhotometricInterpretation 0), which Pillow leaves as it is.
    """
    extremes = [(part.min(), part.max()) for part in map(_finite, _strips(picture)) if part.size]
    low = float(min((one for one, _ in extremes), default=0.0))
    high = float(max((one for _, one in extremes), default=0.0))
    for full in _full_ranges(picture.mode):
        if low >= 0 and full / 2 < high <= full:
            low, high = 0.0, full
    from_white = getattr(picture, "tag_v2", {}).get(262) == 0
    return (high, low) if from_white else (low, high)


def _full_ranges(mode: str) -> tuple[float, ...]:
    if mode.startswith("I;16"):
        return (65_535.0,)
    return (1.0, 255.0, 65_535.0) if mode == "F" else (255.0, 65_535.0)


def _finite(strip: Image.Image) -> NDArray[np.generic]:
    values = np.asarray(strip)
    return values[np.isfinite(values)] if values.dtype.kind == "f" else values


def _is_deep(mode: str) -> bool:
    return mode.startswith("I") or mode == "F"


def _reduced(picture: Image.Image, max_side_px: int | None) -> Image.Image:
    """Return the picture in eight bits, reduced by the largest whole factor that keeps it above the wanted side."""
    factor = reduction(picture.size, max_side_px) if max_side_px else 1
    greys = grey_range(picture) if _is_deep(picture.mode) else (0.0, 0.0)
    if factor < 2:
        return _eight_bits(picture, greys)
    if picture.mode in ("L", "RGB", "CMYK", "LAB") and "transparency" not in picture.info:
        return picture.reduce(factor)
    parts = [_eight_bits(strip, greys).reduce(factor) for strip in _strips(picture, factor)]
    return _stacked(parts)


def _strips(picture: Image.Image, factor: int = 1) -> Iterator[Image.Image]:
    """Cut a picture into strips of full width, whose heights (but the last) are multiples of the factor."""
    rows = max(1, _STRIP_PIXELS // picture.width // factor) * factor
    for top in range(0, picture.height, rows):
        yield picture.crop((0, top, picture.width, min(top + rows, picture.height)))


def _stacked(parts: list[Image.Image]) -> Image.Image:
    whole = Image.new(parts[0].mode, (parts[0].width, sum(part.height for part in parts)))
    top = 0
    for part in parts:
        whole.paste(part, (0, top))
        top += part.height
    return whole


def _eight_bits(picture: Image.Image, greys: tuple[float, float]) -> Image.Image:
    """Return the picture as L, RGB, CMYK or LAB, or as LA or RGBA where something shows through."""
    mode = picture.mode
    if _is_deep(mode):
        return _scaled_grey(picture, *greys)
    if mode in ("LA", "RGBA", "CMYK", "LAB"):
        return picture
    if mode == "PA" or "transparency" in picture.info or _has_clear_colours(picture):
        return _with_alpha(picture)
    if mode == "La":
        return picture.convert("LA")
    if mode == "RGBa":
        return picture.convert("RGBA")
    if mode in ("1", "L"):
        return picture.convert("L")
    return picture.convert("RGB")


def _with_alpha(picture: Image.Image) -> Image.Image:
    """Return the picture as RGBA; as RGB where what is said about its transparency is nonsense."""
    try:
        return picture.convert("RGBA")
    except (ValueError, TypeError):
        opaque = picture.copy()
        del opaque.info["transparency"]
        return opaque.convert("RGB")


def _has_clear_colours(picture: Image.Image) -> bool:
    return picture.mode == "P" and picture.palette is not None and picture.palette.mode == "RGBA"


def _scaled_grey(picture: Image.Image, black: float, white: float) -> Image.Image:
    values = np.nan_to_num(np.asarray(picture, np.float32), nan=min(black, white))
    span = (white - black) or 1.0
    scaled = np.clip((values - black) * (255 / span), 0, 255)
    return Image.fromarray(np.rint(scaled).astype(np.uint8))


def _fitted(picture: Image.Image, max_side_px: int | None) -> Image.Image:
    if max_side_px is None or max(picture.size) <= max_side_px:
        return picture
    size = _fitted_shape(picture.size, max_side_px)
    if picture.mode not in ("L", "RGB") or max(picture.size) > _MOST_FITTED * max_side_px:
        return picture.resize(size, Image.Resampling.HAMMING)
    # as near to an exact average as wider filters are (0.7 levels in the middle), in a fifth of their time
    return Image.fromarray(cv2.resize(np.asarray(picture), size, interpolation=cv2.INTER_LINEAR))


def _fitted_shape(sides: tuple[int, ...], max_side_px: int) -> tuple[int, int]:
    scale = min(1.0, max_side_px / max(sides))
    first, second = (max(1, round(side * scale)) for side in sides)
    return first, second


def _averaged(pixels: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """Average squares of `factor` pixels; what is missing at the right and below is repeated from the edge."""
    below, beside = (-side % factor for side in pixels.shape[:2])
    if below or beside:
        pixels = cv2.copyMakeBorder(pixels, 0, below, 0, beside, cv2.BORDER_REPLICATE)
    while factor > 1:
        height, width = pixels.shape[:2]
        pixels = cv2.resize(pixels, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        factor //= 2
    return pixels


def _on_white(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if picture.mode not in ("LA", "RGBA"):
        return _in_srgb(picture, profile)
    alpha = picture.getchannel("A")
    colours = picture.getchannel("L") if picture.mode == "LA" else picture.convert("RGB")
    white = Image.new("RGB", picture.size, (255, 255, 255))
    white.paste(_in_srgb(colours, profile), mask=alpha)
    return white


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    transform = _to_srgb(profile or b"", picture.mode) if profile or picture.mode == "LAB" else None
    if transform is None:
        return picture.convert("RGB")
    try:
        return ImageCms.applyTransform(picture, transform)
    except (ImageCms.PyCMSError, ValueError):
        return picture.convert("RGB")


@lru_cache(maxsize=8)
def _to_srgb(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Build the transform of a profile (of LAB itself, where there is none); None for a profile that does not fit."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile)) if profile else ImageCms.createProfile("LAB")
        return ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
