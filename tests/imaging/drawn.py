"""Pictures drawn in code, for tests that need to know every pixel."""

import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from catalog.imaging.working import WorkingPicture, working_jpeg


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


def leaves(width: int = 320, height: int = 240, seed: int = 0) -> Image.Image:
    """A grey picture of many discs of all sizes, one upon the other, with grain: as rich in places as a photograph."""
    random = np.random.default_rng(seed)
    picture = Image.new("L", (width, height), 128)
    draw = ImageDraw.Draw(picture)
    for _ in range(width * height // 100):
        x, y, radius = random.uniform(0, width), random.uniform(0, height), 3 / np.sqrt(random.uniform(0.002, 1))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=int(random.integers(0, 256)))
    grain = random.normal(0, 3, (height, width))
    return Image.fromarray(np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8))


def photograph(width: int = 640, height: int = 480, seed: int = 0) -> Image.Image:
    """A colourful picture as rich as a photograph: light that falls off, surfaces, things, texture of every size."""
    random = np.random.default_rng(seed)
    levels = np.full((height, width, 3), 118, np.float32)
    for octave in range(1, 8):
        rows, columns = 3 * 2**octave // 4 + 2, 2**octave + 2
        cells = random.normal(0, 1, (rows, columns, 1)) + 0.4 * random.normal(0, 1, (rows, columns, 3))
        levels += 46 / octave * cv2.resize(cells.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    across, down = random.uniform(-60, 60, 2)
    levels += across * np.linspace(-1, 1, width)[None, :, None] + down * np.linspace(-1, 1, height)[:, None, None]
    picture = Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    for _ in range(60):
        x, y = random.uniform(0, width), random.uniform(0, height)
        w, h = random.uniform(0.02, 0.14, 2) * min(width, height)
        shape = draw.ellipse if random.random() < 0.5 else draw.rectangle
        shape((x, y, x + w, y + h), fill=tuple(int(level) for level in random.integers(10, 245, 3)))
    soft = cv2.GaussianBlur(np.asarray(picture), (0, 0), 0.6)
    grain = random.normal(0, 2, (height, width, 1))
    return Image.fromarray(np.clip(soft + grain, 0, 255).astype(np.uint8))


def sheet(number: str = "30514417", address: str = "2840 S MILL STREET", scan: int = 0) -> Image.Image:
    """A filled-in slip, 150 x 105 mm at 200 dpi, scanned: every `scan` has its own noise."""
    page = Image.new("L", (1_165, 827), 246)
    draw = ImageDraw.Draw(page)
    small, large = ImageFont.load_default(22), ImageFont.load_default(30)
    draw.text((90, 40), "APPLICATION FOR INSPECTION", font=ImageFont.load_default(42), fill=20)
    for row, (label, value) in enumerate({"Permit": number, "Address": address, "Fee": "$ 412.00"}.items()):
        top = 110 + 80 * row
        draw.rectangle((90, top, 1_075, top + 80), outline=90, width=2)
        draw.text((105, top + 6), label, font=small, fill=90)
        draw.text((380, top + 34), value, font=large, fill=25)
    text = np.random.default_rng(1)
    words = (
        "the",
        "owner",
        "shall",
        "keep",
        "this",
        "sheet",
        "at",
        "site",
        "until",
        "final",
        "approval",
        "and",
        "show",
    )
    for line in range(12):
        draw.text((90, 380 + 34 * line), " ".join(text.choice(words) for _ in range(13)), font=small, fill=60)
    noise = np.random.default_rng(scan).normal(0, 4, (page.height, page.width))
    return Image.fromarray(np.clip(np.asarray(page, np.float32) + noise, 0, 255).astype(np.uint8))


def looked_at(picture: Image.Image, name: str, *, is_page: bool = False) -> WorkingPicture:
    """The working picture of a drawn one, through its JPEG."""
    encoded = working_jpeg(picture, is_page=is_page)
    return WorkingPicture.from_jpeg(
        encoded, is_page=is_page, width_px=picture.width, height_px=picture.height, name=name
    )
