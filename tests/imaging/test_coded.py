import importlib.util
from types import ModuleType

import pytest
from PIL import Image

from catalog.imaging.coded import coded_digest
from catalog.imaging.media import MediaType
from tests.imaging.drawn import exif_turned, jpeg_bytes, png_of, saved, scene


@pytest.fixture(scope="module")
def benchmark(shared) -> ModuleType:
    """The benchmark's own tool, whose idea of "without metadata" is the one that counts."""
    spec = importlib.util.spec_from_file_location("make_set", shared / "benchmark" / "make_set.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def digest_of(tmp_path):
    """Digest bytes as a file of that type."""

    def digest(data: bytes, media_type: MediaType = MediaType.JPEG) -> bytes | None:
        path = tmp_path / "file"
        path.write_bytes(data)
        return coded_digest(path, media_type)

    return digest


def test_every_sample_jpeg_and_its_twin_without_metadata_have_one_digest(shared, benchmark, digest_of):
    compared = 0
    for path in sorted((shared / "samples").rglob("*")):
        data = path.read_bytes() if path.suffix.lower() in (".jpg", ".jpeg", ".mpo") else b""
        digest = digest_of(data)
        if digest is not None:
            assert digest_of(benchmark.without_metadata(data)) == digest, path.name
            compared += 1
    assert compared > 150


def test_all_sample_photographs_sequences_and_pages_that_are_jpeg_have_a_digest(shared):
    folders = [shared / "samples" / name for name in ("photos", "pages", "sequences")]
    jpegs = [path for folder in folders for path in folder.rglob("*") if path.suffix.lower() == ".jpg"]
    assert len(jpegs) > 150
    assert [path.name for path in jpegs if coded_digest(path, MediaType.JPEG) is None] == []


def test_junk_between_segments_is_passed_over_as_decoders_do(digest_of):
    data = jpeg_bytes(scene())
    end_of_app0 = 4 + int.from_bytes(data[4:6], "big")
    for junk in (b"nd='w'?>", b"\xff\xff\xff", b"\xff\0ab"):
        assert digest_of(data[:end_of_app0] + junk + data[end_of_app0:]) == digest_of(data)
    assert digest_of(data[:end_of_app0] + bytes(100_000) + data[end_of_app0:]) is None


def test_comment_exif_and_profile_are_not_the_coded_picture(digest_of):
    plain = jpeg_bytes(scene())
    dressed = jpeg_bytes(scene(), comment=b"filed twice", exif=exif_turned(6), icc_profile=b"x" * 200, dpi=(300, 300))
    assert digest_of(dressed) == digest_of(plain)


def test_another_coding_of_the_same_picture_is_another_digest(digest_of):
    digests = {digest_of(jpeg_bytes(scene(), **how)) for how in ({}, {"quality": 74}, {"optimize": True})}
    assert len(digests) == 3


def without_app0(data: bytes) -> bytes:
    assert data[2:4] == b"\xff\xe0"
    return data[:2] + data[4 + int.from_bytes(data[4:6], "big") :]


def test_dropping_jfif_changes_nothing_where_the_colours_stay(digest_of):
    data = jpeg_bytes(scene())
    assert digest_of(without_app0(data)) == digest_of(data)


def test_dropping_jfif_counts_where_a_decoder_then_reads_other_colours(digest_of, tmp_path):
    data = jpeg_bytes(scene(), keep_rgb=False)
    frame = data.index(b"\xff\xc0")
    scan = data.index(b"\xff\xda")
    named = bytearray(data)
    for number, letter in enumerate(b"RGB"):
        named[frame + 10 + 3 * number] = letter
        named[scan + 5 + 2 * number] = letter
    with_jfif, without = bytes(named), without_app0(bytes(named))
    colours = []
    for name, content in (("with.jpg", with_jfif), ("without.jpg", without)):
        (tmp_path / name).write_bytes(content)
        with Image.open(tmp_path / name) as picture:
            colours.append(picture.convert("RGB").tobytes())
    assert colours[0] != colours[1]
    assert digest_of(with_jfif) != digest_of(without)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff\xe0\x00\x01",
        b"\n" + jpeg_bytes(scene()),
        jpeg_bytes(scene())[:5_000],
        jpeg_bytes(scene())[:-2],
        b"\xff\xd8\xff\xda\x00\x02\xff\xd9",
    ],
)
def test_a_broken_jpeg_has_no_digest(digest_of, broken):
    assert digest_of(broken) is None


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 8
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        found.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


@pytest.fixture
def png(tmp_path) -> bytes:
    return saved(scene(), tmp_path / "scene.png").read_bytes()


def test_png_text_time_and_chunk_boundaries_are_not_the_coded_picture(digest_of, png):
    header, *middle, end = chunks(png)
    pixels = b"".join(content for kind, content in middle if kind == b"IDAT")
    pieces = [(b"IDAT", pixels[at : at + 1_000]) for at in range(0, len(pixels), 1_000)]
    extra = [(b"tEXt", b"Title\0Curb"), (b"tIME", b"\x07\xe8\1\1\0\0\0"), (b"pHYs", bytes(9)), (b"eXIf", b"MM\0*")]
    again = png_of([header, *extra, *pieces, (b"tEXt", b"Comment\0end"), end])
    assert digest_of(again, MediaType.PNG) == digest_of(png, MediaType.PNG) is not None


@pytest.mark.parametrize(
    "part", [(b"gAMA", b"\0\0\xb1\x8f"), (b"tRNS", bytes(6)), (b"iCCP", b"p\0\0x"), (b"sRGB", b"\0")]
)
def test_png_chunks_that_change_the_look_are(digest_of, png, part):
    header, *rest = chunks(png)
    assert digest_of(png_of([header, part, *rest]), MediaType.PNG) != digest_of(png, MediaType.PNG)


def test_later_frames_of_an_animated_png_count(digest_of, tmp_path):
    frames = [scene(64, 48, seed) for seed in (1, 2, 3)]
    one = saved(frames[0], tmp_path / "one.png", save_all=True, append_images=[frames[1]])
    other = saved(frames[0], tmp_path / "other.png", save_all=True, append_images=[frames[2]])
    digests = {digest_of(path.read_bytes(), MediaType.PNG) for path in (one, other)}
    assert len(digests) == 2
    assert None not in digests


def test_a_png_with_a_wrong_checksum_an_unknown_critical_chunk_or_no_end_has_no_digest(digest_of, png):
    flipped = bytearray(png)
    flipped[60] ^= 1
    header, *rest = chunks(png)
    assert digest_of(bytes(flipped), MediaType.PNG) is None
    assert digest_of(png_of([header, (b"ABCD", b""), *rest]), MediaType.PNG) is None
    assert digest_of(png[:-12], MediaType.PNG) is None
    assert digest_of(png_of([header, rest[-1]]), MediaType.PNG) is None


def test_other_formats_have_none(shared):
    assert coded_digest(shared / "samples/photos/Nikon_D1X.webp", MediaType.WEBP) is None
    assert coded_digest(shared / "samples/photos/IMG_2927.HEIC", MediaType.HEIC) is None
