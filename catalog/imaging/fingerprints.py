"""Fingerprints of one page: the digest of its pixels, its whole-picture hash in eight orientations, its texture.

The digest proves that two pages are the same picture. The hash only proposes candidates. The texture says
whether a picture holds enough to be compared by its look at all.
"""

import hashlib
import json
import warnings
from collections.abc import Iterator

import imagehash
import numpy as np
import scipy.fftpack
from blake3 import blake3
from numpy.typing import NDArray
from PIL import Image

from catalog.imaging.decode import DECODER_ERRORS, Page
from catalog.imaging.media import MediaType
from catalog.imaging.methods import HASH_SIZE, ORIENTATIONS, PIXELS
from catalog.imaging.upright import finished, reduction, turn_of, upright, upright_from_strips, upright_size

GREY_SIDE_PX = 1_024
"""Hashes and texture are taken from a grey picture of at most so many pixels on the long side."""

_STRIP_PIXELS = 250_000


# ---- the digest of the pixels ----


def pixel_digest(page: Page) -> bytes | None:
    """Return the BLAKE3 digest (32 bytes) of the page's upright pixels as decoded, of all frames of an animation.

    Two pages with one digest have the same mode, width, height, depth, colour profile, palette and pixels
    after orientation; how long an animation shows each frame does not count. None where decoded pixels prove
    nothing: a damaged page, a rendered one (PDF), one decoded reduced, and every file that holds more bits
    a sample than Pillow keeps (16-bit RGB, 10-bit HEIF and AVIF).

    Leaves an animation at its last frame.
    """
    if not _proves_something(page):
        return None
    digest = _begun(page)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for frame in range(page.frames):
                if frame:
                    page.picture.seek(frame)
                _feed_frame(digest, page)
        except (*DECODER_ERRORS, Image.DecompressionBombError):
            return None  # a later frame is broken
    return digest.digest()


def upright_with_digest(page: Page, max_side_px: int) -> tuple[Image.Image, bytes | None]:
    """Return `upright` of the page's picture and its `pixel_digest`; where it can, it reads the pixels once for both.

    Averaged after turning and not before, so that a picture turned by its tag and one turned in its pixels are
    seen alike to the last level. Leaves an animation at its last frame.
    """
    picture = page.picture
    factor = reduction(picture.size, max_side_px)
    plain = picture.mode in ("L", "RGB") and "transparency" not in picture.info
    if not plain or factor == 1 or page.frames > 1 or not _proves_something(page):
        return upright(picture, max_side_px), pixel_digest(page)
    digest, turn = _begun(page), turn_of(picture)
    digest.update(_description(page, turn))
    strips = _upright_strips(picture, turn, factor)
    size = upright_size(picture.size, turn)
    small = upright_from_strips(_fed(strips, digest), size, factor, max_side_px)
    return finished(small, picture.info.get("icc_profile")), digest.digest()


def _fed(strips: Iterator[Image.Image], digest: blake3) -> Iterator[NDArray[np.uint8]]:
    for strip in strips:
        pixels = np.asarray(strip)
        digest.update(pixels)
        yield pixels


def _proves_something(page: Page) -> bool:
    return not (page.damage or page.is_reduced or page.media_type is MediaType.PDF or _loses_depth(page))


def _begun(page: Page) -> blake3:
    return blake3(f"{PIXELS} {page.frames}\0".encode())


def _loses_depth(page: Page) -> bool:
    mode = page.picture.mode
    kept = 16 if mode.startswith("I;16") else 32 if mode in ("I", "F") else 8
    return page.bit_depth > kept


def _feed_frame(digest: blake3, page: Page) -> None:
    page.picture.load()
    turn = turn_of(page.picture)
    digest.update(_description(page, turn))
    for strip in _upright_strips(page.picture, turn):
        digest.update(strip.tobytes())


def _description(page: Page, turn: Image.Transpose | None) -> bytes:
    """Return what the pixels of the current frame mean, to be digested before them."""
    picture = page.picture
    description = {
        "mode": picture.mode,
        "size": upright_size(picture.size, turn),
        "depth": max(8, page.bit_depth),
        "colours": _colours(picture),
        "transparency": _plain(picture.info.get("transparency")),
        "palette": _plain(picture.palette.getdata() if picture.palette else None),
        "from_white": _counts_from_white(picture),
    }
    return json.dumps(description, sort_keys=True).encode() + b"\0"


def _colours(picture: Image.Image) -> dict[str, object]:
    """Describe what the numbers mean as colours: the ICC profile, else what PNG and HEIF say instead of one."""
    profile = picture.info.get("icc_profile")
    if profile:
        return {"icc": hashlib.sha256(profile).hexdigest()}
    if "srgb" in picture.info:
        return {}
    return {key: _plain(picture.info[key]) for key in ("gamma", "chromaticity", "nclx_profile") if key in picture.info}


def _counts_from_white(picture: Image.Image) -> bool:
    """Tell a deep TIFF grey that counts from white; Pillow turns shallow ones over by itself."""
    return picture.mode.startswith(("I", "F")) and getattr(picture, "tag_v2", {}).get(262) == 0


