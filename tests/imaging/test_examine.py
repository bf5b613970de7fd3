import json
import sys
import time

import numpy as np
import pytest
from PIL import Image

from catalog.imaging import examine as examining
from catalog.imaging.coded import coded_digest
from catalog.imaging.decode import UnreadablePicture
from catalog.imaging.examination import Examination
from catalog.imaging.examine import examine
from catalog.imaging.features import LocalFeatures
from catalog.imaging.fingerprints import grey_of, phash256_orientations, upright_with_digest
from catalog.imaging.media import HEAD_BYTES, MediaType, sniff
from catalog.imaging.quality import better_because, order_key
from tests.imaging.drawn import exif_turned, saved, scene


@pytest.fixture
def examined(tmp_path):
    """Examine a file; what is written goes to tmp_path/out."""
    out = tmp_path / "out"
    out.mkdir()
    return lambda path, **more: examine(path, sniff(path.read_bytes()[:HEAD_BYTES]), out, **more)


def test_one_look_finds_everything(examined, tmp_path):
    found = examined(saved(scene(2_000, 1_500), tmp_path / "a.jpg", exif=exif_turned(6)))
    (page,) = found.pages
    assert (found.state, found.damage, found.page_count) == ("ok", None, 1)
    assert (page.width_px, page.height_px, page.mode, page.bit_depth, page.more_frames) == (1_500, 2_000, "RGB", 8, 0)
    assert page.is_judgeable
    assert page.orientations().shape == (8, 32)
    assert len(LocalFeatures.from_bytes(page.local)) > 0
    assert len(found.coded_digest) == len(page.pixel_digest) == 32
    assert (found.quality.intact, found.quality.colour, found.quality.sha256) == (True, True, found.sha256)


def test_an_examination_comes_back_from_json(examined, tmp_path, shared):
    for path in (
        saved(scene(), tmp_path / "a.jpg"),
        shared / "samples/odd/truncated.png",
        shared / "samples/odd/multipage.tiff",
    ):
        found = examined(path, read_embedded=lambda path, media_type: {"capture": {"Make": "Canon"}})
        assert Examination.from_json(json.loads(json.dumps(found.to_json()))) == found
        assert found.embedded == {"capture": {"Make": "Canon"}}


def test_thumbnail_and_preview_have_their_size_and_no_metadata(examined, tmp_path):
    exif = exif_turned(8)
    exif[0x010E] = "restricted site"
    path = saved(scene(4_000, 1_000), tmp_path / "a.jpg", exif=exif, comment=b"restricted", xmp=b"<x>restricted</x>")
    (page,) = examined(path).pages
    for name, size, coding in ((page.thumbnail, (100, 400), "WEBP"), (page.preview, (400, 1_600), "JPEG")):
        written = tmp_path / "out" / name
        assert b"restricted" not in written.read_bytes()
        with Image.open(written) as picture:
            assert (picture.format, picture.size) == (coding, size)
            assert not {"exif", "xmp", "icc_profile"} & picture.info.keys()


def test_a_small_picture_is_not_blown_up(examined, tmp_path):
    (page,) = examined(saved(scene(90, 60), tmp_path / "a.png")).pages
    with Image.open(tmp_path / "out" / page.preview) as preview, Image.open(tmp_path / "out" / page.thumbnail) as small:
        assert preview.size == small.size == (90, 60)


def test_only_the_first_pages_of_a_document_get_a_preview(examined, tmp_path, monkeypatch):
    monkeypatch.setattr(examining, "PREVIEW_PAGES", 2)
    more = [scene(seed=seed) for seed in (1, 2)]
    found = examined(saved(scene(), tmp_path / "a.tif", save_all=True, append_images=more))
    assert [page.preview is not None for page in found.pages] == [True, True, False]
    assert all((tmp_path / "out" / page.thumbnail).is_file() for page in found.pages)


def test_a_damaged_file_has_no_digest_and_is_not_judged(examined, shared):
    found = examined(shared / "samples" / "odd" / "truncated_image.png")
    assert (found.state, found.coded_digest, found.quality.intact) == ("damaged", None, False)
    assert (found.pages[0].pixel_digest, found.pages[0].local, found.pages[0].is_judgeable) == (None, None, False)
    assert found.damage.startswith("The file is cut off or damaged")


def test_a_document_with_an_unreadable_later_page_is_damaged_and_ends_there(examined, shared):
    found = examined(shared / "samples" / "odd" / "crash-2020-10-test.tif")
    assert (found.state, found.page_count, len(found.pages)) == ("damaged", 2, 1)
    assert found.damage.startswith("Page 2 of 2 cannot be read.")


def test_a_file_without_any_readable_page_is_unreadable(examined, shared):
    with pytest.raises(UnreadablePicture, match="damaged"):
        examined(shared / "samples" / "odd" / "corrupt-header.jpg")


def test_a_grey_picture_stored_in_colours_counts_as_grey(examined, tmp_path):
    grey = scene().convert("L").convert("RGB")
    assert not examined(saved(grey, tmp_path / "a.jpg", quality=60)).quality.colour


