import io

import pytest
from lxml import etree
from PIL import Image

from catalog.formats.embedding import CannotEmbed, embedded
from catalog.formats.text import well_formed
from catalog.formats.xmp import xmp_packet
from tests.conftest import drawn, jpeg, with_exif

from .examples import CATALOG, HOSTILE_TEXTS, hostile, photograph

PACKET = xmp_packet(photograph(), CATALOG)
DC = "{http://purl.org/dc/elements/1.1/}"


def png() -> bytes:
    file = io.BytesIO()
    drawn(1).save(file, "PNG")
    return file.getvalue()


FILES = {"image/jpeg": jpeg(drawn(1)), "image/png": png()}


def put_into(data: bytes, media_type: str, packet: bytes = PACKET) -> bytes:
    return b"".join(embedded(io.BytesIO(data), media_type, packet))


@pytest.mark.parametrize("media_type", FILES)
def test_the_picture_stays_what_it_was_and_others_read_the_description(media_type):
    data = FILES[media_type]
    before, after = (Image.open(io.BytesIO(one)) for one in (data, put_into(data, media_type)))
    assert before.tobytes() == after.tobytes()
    titles = after.getxmp()["xmpmeta"]["RDF"]["Description"]["title"]["Alt"]["li"]
    assert "North elevation, 12 Mill Street" in str(titles)


@pytest.mark.parametrize("media_type", FILES)
def test_a_description_takes_the_place_of_an_earlier_one(media_type):
    once = put_into(FILES[media_type], media_type)
    assert put_into(once, media_type) == once


def test_what_the_camera_wrote_stays():
    data = with_exif(FILES["image/jpeg"], artist="A. Osei")
    picture = Image.open(io.BytesIO(put_into(data, "image/jpeg")))
    assert picture.getexif()[315] == "A. Osei"


@pytest.mark.parametrize(
    ("data", "media_type", "packet"),
    [
        (FILES["image/jpeg"], "image/png", PACKET),
        (FILES["image/png"], "image/jpeg", PACKET),
        (FILES["image/jpeg"], "image/tiff", PACKET),
        (FILES["image/jpeg"], "image/jpeg", b"x" * 70_000),
        (b"", "image/jpeg", PACKET),
    ],
)
def test_what_cannot_hold_it_is_refused_before_anything_is_written(data, media_type, packet):
    with pytest.raises(CannotEmbed):
        embedded(io.BytesIO(data), media_type, packet)


@pytest.mark.parametrize("cut", [3, 20, 300, 2_000])
@pytest.mark.parametrize("media_type", FILES)
def test_of_a_file_that_breaks_off_nothing_is_lost(media_type, cut):
    data = FILES[media_type][:-cut]
    after = put_into(data, media_type)
    assert len(after) > len(data)
    assert after[-100:] == data[-100:]


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_hostile_text_is_well_formed(text):
    root = etree.fromstring(xmp_packet(hostile(text), CATALOG))
    if text.strip():
        assert root.findtext(f".//{DC}title//{{*}}li") == well_formed(text)
