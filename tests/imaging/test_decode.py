import numpy as np
import pypdfium2
import pytest
from PIL import Image

from catalog.imaging import decode
from catalog.imaging.decode import TooLarge, UnreadablePicture, pages
from catalog.imaging.media import HEAD_BYTES, MediaType, sniff
from tests.imaging.drawn import jpeg_bytes, saved, scene


def only_page(path, media_type):
    found = []
    for page in pages(path, media_type):
        page.picture.load()
        found.append((page, page.picture.copy()))
    assert len(found) == 1
    return found[0]


# ---- pages ----


def test_every_page_of_a_tiff_is_a_page(tmp_path):
    drawn = [scene(seed=seed) for seed in range(3)]
    path = saved(drawn[0], tmp_path / "a.tif", save_all=True, append_images=drawn[1:])
    for number, page in enumerate(pages(path, MediaType.TIFF), start=1):
        assert (page.number, page.page_count, page.frames) == (number, 3, 1)
        assert page.picture.tobytes() == drawn[number - 1].tobytes()


def test_the_reduced_copies_of_an_image_pyramid_are_no_pages(tmp_path):
    small = scene(160, 120)
    small.encoderinfo = {"tiffinfo": {254: 1}}
    path = saved(scene(), tmp_path / "a.tif", save_all=True, append_images=[small, scene(seed=2)])
    assert [page.picture.size for page in pages(path, MediaType.TIFF)] == [(320, 240), (320, 240)]


def test_a_pdf_page_is_rendered_at_200_dpi(tmp_path):
    path = saved(scene(850, 1_100), tmp_path / "a.pdf", resolution=100)
    page, picture = only_page(path, MediaType.PDF)
    assert (page.width_px, page.height_px) == picture.size == (1_700, 2_200)


def test_a_pdf_plan_is_rendered_smaller(tmp_path):
    document = pypdfium2.PdfDocument.new()
    document.new_page(4_000, 6_000).close()
    document.save(tmp_path / "plan.pdf")
    document.close()
    _, picture = only_page(tmp_path / "plan.pdf", MediaType.PDF)
    assert picture.width * picture.height == pytest.approx(decode.PDF_PAGE_PIXELS, rel=0.01)


def test_a_pdf_has_its_pages_in_order(tmp_path):
    drawn = [Image.new("RGB", (85, 110), (shade, 0, 0)) for shade in (40, 120, 250)]
    path = saved(drawn[0], tmp_path / "a.pdf", save_all=True, append_images=drawn[1:], resolution=100)
    reds = [page.picture.getpixel((50, 50))[0] for page in pages(path, MediaType.PDF)]
    assert np.allclose(reds, (40, 120, 250), atol=6)


def test_of_an_animation_the_first_frame_is_the_picture(shared):
    for name, media_type, frames in (
        ("animated-loop-3.webp", MediaType.WEBP, 10),
        ("iss634.webp", MediaType.WEBP, 42),
        ("dispose_bgnd.gif", MediaType.GIF, 5),
        ("star.avifs", MediaType.AVIF, 5),
        ("frozenpond.mpo", MediaType.JPEG, 2),
    ):
        page, _ = only_page(shared / "samples" / "odd" / name, media_type)
        assert page.frames == frames


@pytest.mark.parametrize(
    ("name", "media_type", "bit_depth"),
    [
        ("odd/16bit.cropped.tif", MediaType.TIFF, 16),
        ("odd/tiff_16bit_RGB.tiff", MediaType.TIFF, 16),
        ("pages/feyn.tif", MediaType.TIFF, 1),
        ("photos/coffee.png", MediaType.PNG, 8),
        ("photos/IMG_2927.HEIC", MediaType.HEIC, 8),
        ("odd/hopper.avif", MediaType.AVIF, 8),
    ],
)
def test_the_depth_is_the_files_own(shared, name, media_type, bit_depth):
    page, _ = only_page(shared / "samples" / name, media_type)
    assert page.bit_depth == bit_depth


# ---- damage ----


@pytest.mark.parametrize(
    ("name", "options", "kept"),
    [
        ("a.jpg", {}, 0.5),
        ("a.jpg", {}, 0.9),
        ("a.jpg", {"progressive": True}, 0.9),
        ("a.png", {}, 0.5),
        ("a.png", {}, 0.9),
    ],
)
def test_a_cut_off_file_is_shown_as_far_as_it_goes(tmp_path, name, options, kept):
    path = saved(scene(), tmp_path / name, **options)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    page, picture = only_page(path, MediaType.PNG if name.endswith("png") else MediaType.JPEG)
    assert page.damage.startswith("The file is cut off or damaged")
    top = np.asarray(picture, np.int16)[:40] - np.asarray(scene(), np.int16)[:40]
    assert np.abs(top).mean() < 10