def _plain(value: object) -> object:
    """Return a value of Pillow's info as JSON can hold it, without losing a difference."""
    if isinstance(value, bytes | bytearray):
        return bytes(value).hex()
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, int | float | str) else repr(value)


# In these orientations the upright picture's rows run from the stored picture's last row or column to its first.
_FROM_THE_END = frozenset(
    {
        Image.Transpose.ROTATE_180,
        Image.Transpose.FLIP_TOP_BOTTOM,
        Image.Transpose.ROTATE_90,
        Image.Transpose.TRANSVERSE,
    }
)


def _upright_strips(picture: Image.Image, turn: Image.Transpose | None, multiple: int = 1) -> Iterator[Image.Image]:
    """Cut the picture into strips that, one below the other, are the upright picture; all but the last a multiple high.

    Turning strip by strip needs no second picture in memory, and a strip fits into the cache.
    """
    width, height = picture.size
    is_quarter = upright_size((0, 1), turn) != (0, 1)
    rows, across = (width, height) if is_quarter else (height, width)
    step = max(1, _STRIP_PIXELS // across // multiple) * multiple
    for top in range(0, rows, step):
        first, last = top, min(top + step, rows)
        if turn in _FROM_THE_END:
            first, last = rows - last, rows - first
        strip = picture.crop((first, 0, last, height) if is_quarter else (0, first, width, last))
        yield strip if turn is None else strip.transpose(turn)


# ---- the whole-picture hash ----


def phash256(grey: Image.Image) -> bytes:
    """Return imagehash's perceptual hash of size 16 as 32 bytes, row by row, highest bit first."""
    return np.packbits(imagehash.phash(grey, hash_size=HASH_SIZE).hash).tobytes()


def phash256_orientations(grey: Image.Image) -> NDArray[np.uint8]:
    """Return the hashes of a picture in its eight orientations (8 x 32, uint8), in the order of `ORIENTATIONS`.

    Row 0 is exactly `phash256`. The others come from the same cosine transform: mirroring a picture changes
    the sign of every odd coefficient along that side, transposing it transposes the coefficients. They
    differ by a few bits from `phash256_orientations_by_definition`, which rounds the reduced picture again.
    """
    low = _low_frequencies(grey)
    odd = np.where(np.arange(HASH_SIZE) % 2, -1.0, 1.0)
    mirrored, upended = odd[np.newaxis, :], odd[:, np.newaxis]
    turned = (
        low,
        low * mirrored,
        low * upended,
        low * mirrored * upended,
        low.T,
        low.T * upended,
        low.T * mirrored,
        low.T * mirrored * upended,
    )
    return np.stack([np.packbits(block > np.median(block)) for block in turned])


def phash256_orientations_by_definition(grey: Image.Image) -> NDArray[np.uint8]:
    """Return what `phash256_orientations` stands for: the hash of the picture transposed in each of the eight ways."""
    pictures = [grey if turn is None else grey.transpose(turn) for turn in ORIENTATIONS]
    return np.stack([np.frombuffer(phash256(picture), np.uint8) for picture in pictures])


def grey_of(seen: Image.Image) -> Image.Image:
    """Return the grey picture that hashes and texture are taken from: at most `GREY_SIDE_PX`, by whole averages."""
    factor = -(-max(seen.size) // GREY_SIDE_PX)
    return seen.convert("L").reduce(factor)


def _low_frequencies(grey: Image.Image) -> NDArray[np.float64]:
    """Return the 16 x 16 lowest cosine coefficients, computed step by step as imagehash does."""
    side = HASH_SIZE * 4
    pixels = np.asarray(grey.convert("L").resize((side, side), Image.Resampling.LANCZOS))
    coefficients = scipy.fftpack.dct(scipy.fftpack.dct(pixels, axis=0), axis=1)
    return coefficients[:HASH_SIZE, :HASH_SIZE]


# ---- texture ----

_TEXTURE_SIDE_PX = 256
_TILE_PX = 16
_FLAT_LEVELS = 4.0  # sensor noise and JPEG blocks stay below this standard deviation after the reduction

MIN_TEXTURE = 0.08
MIN_SIDE_PX = 96


def texture(grey: Image.Image) -> float:
    """Return the share of 16 px tiles, on the picture reduced to 256 px, whose grey levels vary by more than noise.

    From 0 (blank) to 1 (structure everywhere).
    """
    scale = min(1.0, _TEXTURE_SIDE_PX / max(grey.size))
    size = tuple(max(_TILE_PX, round(side * scale)) for side in grey.size)
    pixels = np.asarray(grey.convert("L").resize(size, Image.Resampling.BOX), np.float32)
    down, across = (side // _TILE_PX for side in pixels.shape)
    tiles = pixels[: down * _TILE_PX, : across * _TILE_PX].reshape(down, _TILE_PX, across, _TILE_PX)
    return float(np.mean(tiles.std(axis=(1, 3)) > _FLAT_LEVELS))


def is_judgeable(width_px: int, height_px: int, texture_share: float) -> bool:
    """Tell whether a page holds enough to be compared by its look (tier 5 of the design if not)."""
    return min(width_px, height_px) >= MIN_SIDE_PX and texture_share >= MIN_TEXTURE
