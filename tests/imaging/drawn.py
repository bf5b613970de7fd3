"""Pictures drawn in code, for tests that need to know every pixel."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw


def scene(width: int = 320, height: int = 240, seed: int = 0) -> Image.Image:
    """A colourful picture with structure everywhere and no symmetry."""
    random = np.random.default_rng(seed)
    small = random.integers(0, 256, (9, 12, 3), dtype=np.uint8)
    picture = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((width // 10, height // 8, width // 3, height // 4), fill=(200, 30, 30))
    draw.ellipse((width // 2, height // 2, width // 2 + 60, height // 2 + 40), fill=(20, 60, 220))
    draw.text((width // 3, height // 2), "PERMIT 4417", fill=(255, 255, 255))
    return picture


def saved(picture: Image.Image, path: Path, **options: object) -> Path:
    picture.save(path, **options)
    return path


def jpeg_bytes(picture: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", **options)
    return file.getvalue()


def exif_turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def png_of(parts: list[tuple[bytes, bytes]]) -> bytes:
    """A PNG of these chunks, with their lengths and checksums."""
    body = b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in parts
    )
    return b"\x89PNG\r\n\x1a\n" + body
