import pytest
from PIL import Image

from catalog.imaging.capture import compression_of, read_capture
from catalog.imaging.decode import pages
from catalog.imaging.media import HEAD_BYTES, MediaType, sniff
from catalog.imaging.quality import LOSSLESS, RENDERED
from tests.imaging.drawn import saved, scene


def camera_exif(**changes) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0131] = "Canon", "IXUS 400", changes.get("software", "Ver.1.00")
    exif.get_ifd(0x8769).update({0x9003: "2004:08:27 13:52:55", 0x829A: 0.004})
    return exif


def capture_of(path):
    for page in pages(path, sniff(path.read_bytes()[:HEAD_BYTES])):
        return read_capture(page.picture)
    raise AssertionError("no page")


def test_a_cameras_own_file_is_an_original_capture(tmp_path):
    capture = capture_of(saved(scene(), tmp_path / "a.jpg", exif=camera_exif()))
    assert (capture.original, capture.editor, capture.metadata_count) == (True, None, 5)


def test_a_file_saved_by_an_editor_is_not(tmp_path):
    capture = capture_of(saved(scene(), tmp_path / "a.jpg", exif=camera_exif(software="Adobe Photoshop 7.0")))
    assert (capture.original, capture.editor) == (False, "Adobe Photoshop 7.0")


def test_an_editor_named_in_xmp_alone_counts(tmp_path):
    xmp = b"<x:xmpmeta><rdf:Description xmp:CreatorTool='GIMP 2.10'/></x:xmpmeta>"
    capture = capture_of(saved(scene(), tmp_path / "a.jpg", exif=camera_exif(), xmp=xmp))
    assert (capture.original, capture.editor, capture.metadata_count) == (False, "GIMP 2.10", 6)


@pytest.mark.parametrize(
    ("name", "is_original"),
    [
        ("Canon_IXUS_400.jpg", True),
        ("IMG_2927.HEIC", True),
        ("Nikon_D1X.webp", True),
        ("FujiFilm_FinePixS1Pro_(1).jpg", False),
        ("Nikon_D5000.jpg", False),
        ("coffee.png", False),
    ],
)
def test_real_files_are_told_apart(shared, name, is_original):
    assert capture_of(shared / "samples" / "photos" / name).original is is_original


def test_broken_exif_counts_nothing(tmp_path):
    capture = capture_of(saved(scene(), tmp_path / "a.jpg", exif=b"Exif\0\0MM\0*\0\0\xff\xff"))
    assert (capture.original, capture.metadata_count) == (False, 0)


def test_a_plain_tiff_has_no_metadata(tmp_path):
    assert capture_of(saved(scene(), tmp_path / "a.tif")).metadata_count == 0


def compression(path) -> float:
    media_type = sniff(path.read_bytes()[:HEAD_BYTES])
    with Image.open(path) as picture:
        return compression_of(picture, path, media_type, picture.width * picture.height)


def test_a_lower_jpeg_quality_is_a_stronger_compression(tmp_path):
    found = [compression(saved(scene(), tmp_path / f"{q}.jpg", quality=q)) for q in (95, 75, 30)]
    assert found == sorted(found)
    assert LOSSLESS < found[0] < found[-1] < 255


def test_jpeg_inside_a_tiff_is_measured_like_jpeg(tmp_path):
    tiff = saved(scene(), tmp_path / "a.tif", compression="jpeg", quality=75)
    assert compression(tiff) == compression(saved(scene(), tmp_path / "a.jpg", quality=75))


@pytest.mark.parametrize("suffix", ["png", "tif", "gif", "webp"])
def test_lossless_codings_are_lossless(tmp_path, suffix):
    assert compression(saved(scene(), tmp_path / f"a.{suffix}", lossless=True)) == LOSSLESS


@pytest.mark.parametrize("suffix", ["webp", "heic", "avif"])
def test_other_lossy_codings_are_estimated_in_the_same_order(tmp_path, suffix):
    found = [compression(saved(scene(), tmp_path / f"{q}.{suffix}", quality=q)) for q in (95, 30)]
    assert LOSSLESS < found[0] < found[1]


def test_a_drawn_page_lies_behind_every_coded_picture(tmp_path):
    assert compression_of(scene(), tmp_path / "a.pdf", MediaType.PDF, 1) == RENDERED
