import struct
import zlib

import imagehash
import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageDraw

from catalog.imaging.decode import pages
from catalog.imaging.fingerprints import (
    ORIENTATIONS,
    grey_of,
    is_judgeable,
    phash256,
    phash256_orientations,
    phash256_orientations_by_definition,
    pixel_digest,
    texture,
    upright_with_digest,
)
from catalog.imaging.hashindex import distance_bits
from catalog.imaging.media import HEAD_BYTES, MediaType, sniff
from catalog.imaging.upright import upright
from tests.imaging.drawn import exif_turned, png_of, saved, scene


def digests_of(path) -> list[bytes | None]:
    return [pixel_digest(page) for page in pages(path, sniff(path.read_bytes()[:HEAD_BYTES]))]


def digest_of(path) -> bytes | None:
    (digest,) = digests_of(path)
    return digest


# ---- the digest of the pixels ----


def test_the_same_pixels_in_png_tiff_and_lossless_webp_have_one_digest(tmp_path):
    digests = {digest_of(saved(scene(), tmp_path / f"a.{suffix}", lossless=True)) for suffix in ("png", "tif", "webp")}
    assert len(digests) == 1
    assert len(digests.pop()) == 32


def test_a_jpeg_and_its_decoded_pixels_in_png_have_one_digest(tmp_path):
    path = saved(scene(), tmp_path / "a.jpg")
    with Image.open(path) as picture:
        copy = saved(picture, tmp_path / "b.png")
    assert digest_of(path) == digest_of(copy)


def test_one_changed_pixel_is_another_digest(tmp_path):
    changed = scene()
    changed.putpixel((100, 100), (1, 2, 3))
    assert digest_of(saved(scene(), tmp_path / "a.png")) != digest_of(saved(changed, tmp_path / "b.png"))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_turned_by_its_tag_and_one_turned_in_its_pixels_have_one_digest(tmp_path, orientation):
    tagged = saved(scene(), tmp_path / "a.png", exif=exif_turned(orientation))
    for page in pages(tagged, MediaType.PNG):
        turned = upright(page.picture)
    assert digest_of(tagged) == digest_of(saved(turned, tmp_path / "b.png"))


def test_a_turned_jpeg_has_the_same_digest_only_if_it_was_turned_without_loss(tmp_path):
    tagged = saved(scene(), tmp_path / "a.jpg", exif=exif_turned(6), quality=90)
    with Image.open(tagged) as picture:
        turned = picture.transpose(Image.Transpose.ROTATE_270)
    lossless = saved(turned, tmp_path / "b.png")
    coded_again = saved(turned, tmp_path / "c.jpg", quality=90)
    assert digest_of(tagged) == digest_of(lossless)
    assert digest_of(tagged) != digest_of(coded_again)


def test_the_digest_does_not_depend_on_how_the_picture_is_cut(tmp_path, monkeypatch):
    path = saved(scene(), tmp_path / "a.png", exif=exif_turned(7))
    whole = digest_of(path)
    monkeypatch.setattr("catalog.imaging.fingerprints._STRIP_PIXELS", 1_000)
    assert digest_of(path) == whole


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", [(1_201, 907), (640, 400), (200, 100)])
def test_reading_once_gives_what_reading_twice_gives(tmp_path, mode, orientation, size):
    path = saved(scene(*size).convert(mode), tmp_path / "a.png", exif=exif_turned(orientation))
    for page in pages(path, MediaType.PNG):
        seen, digest = upright_with_digest(page, 300)
        assert digest == pixel_digest(page)
        twice = upright(page.picture, 300)
        assert (seen.mode, seen.size) == (twice.mode, twice.size)
        assert np.abs(np.asarray(seen, float) - np.asarray(twice, float)).mean() < 3  # odd sides: half a pixel apart


def test_mode_profile_transparency_and_palette_are_part_of_the_digest(tmp_path):
    grey = scene().convert("L")
    palette = scene().quantize(8)
    other = palette.copy()
    other.putpalette([255 - value for value in palette.getpalette()])
    variants = {
        "grey": saved(grey, tmp_path / "1.png"),
        "grey as colours": saved(grey.convert("RGB"), tmp_path / "2.png"),
        "with profile": saved(grey, tmp_path / "3.png", icc_profile=b"some profile"),
        "with a transparent grey": saved(grey, tmp_path / "4.png", transparency=7),
        "palette": saved(palette, tmp_path / "5.png"),
        "other palette": saved(other, tmp_path / "6.png"),
        "one bit": saved(grey.convert("1"), tmp_path / "7.png"),
    }
    assert len({digest_of(path) for path in variants.values()}) == len(variants)


def test_equal_numbers_of_another_depth_are_another_picture(tmp_path):
    values = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)
    deep = saved(Image.fromarray(values), tmp_path / "a.tif")
    floating = saved(Image.fromarray(values.astype(np.float32)), tmp_path / "b.tif")
    assert digest_of(deep) != digest_of(floating)
    assert None not in (digest_of(deep), digest_of(floating))


@pytest.mark.parametrize("suffix", ["png", "gif", "webp", "tif"])
def test_animations_that_agree_in_the_first_frame_only_differ(tmp_path, suffix):
    frames = [scene(64, 48, seed).quantize(32) for seed in (1, 2, 3)]
    one, other, still = (
        saved(frames[0], tmp_path / f"{name}.{suffix}", save_all=True, append_images=more, lossless=True)
        for name, more in (("one", [frames[1]]), ("other", [frames[2]]), ("still", []))
    )
    assert digests_of(one)[0] is not None
    assert len({tuple(digests_of(path)) for path in (one, other, still)}) == 3


