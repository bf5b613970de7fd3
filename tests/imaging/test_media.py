import pytest

from catalog.imaging.media import HEAD_BYTES, MediaType, refusal, sniff

SAMPLES = {
    "photos/Canon_IXUS_400.jpg": MediaType.JPEG,
    "odd/frozenpond.mpo": MediaType.JPEG,
    "photos/coffee.png": MediaType.PNG,
    "odd/multipage.tiff": MediaType.TIFF,
    "photos/Nikon_D1X.webp": MediaType.WEBP,
    "odd/dispose_bgnd.gif": MediaType.GIF,
    "photos/IMG_2927.HEIC": MediaType.HEIC,
    "photos/cheers_1440x960.heic": MediaType.HEIC,
    "odd/hopper.avif": MediaType.AVIF,
    "odd/star.avifs": MediaType.AVIF,
}


@pytest.mark.parametrize(("name", "media_type"), SAMPLES.items())
def test_a_real_file_is_told_by_its_first_bytes(shared, name, media_type):
    head = (shared / "samples" / name).read_bytes()[:HEAD_BYTES]
    assert sniff(head) is media_type
    assert refusal(head, len(head), "x.bin") is None


@pytest.mark.parametrize("head", [b"II+\0\x08\0\0\0", b"MM\0+\0\x08\0\0"])
def test_a_bigtiff_is_a_tiff(head):
    assert sniff(head) is MediaType.TIFF


def test_a_generic_heif_brand_is_decided_by_the_compatible_ones():
    assert sniff(b"\0\0\0\x18ftypmif1\0\0\0\0miafavif") is MediaType.AVIF
    assert sniff(b"\0\0\0\x18ftypmsf1\0\0\0\0msf1hevc") is MediaType.HEIC
    assert sniff(b"\0\0\0\x14ftypmif1\0\0\0\0mif1") is MediaType.HEIC


def test_a_jpeg_behind_foreign_bytes_is_no_jpeg():
    assert sniff(b"\n\xff\xd8\xff\xe0\0\x10JFIF\0") is None


def test_a_media_type_comes_back_from_its_name():
    assert [MediaType.from_mime(one.mime) for one in MediaType] == list(MediaType)
    with pytest.raises(ValueError, match="image/svg"):
        MediaType.from_mime("image/svg+xml")


REFUSED = [
    (b"8BPS\0\1", "a.psd", "Photoshop document"),
    (b"\xff\x4f\xff\x51\0", "a.j2k", "JPEG 2000"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "a.jpf", "JPEG 2000"),
    (b"BLP2\1\0", "a.blp", "game texture"),
    (b"<!DOCTYPE html><html>", "a.jpg", "web page (HTML)"),
    (b"\xef\xbb\xbf\n<?xml version='1.0'?><svg xmlns='x'>", "a.jpg", "SVG drawing"),
    (b"<?xml version='1.0'?><metadata/>", "a.xml", "XML document"),
    (b"PK\x03\x04", "a.zip", "ZIP archive"),
    (b"\0\0\0\x18ftypisom\0\0\0\0mp42", "a.mp4", "a video"),
    (b"\0\0\0\x18ftypcrx \0\0\0\1crx ", "a.cr3", "camera raw"),
    (b"II*\0\x10\0\0\0CR\2\0", "a.tif", "camera raw"),
    (b"II*\0\x08\0\0\0\0\0", "IMG_1.NEF", "camera raw"),
    (b"RIFF\0\0\0\0AVI LIST", "a.avi", "a video"),
    (b"MZ\x90\0", "a.png", "a program"),
]


@pytest.mark.parametrize(("head", "name", "kind"), REFUSED)
def test_another_kind_is_refused_by_its_name_with_what_to_do(head, name, kind):
    sentence = refusal(head, 1_000, name)
    assert kind in sentence
    assert sentence.count(".") >= 2


def test_a_web_page_named_jpg_says_that_the_name_is_wrong():
    assert refusal(b"<html>", 6, "photo.JPG").startswith("The name ends in .jpg, but this is a web page")


def test_what_is_not_known_at_all_names_what_is_accepted():
    assert "Accepted are JPEG, PNG, TIFF" in refusal(b"\x01\x02\x03\x04", 4, "a.dat")


def test_an_empty_file_is_refused():
    assert refusal(b"", 0, "a.jpg").startswith("The file is empty.")


def test_a_file_over_the_limit_is_refused_with_the_limit():
    sentence = refusal(b"\xff\xd8\xff\xe0", 200_000_001, "a.jpg")
    assert "larger than 200 MB" in sentence
    assert "larger than 5 MB" in refusal(b"\xff\xd8\xff\xe0", 6_000_000, "a.jpg", 5_000_000)


def test_a_refusal_never_repeats_the_name():
    assert "script" not in refusal(b"MZ", 2, "<script>alert(1)</script>.<script>")