def test_page_facts_are_those_of_their_own_functions(examined, tmp_path):
    path = saved(scene(1_200, 900), tmp_path / "a.png")
    found = examined(path)
    assert found.coded_digest == coded_digest(path, MediaType.PNG)
    assert found.pages[0].phash256[0] == phash256_orientations(grey_of(scene(1_200, 900)))[0].tobytes()


# ---- real files of every awkward kind ----

ODD = [
    # name, pages, upright size, mode, bits a sample, frames behind the first, can be compared by its look
    ("odd/16bit.cropped.tif", 1, (64, 64), "I;16", 16, 0, False),
    ("odd/tiff_16bit_RGB.tiff", 1, (100, 40), "RGB", 16, 0, False),
    ("odd/pil_sample_cmyk.jpg", 1, (100, 100), "CMYK", 8, 0, True),
    ("odd/Channel_digital_image_CMYK_color_no_profile.jpg", 1, (500, 333), "CMYK", 8, 0, True),
    ("odd/Landscape_6.jpg", 1, (1_800, 1_200), "RGB", 8, 0, True),
    ("odd/Portrait_8.jpg", 1, (1_200, 1_800), "RGB", 8, 0, True),
    ("photos/IMG_2927.HEIC", 1, (3_024, 4_032), "RGB", 8, 0, True),
    ("photos/cheers_1440x960.heic", 1, (1_440, 960), "RGB", 8, 0, True),
    ("odd/pitm.avif", 1, (4_096, 800), "RGB", 8, 0, True),
    ("odd/star.avifs", 1, (159, 159), "RGBA", 8, 4, True),
    ("odd/animated-loop-3.webp", 1, (370, 285), "RGBA", 8, 9, True),
    ("odd/dispose_bgnd.gif", 1, (100, 100), "P", 8, 4, True),
    ("odd/frozenpond.mpo", 1, (640, 480), "RGB", 8, 1, True),
    ("odd/no_palette_with_transparency.gif", 1, (2, 2), "L", 8, 1, False),
    ("photos/221209eb0a273029efa18f4c61f6628a.tif", 1, (500, 396), "RGBA", 8, 0, True),
    ("photos/0c84d07e1b22b76f24cccc70d8788e4a.tif", 4, (246, 345), "RGB", 8, 0, True),
    ("odd/G31D_MULTI.TIF", 2, (2_464, 3_248), "1", 1, 0, True),
    ("odd/multipage.tiff", 3, (10, 10), "P", 1, 0, False),
    ("odd/exif_gps.jpg", 1, (8, 8), "RGB", 8, 0, False),
]


@pytest.mark.parametrize(("name", "count", "size", "mode", "bits", "more", "judged"), ODD)
def test_an_awkward_file_is_looked_at_whole(examined, shared, tmp_path, name, count, size, mode, bits, more, judged):
    found = examined(shared / "samples" / name)
    page = found.pages[0]
    assert (found.state, found.page_count, len(found.pages)) == ("ok", count, count)
    assert (page.width_px, page.height_px, page.mode, page.bit_depth, page.more_frames) == (*size, mode, bits, more)
    assert page.is_judgeable == judged
    assert (page.local is not None, page.working is not None) == (judged, judged)
    assert (page.pixel_digest is None) == (bits == 16 and mode == "RGB")
    assert page.orientations().shape == (8, 32)
    assert found.quality.real_pixels == size[0] * size[1]
    with Image.open(tmp_path / "out" / page.preview) as preview:
        assert preview.mode == "RGB"
        assert preview.width * size[1] == pytest.approx(preview.height * size[0], rel=0.01)


@pytest.mark.parametrize(
    "name",
    ["truncated.jpg", "truncated_jpeg.jpg", "truncated.png", "truncated_end_chunk.png", "broken_data_stream.png"],
)
def test_a_truncated_file_is_shown_in_part_and_compared_by_its_bytes_alone(examined, shared, name):
    found = examined(shared / "samples" / "odd" / name)
    (page,) = found.pages
    assert (found.state, found.coded_digest, found.quality.intact) == ("damaged", None, False)
    assert (page.pixel_digest, page.is_judgeable, page.local, page.working) == (None, False, None, None)
    assert page.thumbnail


@pytest.mark.parametrize("suffix", ["tif", "png"])
def test_a_deep_grey_scan_keeps_its_tones_in_what_is_shown(examined, tmp_path, suffix):
    levels = np.linspace(2_000, 60_000, 400 * 300).reshape(300, 400)
    deep = levels.astype(np.uint16)
    found = examined(saved(Image.fromarray(deep), tmp_path / f"a.{suffix}"))
    shown = shown_levels(tmp_path, found)
    assert (found.quality.bit_depth, shown.min() < 30, shown.max() > 225) == (16, True, True)
    assert 110 < shown.mean() < 135


