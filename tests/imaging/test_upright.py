import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from catalog.imaging.decode import pages
from catalog.imaging.media import MediaType, sniff
from catalog.imaging.upright import grey_range, upright
from tests.imaging.drawn import exif_turned, saved, scene


def shown(path, **options) -> Image.Image:
    """The first page of a file as a person sees it."""
    with path.open("rb") as file:
        media_type = sniff(file.read(4096))
    for page in pages(path, media_type):
        return upright(page.picture, **options)
    raise AssertionError("no page")


def furthest(a: Image.Image, b: Image.Image) -> int:
    return int(np.abs(np.asarray(a, np.int16) - np.asarray(b, np.int16)).max())


def mean_difference(a: Image.Image, b: Image.Image) -> float:
    return float(np.abs(np.asarray(a, np.int16) - np.asarray(b, np.int16)).mean())


@pytest.mark.parametrize("suffix", ["png", "tif", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_its_exif_says(tmp_path, suffix, orientation):
    stored = scene()
    path = saved(stored, tmp_path / f"a.{suffix}", exif=exif_turned(orientation), lossless=True)
    stored.getexif()[0x0112] = orientation
    assert furthest(shown(path), ImageOps.exif_transpose(stored)) == 0


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_heif_and_avif_are_turned_once(tmp_path, orientation):
    for suffix in ("heic", "avif"):
        path = saved(scene(), tmp_path / f"a.{suffix}", exif=exif_turned(orientation).tobytes(), quality=95)
        stored = scene()
        stored.getexif()[0x0112] = orientation
        expected = ImageOps.exif_transpose(stored)
        assert shown(path).size == expected.size
        assert mean_difference(shown(path), expected) < 6


def test_the_sample_pictures_of_all_orientations_look_alike(shared):
    odd = shared / "samples" / "odd"
    assert shown(odd / "Landscape_3.jpg").size == shown(odd / "Landscape_6.jpg").size == (1800, 1200)
    assert mean_difference(shown(odd / "Landscape_3.jpg"), shown(odd / "Landscape_6.jpg")) < 8
    assert shown(odd / "Portrait_8.jpg").size == (1200, 1800)


def test_broken_exif_turns_nothing(tmp_path):
    path = saved(scene(), tmp_path / "a.jpg", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert shown(path).size == scene().size


def test_the_result_carries_no_metadata(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = saved(scene(), tmp_path / "a.jpg", exif=exif_turned(6), comment=b"x", icc_profile=profile)
    assert shown(path).info == {}


# ---- colours ----


def test_an_srgb_profile_leaves_the_colours(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = saved(scene(), tmp_path / "a.png", icc_profile=profile)
    assert furthest(shown(path), scene()) <= 2


def test_a_profile_with_other_colours_is_applied(shared):
    path = shared / "samples" / "photos" / "IMG_2927.HEIC"  # Display P3
    for page in pages(path, MediaType.HEIC):
        assert page.picture.info["icc_profile"]
        plain = page.picture.convert("RGB").resize((504, 378))
        assert mean_difference(upright(page.picture).resize((504, 378)), plain) > 1


def test_a_profile_that_does_not_fit_is_ignored(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for number, wrong in enumerate((profile, b"no profile at all")):
        path = saved(scene(), tmp_path / f"{number}.png", icc_profile=wrong)
        assert furthest(shown(path), scene()) == 0


def test_cmyk_comes_out_in_its_colours(tmp_path):
    picture = scene().convert("CMYK")
    tiff = saved(picture, tmp_path / "a.tif")
    jpeg = saved(picture, tmp_path / "a.jpg", quality=98, subsampling=0)
    assert furthest(shown(tiff), scene()) <= 1
    assert mean_difference(shown(jpeg), scene()) < 3


def test_real_cmyk_jpegs_are_not_shown_as_their_negatives(shared):
    odd = shared / "samples" / "odd"
    red, green, blue = shown(odd / "pil_sample_cmyk.jpg").getpixel((2, 2))
    assert red > 200 > 60 > max(green, blue)
    grass = np.asarray(shown(odd / "Channel_digital_image_CMYK_color_no_profile.jpg"))[200:260, :100].mean(axis=(0, 1))
    assert grass.argmax() == 1


def test_lab_comes_out_in_its_colours(tmp_path):
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    path = saved(ImageCms.applyTransform(scene(), to_lab), tmp_path / "a.tif")
    assert mean_difference(shown(path), scene()) < 3


# ---- greys ----


def ramp(low: int, high: int) -> np.ndarray:
    return np.tile(np.linspace(low, high, 256), (64, 1))


@pytest.mark.parametrize("suffix", ["tif", "png"])
def test_a_16_bit_grey_keeps_its_tones(tmp_path, suffix):
    path = saved(Image.fromarray(ramp(0, 65_535).astype(np.uint16)), tmp_path / f"a.{suffix}")
    levels = np.asarray(shown(path))[0, :, 0]
    assert (levels[0], levels[-1]) == (0, 255)
    assert len(np.unique(levels)) == 256


@pytest.mark.parametrize("high", [1_023, 4_095, 16_383])
def test_a_scan_of_fewer_bits_in_16_is_stretched(tmp_path, high):
    path = saved(Image.fromarray(ramp(0, high).astype(np.uint16)), tmp_path / "a.tif")
    assert np.asarray(shown(path)).max() == 255
    assert len(np.unique(np.asarray(shown(path)))) == 256


def test_a_picture_that_uses_the_full_range_is_not_stretched(tmp_path):
    path = saved(Image.fromarray(ramp(20_000, 40_000).astype(np.uint16)), tmp_path / "a.tif")
    levels = np.asarray(shown(path))
    assert (levels.min(), levels.max()) == (78, 156)


def test_a_real_16_bit_scan_does_not_clip(shared):
    levels = np.asarray(shown(shared / "samples/odd/16bit.cropped.tif"))[..., 0]
    assert len(np.unique(levels)) > 50
    assert np.mean(levels == 255) < 0.05


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 255), (-3, 7)])
def test_floating_point_greys_keep_their_tones(tmp_path, low, high):
    path = saved(Image.fromarray(ramp(low, high).astype(np.float32)), tmp_path / "a.tif")
    levels = np.asarray(shown(path))[0, :, 0]
    assert (levels[0], levels[-1]) == (0, 255)


def test_a_missing_value_does_not_spoil_the_range():
    values = ramp(0, 1).astype(np.float32)
    values[0, 0] = np.nan
    assert grey_range(Image.fromarray(values)) == (0.0, 1.0)


def test_a_deep_grey_that_counts_from_white_is_turned_over(tmp_path):
    path = saved(Image.fromarray(ramp(0, 65_535).astype(np.uint16)), tmp_path / "a.tif", tiffinfo={262: 0})
    with Image.open(path) as picture:
        assert picture.tag_v2[262] == 0
    levels = np.asarray(shown(path))[0, :, 0]
    assert (levels[0], levels[-1]) == (255, 0)


# ---- transparency, palettes, one bit ----


def test_transparency_lies_over_white(tmp_path):
    clear = scene().convert("RGBA")
    clear.putalpha(0)
    half = Image.new("LA", (64, 64), (0, 128))
    assert np.asarray(shown(saved(clear, tmp_path / "a.png"))).min() == 255
    assert np.asarray(shown(saved(half, tmp_path / "b.png"))).mean() == pytest.approx(127, abs=1)
    assert np.asarray(shown(saved(clear, tmp_path / "c.webp", lossless=True))).min() == 255


def test_one_transparent_colour_of_a_palette_or_an_rgb_png_lies_over_white(tmp_path):
    palette = scene().quantize(16)
    path = saved(palette, tmp_path / "a.gif", transparency=palette.getpixel((0, 0)))
    assert shown(path).getpixel((0, 0)) == (255, 255, 255)
    black = saved(Image.new("RGB", (64, 64)), tmp_path / "b.png", transparency=(0, 0, 0))
    assert shown(black).getpixel((3, 3)) == (255, 255, 255)


def test_nonsense_about_transparency_is_ignored():
    picture = scene().quantize(16)
    plain = picture.convert("RGB")
    picture.info["transparency"] = (1, 2, 3)
    assert furthest(upright(picture), plain) == 0


def test_palette_and_one_bit_pictures_are_shown_as_they_are(tmp_path):
    palette, fax = scene().quantize(32), scene().convert("1")
    assert furthest(shown(saved(palette, tmp_path / "a.png")), palette.convert("RGB")) == 0
    assert furthest(shown(saved(fax, tmp_path / "b.tif", compression="group4")), fax.convert("RGB")) == 0


# ---- size ----


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "RGBA", "LA", "CMYK", "I;16", "I", "F"])
def test_a_reduced_picture_looks_like_the_whole_one_made_small(mode):
    whole = scene(800, 560)
    picture = whole.convert("L").convert(mode) if mode in ("I", "F", "I;16") else whole.convert(mode)
    small = upright(picture, 200)
    assert (small.mode, small.size) == ("RGB", (200, 140))
    assert mean_difference(small, upright(picture).resize((200, 140), Image.Resampling.BOX)) < 3


def test_large_palette_pictures_are_reduced_strip_by_strip_without_seams():
    picture = scene(5_000, 2_000).quantize(64)
    small = upright(picture, 500)
    assert mean_difference(small, picture.convert("RGB").resize((500, 200), Image.Resampling.BOX)) < 1
