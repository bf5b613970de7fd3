import json
import sys
import time

import pytest
from PIL import Image

from catalog.imaging import examine as examining
from catalog.imaging.coded import coded_digest
from catalog.imaging.decode import UnreadablePicture
from catalog.imaging.examine import Examination, examine
from catalog.imaging.fingerprints import grey_of, phash256_orientations, pixel_digest
from catalog.imaging.media import HEAD_BYTES, MediaType, sniff
from catalog.imaging.upright import upright
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


def test_thumbnail_and_preview_are_webp_of_their_size_without_metadata(examined, tmp_path):
    exif = exif_turned(8)
    exif[0x010E] = "restricted site"
    path = saved(scene(4_000, 1_000), tmp_path / "a.jpg", exif=exif, comment=b"restricted", xmp=b"<x>restricted</x>")
    (page,) = examined(path).pages
    for name, size in ((page.thumbnail, (100, 400)), (page.preview, (400, 1_600))):
        written = tmp_path / "out" / name
        assert b"restricted" not in written.read_bytes()
        with Image.open(written) as picture:
            assert (picture.format, picture.size) == ("WEBP", size)
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
    assert (found.pages[0].pixel_digest, found.pages[0].is_judgeable) == (None, False)
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
            grey = grey_of(upright(page.picture, 1_600))
            phash256_orientations(grey)
            pixel_digest(page)

    once = least_cpu_seconds(decoded)
    fingerprints, everything = (
        least_cpu_seconds(work) / once for work in (fingerprinted, lambda: examine(path, MediaType.JPEG, tmp_path))
    )
    with capsys.disabled():
        sys.stdout.write(
            f"\ndecode {once * 1000:.0f} ms CPU; fingerprints {fingerprints:.2f} x, everything {everything:.2f} x\n"
        )
    assert fingerprints < 3.5
    assert everything < 7