def test_a_floating_point_scan_keeps_its_tones_in_what_is_shown(examined, tmp_path):
    levels = np.linspace(0, 1, 400 * 300, dtype=np.float32).reshape(300, 400)
    found = examined(saved(Image.fromarray(levels), tmp_path / "a.tif"))
    assert (found.pages[0].mode, found.pages[0].bit_depth) == ("F", 32)
    assert 115 < shown_levels(tmp_path, found).mean() < 140


def test_transparent_parts_are_shown_white(examined, tmp_path):
    picture = scene().convert("RGBA")
    picture.putalpha(Image.new("L", picture.size, 0))
    assert shown_levels(tmp_path, examined(saved(picture, tmp_path / "a.png"))).min() > 250


def test_a_profile_is_applied_to_what_is_shown_and_not_kept(examined, shared, tmp_path):
    found = examined(shared / "samples" / "photos" / "IMG_2927.HEIC")  # Display P3
    with Image.open(tmp_path / "out" / found.pages[0].preview) as preview:
        assert "icc_profile" not in preview.info


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (95, 2_000), (600, 400)])
def test_flat_and_tiny_pictures_are_looked_at_and_not_judged(examined, tmp_path, size):
    found = examined(saved(Image.new("RGB", size, (240, 240, 238)), tmp_path / "a.png"))
    (page,) = found.pages
    assert (page.is_judgeable, page.local, page.working) == (False, None, None)
    assert (len(page.pixel_digest), found.quality.real_pixels) == (32, size[0] * size[1])


def shown_levels(tmp_path, found) -> np.ndarray:
    with Image.open(tmp_path / "out" / found.pages[0].preview) as preview:
        return np.asarray(preview.convert("L"))


# ---- which copy is the best ----


def best_of(examined, *paths) -> str:
    return min(paths, key=lambda path: order_key(examined(path).quality)).name


def test_an_enlarged_copy_is_not_the_best(examined, shared, tmp_path):
    with Image.open(shared / "samples" / "photos" / "coffee.png") as picture:
        original = saved(picture, tmp_path / "original.jpg", quality=75)
        larger = picture.resize((picture.width * 2, picture.height * 2), Image.Resampling.BICUBIC)
        smaller = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.BICUBIC)
    enlarged = saved(larger, tmp_path / "enlarged.jpg", quality=95)
    assert best_of(examined, enlarged, original, saved(smaller, tmp_path / "smaller.png")) == "original.jpg"
    sentence = better_because(examined(original).quality, examined(enlarged).quality)
    assert sentence == "The other was enlarged: it shows no more than about 570 x 380 pixels."


def test_a_png_of_a_jpeg_is_not_better_than_the_jpeg_and_a_clean_png_is(examined, shared, tmp_path):
    with Image.open(shared / "samples" / "photos" / "coffee.png") as picture:
        clean = saved(picture, tmp_path / "clean.png")
        coded = saved(picture, tmp_path / "coded.jpg", quality=90)
    with Image.open(coded) as picture:
        rewritten = saved(picture, tmp_path / "rewritten.png")
    assert best_of(examined, rewritten, coded) == "coded.jpg"
    assert best_of(examined, rewritten, clean) == best_of(examined, coded, clean) == "clean.png"
    assert better_because(examined(coded).quality, examined(rewritten).quality).startswith(
        "The other was written from a JPEG, whose losses its pixels still show (coarseness 11.5 against about 12."
    )


# ---- cost ----


def least_cpu_seconds(work, times: int = 7) -> float:
    spent = []
    for _ in range(times):
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return min(spent)


def eight_megapixels(shared) -> Image.Image:
    """Real photographs at their own resolution, side by side: 3,264 x 2,448 pixels."""
    names = ("Canon_PowerShot_S40_(2)", "Casio_EX-Z3", "Kodak_DX4330", "Olympus_C720UZ", "FujiFilm_MX-2900Zoom")
    sheet = Image.new("RGB", (3_264, 2_448))
    for number in range(9):
        with Image.open(shared / "samples" / "photos" / f"{names[number % len(names)]}.jpg") as picture:
            part = picture.crop((0, 100, 1_088, 916))
        sheet.paste(part, (number % 3 * 1_088, number // 3 * 816))
    return sheet


def test_the_cost_of_a_look_is_a_small_multiple_of_one_decoding(shared, tmp_path, capsys):
    path = saved(eight_megapixels(shared), tmp_path / "a.jpg", quality=97, subsampling=0)

    def decoded():
        with Image.open(path) as picture:
            picture.load()

    def fingerprinted():
        for page in examining.pages(path, MediaType.JPEG):
            seen, _ = upright_with_digest(page, examining.PREVIEW_SIDE_PX)
            phash256_orientations(grey_of(seen))

    once = least_cpu_seconds(decoded)
    fingerprints, everything = (
        least_cpu_seconds(work) / once for work in (fingerprinted, lambda: examine(path, MediaType.JPEG, tmp_path))
    )
    with capsys.disabled():
        sys.stdout.write(
            f"\ndecode {once * 1000:.0f} ms CPU; fingerprints {fingerprints:.2f} x, everything {everything:.2f} x\n"
        )
    assert fingerprints < 2.5
    assert everything < 6