def test_a_compressed_tiff_with_a_broken_strip_is_damaged(tmp_path):
    path = saved(scene(), tmp_path / "a.tif", compression="tiff_lzw", tiffinfo={278: 20})
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 400] = b"\xff" * 400
    path.write_bytes(data)
    page, _ = only_page(path, MediaType.TIFF)
    assert page.damage


def test_an_animation_that_breaks_off_between_its_frames_is_damaged(tmp_path):
    path = saved(scene(), tmp_path / "a.gif", save_all=True, append_images=[scene(seed=1)])
    data = path.read_bytes()
    path.write_bytes(data[: data.rindex(b"\x2c", 0, data.rindex(b"\x21\xf9") + 40) + 3])
    page, _ = only_page(path, MediaType.GIF)
    assert page.damage


def test_leniency_ends_with_the_damaged_file(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg_bytes(scene())[:4_000])
    for _ in range(2):
        assert only_page(path, MediaType.JPEG)[0].damage


# ---- refusals ----


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("65536-uint32-limit.png", MediaType.PNG),
        ("decompression_bomb.gif", MediaType.GIF),
        ("giant-image.jpg", MediaType.JPEG),
    ],
)
def test_too_many_pixels_are_refused_by_the_header(shared, name, media_type):
    with pytest.raises(TooLarge, match="at most 250 million pixels"):
        list(pages(shared / "samples" / "odd" / name, media_type))


def test_frames_and_pixels_together_are_limited(monkeypatch, tmp_path):
    path = saved(scene(), tmp_path / "a.gif", save_all=True, append_images=[scene(seed=n) for n in range(1, 5)])
    monkeypatch.setattr(decode, "MAX_PIXELS", 4 * 320 * 240)
    with pytest.raises(TooLarge, match="5 frames of 320 x 240 pixels"):
        list(pages(path, MediaType.GIF))


@pytest.mark.parametrize(
    ("suffix", "media_type"), [("gif", MediaType.GIF), ("tif", MediaType.TIFF), ("pdf", MediaType.PDF)]
)
def test_too_many_frames_or_pages_are_refused(monkeypatch, tmp_path, suffix, media_type):
    more = [Image.new("L", (8, 8), shade) for shade in range(1, 13)]
    path = saved(Image.new("L", (8, 8)), tmp_path / f"a{media_type.suffix}", save_all=True, append_images=more)
    monkeypatch.setattr(decode, "MAX_FRAMES", 12)
    with pytest.raises(TooLarge, match="more than 12 pictures"):
        list(pages(path, media_type))


def test_all_pages_of_a_document_together_are_limited(monkeypatch, tmp_path):
    path = saved(scene(), tmp_path / "a.tif", save_all=True, append_images=[scene(), scene()])
    monkeypatch.setattr(decode, "MAX_DOCUMENT_PIXELS", 2 * 320 * 240)
    with pytest.raises(TooLarge, match="3 pages"):
        list(pages(path, MediaType.TIFF))


@pytest.mark.parametrize("media_type", list(MediaType))
def test_a_signature_with_nothing_behind_it_is_unreadable(tmp_path, media_type):
    path = tmp_path / "a"
    path.write_bytes(b"\xff\xd8\xff\x89PNG nothing more")
    with pytest.raises(UnreadablePicture, match="damaged"):
        list(pages(path, media_type))


@pytest.mark.parametrize("media_type", list(MediaType))
def test_a_file_that_is_gone_is_not_called_damaged(tmp_path, media_type):
    with pytest.raises(FileNotFoundError):
        list(pages(tmp_path / "gone", media_type))


def test_only_the_decoder_of_the_type_is_asked(tmp_path):
    path = saved(scene(), tmp_path / "a.png")
    with pytest.raises(UnreadablePicture, match="JPEG"):
        list(pages(path, MediaType.JPEG))


def test_a_very_large_jpeg_is_decoded_reduced(monkeypatch, tmp_path):
    path = saved(scene(800, 600), tmp_path / "a.jpg")
    monkeypatch.setattr(decode, "FULL_DECODE_PIXELS", 300_000)
    page, picture = only_page(path, MediaType.JPEG)
    assert (page.width_px, page.height_px, picture.size) == (800, 600, (400, 300))
    assert page.is_reduced


def test_every_sample_photograph_sequence_and_page_decodes(shared):
    decoded = 0
    for folder in ("photos", "sequences", "pages"):
        for path in sorted((shared / "samples" / folder).rglob("*.*")):
            for page in pages(path, sniff(path.read_bytes()[:HEAD_BYTES])):
                assert page.damage is None, path.name
                decoded += 1
    assert decoded > 230


def test_the_versions_of_all_decoders_are_named():
    for name in ("Pillow 1", "libjpeg", "libtiff", "libwebp", "libavif", "libheif", "pdfium"):
        assert name in decode.versions()