def test_the_second_picture_of_an_mpo_counts(shared, tmp_path):
    path = shared / "samples" / "odd" / "frozenpond.mpo"
    with Image.open(path) as picture:
        first = saved(picture, tmp_path / "first.png")
    assert digest_of(path) != digest_of(first)
    assert digest_of(path) is not None


def test_pixels_that_lost_their_depth_prove_nothing(shared, tmp_path):
    deep_grey = saved(Image.fromarray(np.zeros((9, 9), np.uint16)), tmp_path / "a.png")
    assert digest_of(deep_grey) is not None
    assert digest_of(shared / "samples" / "odd" / "tiff_16bit_RGB.tiff") is None
    assert digest_of(deep_png(tmp_path / "b.png")) is None


def deep_png(path):
    """An RGB PNG of 16 bits, which Pillow reads but cannot write."""
    rows = b"".join(b"\0" + bytes(8 * 6) for _ in range(8))
    parts = [(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    path.write_bytes(png_of(parts))
    return path


def test_a_ten_bit_heif_proves_nothing(tmp_path):
    values = np.random.default_rng(0).integers(0, 65_535, (64, 64, 3), dtype=np.uint16)
    deep = pillow_heif.from_bytes("RGB;16", (64, 64), values.tobytes())
    deep.save(tmp_path / "a.heic", quality=90)
    for page in pages(tmp_path / "a.heic", MediaType.HEIC):
        assert page.bit_depth > 8
    assert digest_of(tmp_path / "a.heic") is None


def test_damaged_and_rendered_pages_prove_nothing(tmp_path):
    cut = saved(scene(), tmp_path / "a.jpg")
    cut.write_bytes(cut.read_bytes()[:6_000])
    assert digest_of(cut) is None
    assert digest_of(saved(scene(), tmp_path / "a.pdf")) is None


def test_an_animation_with_a_broken_later_frame_proves_nothing(shared, tmp_path):
    data = bytearray((shared / "samples" / "odd" / "star.avifs").read_bytes())
    data[-2_000:] = b"\xff" * 2_000
    path = tmp_path / "a.avifs"
    path.write_bytes(data)
    assert digest_of(path) is None


# ---- the whole-picture hash ----


def photographs(shared) -> list[Image.Image]:
    names = ("coffee.png", "Canon_IXUS_400.jpg", "building.jpg", "graf1.png", "page.png", "retina.jpg", "3.png")
    pictures = []
    for name in names:
        with Image.open(shared / "samples" / "photos" / name) as picture:
            pictures.append(grey_of(picture.convert("RGB")))
    return pictures


def test_the_hash_is_imagehash(shared):
    for grey in photographs(shared):
        theirs = np.packbits(imagehash.phash(grey, hash_size=16).hash).tobytes()
        assert phash256(grey) == theirs == phash256_orientations(grey)[0].tobytes()


def test_the_eight_orientations_agree_with_their_definition_within_a_few_bits(shared):
    furthest = 0
    for grey in photographs(shared):
        quick, defined = phash256_orientations(grey), phash256_orientations_by_definition(grey)
        assert quick.shape == defined.shape == (8, 32)
        distances = [distance_bits(bytes(a), bytes(b)) for a, b in zip(quick, defined, strict=True)]
        assert distances[0] == 0
        furthest = max(furthest, *distances)
    assert furthest <= 6


def test_every_orientation_occurs_once_and_the_hashes_tell_them_apart(shared):
    assert set(ORIENTATIONS) == {None, *Image.Transpose}
    hashes = phash256_orientations(photographs(shared)[0])
    assert len({bytes(row) for row in hashes}) == 8


def test_a_reduced_recoded_photograph_stays_near(shared, tmp_path):
    for grey in photographs(shared):
        small = grey.resize((max(1, grey.width // 3), max(1, grey.height // 3)))
        with Image.open(saved(small, tmp_path / "a.jpg", quality=40)) as again:
            assert distance_bits(phash256(grey), phash256(again)) <= 50


def test_two_scans_of_16_bits_do_not_get_one_hash(tmp_path):
    hashes = []
    for seed in (1, 2):
        values = np.asarray(scene(seed=seed).convert("L"), np.uint16) * 200 + 9_000
        path = saved(Image.fromarray(values), tmp_path / f"{seed}.tif")
        for page in pages(path, MediaType.TIFF):
            hashes.append(phash256(grey_of(upright(page.picture, 1_024))))
    assert distance_bits(*hashes) > 80


# ---- texture ----


def test_a_blank_page_and_a_gradient_are_flat_and_a_photograph_is_not(shared):
    blank = Image.new("L", (1_700, 2_200), 252)
    noise = np.random.default_rng(0).normal(252, 3, (2_200, 1_700)).clip(0, 255).astype(np.uint8)
    assert texture(blank) == 0
    assert texture(grey_of(Image.fromarray(noise))) < 0.02
    assert min(texture(grey) for grey in photographs(shared)) > 0.4


def test_a_page_with_some_lines_of_text_can_be_judged():
    page = Image.new("L", (1_700, 2_200), 252)
    draw = ImageDraw.Draw(page)
    for line in range(10):
        draw.text(
            (200, 200 + 60 * line), "the owner shall keep this sheet at the site until approval", fill=30, font_size=40
        )
    share = texture(grey_of(page))
    assert is_judgeable(1_700, 2_200, share)
    assert not is_judgeable(60, 2_200, share)
    assert not is_judgeable(1_700, 2_200, 0.01)


def test_the_smallest_pictures_have_all_fingerprints():
    dot = Image.new("RGB", (1, 1), (9, 9, 9))
    assert phash256_orientations(grey_of(dot)).shape == (8, 32)
    assert texture(grey_of(dot)) == 0
    assert not is_judgeable(1, 1, 0)
