import csv
import io
import json
import struct
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from catalog.metadata.embedded import Embedded, read_embedded
from catalog.metadata.packets import LARGEST_PACKET_BYTES
from catalog.metadata.validation import Value, check


@dataclass(frozen=True)
class Kind:
    mime: str


JPEG, PNG, TIFF, WEBP, HEIC = (Kind(f"image/{name}") for name in ("jpeg", "png", "tiff", "webp", "heic"))
KINDS = {
    ".jpg": JPEG,
    ".png": PNG,
    ".tif": TIFF,
    ".tiff": TIFF,
    ".webp": WEBP,
    ".heic": HEIC,
    ".mpo": JPEG,
    ".gif": Kind("image/gif"),
    ".avif": Kind("image/avif"),
    ".avifs": Kind("image/avif"),
}


def kind_of(path: Path) -> Kind:
    return KINDS.get(path.suffix.lower(), Kind("application/octet-stream"))


# --- files drawn here --------------------------------------------------------------------------------------------

DESCRIPTION, MAKE, MODEL, ARTIST, COPYRIGHT, ORIENTATION = 0x010E, 0x010F, 0x0110, 0x013B, 0x8298, 0x0112
TAKEN, DIGITIZED, OFFSET = 0x9003, 0x9004, 0x9011


def exif_block(main: dict | None = None, details: dict | None = None, gps: dict | None = None) -> bytes:
    exif = Image.Exif()
    exif.update(main or {})
    exif.get_ifd(0x8769).update(details or {})
    if gps:
        exif.get_ifd(0x8825).update(gps)
    return exif.tobytes()


def xmp_packet(properties: str) -> bytes:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
        ' xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/">'
        f'{properties}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def xmp_list(name: str, *items: str) -> str:
    return f"<{name}><rdf:Bag>{''.join(f'<rdf:li>{item}</rdf:li>' for item in items)}</rdf:Bag></{name}>"


def iptc_block(*datasets: tuple[int, str]) -> bytes:
    encoded = [(number, text.encode()) for number, text in datasets]
    utf_8 = b"\x1c\x01\x5a\x00\x03\x1b%G"
    return utf_8 + b"".join(b"\x1c\x02" + struct.pack(">BH", number, len(raw)) + raw for number, raw in encoded)


def photoshop_block(iptc: bytes, digest: bytes = b"") -> bytes:
    resources = [(0x0404, iptc)] + ([(0x0425, digest)] if digest else [])
    return b"".join(
        b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + b"\0" * (len(data) % 2)
        for number, data in resources
    )


def segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


@pytest.fixture
def jpeg(tmp_path):
    """Write a JPEG of 40 by 30 pixels with the given packets, and return what is read from it."""

    def read(*, exif: bytes = b"", xmp: bytes = b"", iptc: bytes = b"", digest: bytes = b"") -> Embedded:
        plain = io.BytesIO()
        Image.new("RGB", (40, 30), "grey").save(plain, "JPEG")
        packets = b""
        if exif:
            packets += segment(0xE1, exif if exif.startswith(b"Exif") else b"Exif\0\0" + exif)
        if xmp:
            packets += segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp)
        if iptc:
            packets += segment(0xED, b"Photoshop 3.0\0" + photoshop_block(iptc, digest))
        path = tmp_path / "picture.jpg"
        path.write_bytes(b"\xff\xd8" + packets + plain.getvalue()[2:])
        return read_embedded(path, JPEG)

    return read


def said(embedded: Embedded, element: str) -> list[str]:
    return [suggestion.value for suggestion in embedded.suggestions if suggestion.element == element]


def sources(embedded: Embedded, element: str) -> list[str]:
    return [suggestion.source for suggestion in embedded.suggestions if suggestion.element == element]


# --- the crosswalk -----------------------------------------------------------------------------------------------


def test_a_picture_without_metadata_suggests_its_size_alone(jpeg):
    embedded = jpeg()
    assert [(s.element, s.value) for s in embedded.suggestions] == [("extent", "40 x 30 pixels")]
    assert embedded.capture == {}
    assert embedded.unread == ()


def test_a_sideways_picture_is_measured_upright(jpeg):
    assert said(jpeg(exif=exif_block({ORIENTATION: 6})), "extent") == ["30 x 40 pixels"]


def test_the_moment_is_told_with_its_offset_where_the_camera_knows_it(jpeg):
    assert said(jpeg(exif=exif_block(details={TAKEN: "2011:01:13 14:33:39"})), "created") == ["2011-01-13T14:33:39"]
    with_offset = jpeg(exif=exif_block(details={TAKEN: "2011:01:13 14:33:39", OFFSET: "-08:00"}))
    assert said(with_offset, "created") == ["2011-01-13T14:33:39-08:00"]
    assert sources(with_offset, "created") == ["EXIF DateTimeOriginal"]
    assert with_offset.capture == {"date_time_original": "2011-01-13T14:33:39", "offset": "-08:00"}


@pytest.mark.parametrize("blank", ["0000:00:00 00:00:00", "    :  :     :  :  ", "                   ", "0000-00-00"])
def test_a_clock_that_was_never_set_suggests_nothing_and_is_no_fault(jpeg, blank):
    embedded = jpeg(exif=exif_block(details={TAKEN: blank}))
    assert said(embedded, "created") == []
    assert embedded.unread == ()


@pytest.mark.parametrize("broken", ["2017:08:21 15:08:70", "2001:12:00 00:00:00", "yesterday 1"])
def test_a_moment_that_never_was_is_listed_as_unread(jpeg, broken):
    embedded = jpeg(exif=exif_block(details={TAKEN: broken}))
    assert said(embedded, "created") == []
    assert [part.part for part in embedded.unread] == ["EXIF DateTimeOriginal"]


def test_the_day_of_a_scan_is_not_the_day_of_the_scene(jpeg):
    scan = jpeg(exif=exif_block(details={DIGITIZED: "2001:01:11 03:28:39"}))
    assert said(scan, "created") == []
    assert said(scan, "digitized") == ["2001-01-11T03:28:39"]


def test_a_camera_does_not_digitize_its_own_picture(jpeg):
    seconds_apart = jpeg(exif=exif_block(details={TAKEN: "2002:01:20 13:52:46", DIGITIZED: "2002:01:20 13:52:44"}))
    assert said(seconds_apart, "digitized") == []
    camera = jpeg(exif=exif_block(details={DIGITIZED: "2002:01:20 13:52:44", 0xA300: b"\x03"}))
    assert said(camera, "digitized") == []


def test_a_position_becomes_a_point(jpeg):
    gps = {1: "N", 2: (34.0, 3.0, 7.92), 3: "W", 4: (118.0, 14.0, 37.32)}
    embedded = jpeg(exif=exif_block(gps=gps))
    (point,) = [suggestion for suggestion in embedded.suggestions if suggestion.element == "spatial"]
    assert (point.value, point.scheme) == ("east=-118.2437; north=34.0522", "Point")


@pytest.mark.parametrize(
    "gps",
    [
        {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)},
        {1: "N", 2: (34.0, 3.0, 7.92), 3: "W", 4: (118.0, 14.0, 37.32), 9: "V"},
        {2: (34.0, 3.0, 7.92), 4: (118.0, 14.0, 37.32)},
        {1: "N", 2: (134.0, 3.0, 7.92), 3: "W", 4: (118.0, 14.0, 37.32)},
    ],
)
def test_a_receiver_without_a_fix_suggests_no_place(jpeg, gps):
    assert said(jpeg(exif=exif_block(gps=gps)), "spatial") == []


@pytest.mark.parametrize(
    "junk",
    [
        "OLYMPUS DIGITAL CAMERA         ",
        "KONICA MINOLTA DIGITAL CAMERA",
        "SONY DSC",
        "SAMSUNG CAMERA PICTURES",
        "DCIM\\100MEDIA\\DJI_0018.JPG",
        "DSC00006",
        "Exif_JPEG_PICTURE",
        "000007",
        "Created with GIMP",
        "                ",
    ],
)
def test_what_cameras_write_by_themselves_is_no_description(jpeg, junk):
    assert said(jpeg(exif=exif_block({DESCRIPTION: junk})), "description") == []


@pytest.mark.parametrize("meant", ["Sidewalk before the digital camera shop", "Wheat", "Photo of 12 Mill Street"])
def test_what_a_person_wrote_is_a_description(jpeg, meant):
    assert said(jpeg(exif=exif_block({DESCRIPTION: meant})), "description") == [meant]


def test_software_is_no_creator_and_several_artists_are_several(jpeg):
    embedded = jpeg(exif=exif_block({0x0131: "Adobe Photoshop", ARTIST: "Ama Osei; Ian Britton"}))
    assert said(embedded, "creator") == ["Ama Osei", "Ian Britton"]
    assert embedded.capture["software"] == "Adobe Photoshop"


def test_an_empty_photographer_leaves_the_editors_copyright(jpeg):
    assert said(jpeg(exif=exif_block({COPYRIGHT: " \0City of Los Angeles"})), "rights") == ["City of Los Angeles"]


def test_exif_is_believed_before_xmp_and_xmp_before_iptc(jpeg):
    embedded = jpeg(
        exif=exif_block({DESCRIPTION: "from EXIF"}, {TAKEN: "2002:07:13 15:58:28"}),
        xmp=xmp_packet(xmp_list("dc:description", "from XMP") + "<photoshop:DateCreated>2001</photoshop:DateCreated>"),
        iptc=iptc_block((120, "from IPTC"), (55, "20000704")),
    )
    assert said(embedded, "description") == ["from EXIF", "from XMP", "from IPTC"]
    assert said(embedded, "created") == ["2002-07-13T15:58:28"]


def test_iptc_is_believed_before_xmp_when_its_digest_shows_that_it_is_newer(jpeg):
    xmp, iptc = xmp_packet(xmp_list("dc:description", "from XMP")), iptc_block((120, "from IPTC"))
    in_step = jpeg(xmp=xmp, iptc=iptc, digest=md5(iptc).digest())
    assert said(in_step, "description") == ["from XMP", "from IPTC"]
    changed = jpeg(xmp=xmp, iptc=iptc, digest=md5(b"as it was").digest())
    assert said(changed, "description") == ["from IPTC", "from XMP"]


def test_what_a_later_source_repeats_or_cuts_off_is_dropped(jpeg):
    long_title = "North elevation of the warehouse at 12 Mill Street, before demolition"
    embedded = jpeg(
        exif=exif_block({ARTIST: "ama  osei"}),
        xmp=xmp_packet(xmp_list("dc:creator", "Ama Osei") + xmp_list("dc:title", long_title)),
        iptc=iptc_block((80, "AMA OSEI"), (5, long_title[:64])),
    )
    assert said(embedded, "creator") == ["ama  osei"]
    assert said(embedded, "title") == [long_title]


def test_keywords_of_both_sources_come_once(jpeg):
    embedded = jpeg(
        xmp=xmp_packet(xmp_list("dc:subject", "sidewalk", "1998")), iptc=iptc_block((25, "Sidewalk"), (25, "curb"))
    )
    assert said(embedded, "subject") == ["sidewalk", "1998", "curb"]
    assert sources(embedded, "subject") == ["XMP dc:subject", "XMP dc:subject", "IPTC Keywords"]


def test_a_title_keeps_its_languages_and_nonsense_tags_fall_away(jpeg):
    alternatives = (
        '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Bridge</rdf:li><rdf:li xml:lang="en">Bridge</rdf:li>'
        '<rdf:li xml:lang="es">Puente</rdf:li><rdf:li xml:lang="x-repair">Pont</rdf:li></rdf:Alt></dc:title>'
    )
    titles = [(s.value, s.language) for s in jpeg(xmp=xmp_packet(alternatives)).suggestions if s.element == "title"]
    assert titles == [("Bridge", "en"), ("Puente", "es"), ("Pont", "")]


def test_what_belongs_to_an_ingredient_is_not_the_pictures(jpeg):
    ingredient = (
        "<xmpMM:Ingredients><rdf:Bag><rdf:li><rdf:Description><dc:title>Another picture</dc:title>"
        "</rdf:Description></rdf:li></rdf:Bag></xmpMM:Ingredients>"
    )
    assert said(jpeg(xmp=xmp_packet(ingredient)), "title") == []


def test_an_iptc_date_may_leave_month_and_day_open(jpeg):
    assert said(jpeg(iptc=iptc_block((55, "19980000"))), "created") == ["1998"]
    assert said(jpeg(iptc=iptc_block((55, "19980503"), (60, "101500-0800"))), "created") == [
        "1998-05-03T10:15:00-08:00"
    ]
    assert said(jpeg(iptc=iptc_block((55, "19980503"), (60, "101500+0000"))), "created") == ["1998-05-03T10:15:00Z"]


def test_a_camera_that_says_everything_is_complete(jpeg):
    details = {TAKEN: "2011:01:13 14:33:39", 0x829A: 1 / 60, 0x829D: 2.8, 0x8827: 500, 0x920A: 3.85, 0x9291: "083"}
    embedded = jpeg(exif=exif_block({MAKE: "Apple\0", MODEL: "iPhone 4 "}, details | {0xA431: "SN 17", 0x9211: 42}))
    assert embedded.camera_is_complete
    assert embedded.capture == {
        "make": "Apple",
        "model": "iPhone 4",
        "serial": "SN 17",
        "date_time_original": "2011-01-13T14:33:39",
        "sub_sec": "083",
        "image_number": 42,
        "exposure": "1/60",
        "f_number": 2.8,
        "iso": 500,
        "focal_length": 3.85,
    }


def test_a_camera_that_says_less_is_not(jpeg):
    assert not jpeg(exif=exif_block({MAKE: "RECONYX", MODEL: "HC500"})).camera_is_complete


def test_everything_is_the_same_after_json(jpeg):
    embedded = jpeg(exif=exif_block({MAKE: "A", DESCRIPTION: "Wheat"}, {TAKEN: "yesterday 1"}), xmp=b"<broken")
    assert embedded.unread
    assert Embedded.from_json(json.loads(json.dumps(embedded.to_json()))) == embedded
    assert Embedded.from_json({}) == Embedded()


# --- where the formats keep it -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("suffix", "kind"), [(".png", PNG), (".webp", WEBP), (".tif", TIFF)])
def test_every_format_is_read(tmp_path, suffix, kind):
    path = tmp_path / f"picture{suffix}"
    exif = exif_block({DESCRIPTION: "Wheat"})
    Image.new("RGB", (40, 30)).save(path, exif=exif)
    embedded = read_embedded(path, kind)
    assert said(embedded, "description") == ["Wheat"]
    assert said(embedded, "extent") == ["40 x 30 pixels"]


@pytest.mark.parametrize(("suffix", "kind"), [(".webp", WEBP), (".jpg", JPEG)])
def test_xmp_is_found_beside_exif(tmp_path, suffix, kind):
    path = tmp_path / f"picture{suffix}"
    Image.new("RGB", (40, 30)).save(path, xmp=xmp_packet(xmp_list("dc:title", "Field")))
    assert said(read_embedded(path, kind), "title") == ["Field"]


@pytest.mark.parametrize("is_big", [False, True])
def test_xmp_and_iptc_in_the_tags_of_a_tiff_are_read(tmp_path, is_big):
    tags = {700: xmp_packet(xmp_list("dc:title", "Field")), 33723: iptc_block((120, "Wheat"))}
    Image.new("L", (40, 30)).save(tmp_path / "picture.tif", tiffinfo=tags, big_tiff=is_big)
    embedded = read_embedded(tmp_path / "picture.tif", TIFF)
    assert said(embedded, "title") == ["Field"]
    assert said(embedded, "description") == ["Wheat"]
    assert said(embedded, "extent") == ["40 x 30 pixels"]


def test_xmp_in_a_compressed_text_of_a_png_is_read(tmp_path):
    text = PngInfo()
    text.add_itxt("XML:com.adobe.xmp", xmp_packet(xmp_list("dc:title", "Field")).decode(), zip=True)
    Image.new("L", (4, 4)).save(tmp_path / "picture.png", pnginfo=text)
    assert said(read_embedded(tmp_path / "picture.png", PNG), "title") == ["Field"]


def test_the_profiles_that_imagemagick_writes_into_a_png_are_read(tmp_path):
    block = photoshop_block(iptc_block((120, "Wheat")))
    text = PngInfo()
    text.add_text("Raw profile type iptc", f"\niptc\n{len(block):8}\n{block.hex()}\n", zip=True)
    Image.new("L", (4, 4)).save(tmp_path / "picture.png", pnginfo=text)
    assert said(read_embedded(tmp_path / "picture.png", PNG), "description") == ["Wheat"]


def test_a_text_that_inflates_without_end_is_left_unread(tmp_path):
    text = PngInfo()
    text.add_itxt("XML:com.adobe.xmp", " " * (LARGEST_PACKET_BYTES + 1), zip=True)
    Image.new("L", (4, 4)).save(tmp_path / "picture.png", pnginfo=text)
    (unread,) = read_embedded(tmp_path / "picture.png", PNG).unread
    assert "inflates to more than" in unread.reason


# --- what is broken ----------------------------------------------------------------------------------------------


def test_a_document_type_is_refused_unread(jpeg):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + xmp_packet(xmp_list("dc:title", "&b;"))
    embedded = jpeg(exif=exif_block({DESCRIPTION: "Wheat"}), xmp=bomb)
    assert said(embedded, "title") == []
    assert said(embedded, "description") == ["Wheat"]
    assert [(part.part, "not read" in part.reason) for part in embedded.unread] == [("XMP", True)]


def test_an_external_entity_is_refused_unread(jpeg):
    packet = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + xmp_packet(xmp_list("dc:title", "&a;"))
    assert said(jpeg(xmp=packet), "title") == []


def test_a_packet_as_deep_as_a_segment_allows_is_read_or_left(jpeg):
    assert jpeg(xmp=b"<a>" * 20_000).unread
    assert said(jpeg(xmp=xmp_packet("<dc:title>" + "<a>" * 7_000 + "</a>" * 7_000 + "</dc:title>")), "title") == []


def test_exif_that_is_none_is_listed(jpeg):
    assert [part.part for part in jpeg(exif=b"Exif\0\0nonsense").unread] == ["EXIF"]


def test_a_tag_that_points_beyond_the_end_costs_no_other(jpeg):
    broken = b"II*\0" + struct.pack("<IH", 8, 2)
    broken += struct.pack("<HHII", DESCRIPTION, 2, 500, 9_999) + struct.pack("<HHI4s", MAKE, 2, 4, b"Sony")
    embedded = jpeg(exif=broken)
    assert embedded.capture == {"make": "Sony"}
    assert [(part.part, part.reason) for part in embedded.unread] == [
        ("EXIF ImageDescription", "it lies beyond the end")
    ]


def test_a_description_too_long_to_keep_is_listed(jpeg):
    embedded = jpeg(exif=exif_block({DESCRIPTION: "wheat " * 2_000}))
    assert said(embedded, "description") == []
    assert "more than 10,000" in embedded.unread[0].reason


def test_a_truncated_iptc_block_gives_what_comes_before(jpeg):
    embedded = jpeg(iptc=iptc_block((120, "Wheat"), (25, "field"))[:-2])
    assert said(embedded, "description") == ["Wheat"]
    assert [part.part for part in embedded.unread] == ["IPTC"]


def test_a_file_that_is_not_there_is_an_error_of_its_own(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_embedded(tmp_path / "nowhere.jpg", JPEG)


def test_an_offset_that_no_file_system_reaches_is_no_error(tmp_path):
    (tmp_path / "far.tif").write_bytes(b"II+\0\x08\0\0\0" + b"\0" * 7 + b"\x01")
    assert read_embedded(tmp_path / "far.tif", KINDS[".tif"]).unread


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(kind=st.sampled_from(sorted(KINDS)), noise=st.binary(max_size=200), data=st.data())
def test_no_bytes_make_it_raise(tmp_path, kind, noise, data):
    heads = [b"", b"\xff\xd8\xff\xe1\x00\x40Exif\0\0II*\0\x08\0\0\0", b"II*\0\x08\0\0\0\x02\0", b"II+\0\x08\0\0\0"]
    heads += [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"RIFF\0\0\0\0WEBPVP8X", b"\0\0\0\x18ftypheic", b"GIF89a"]
    (tmp_path / "noise").write_bytes(data.draw(st.sampled_from(heads)) + noise)
    read_embedded(tmp_path / "noise", KINDS[kind])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.integers(0, 700), byte=st.integers(0, 255), end=st.integers(20, 2_000))
def test_no_flipped_byte_and_no_cut_makes_it_raise(jpeg, tmp_path, at, byte, end):
    gps = {1: "N", 2: (34.0, 3.0, 7.92), 3: "W", 4: (118.0, 14.0, 37.32)}
    jpeg(
        exif=exif_block({DESCRIPTION: "Wheat", MAKE: "Canon"}, {TAKEN: "2011:01:13 14:33:39"}, gps),
        xmp=xmp_packet(xmp_list("dc:title", "Field")),
        iptc=iptc_block((120, "Wheat")),
    )
    whole = bytearray((tmp_path / "picture.jpg").read_bytes())
    whole[at] = byte
    (tmp_path / "broken.jpg").write_bytes(whole[:end])
    for suggestion in read_embedded(tmp_path / "broken.jpg", JPEG).suggestions:
        assert check([Value(suggestion.element, suggestion.value, suggestion.language, suggestion.scheme)]) == []


# --- real files --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def samples(shared) -> dict[str, tuple[Embedded, str]]:
    """What every real picture carries, with the date that its list of licences gives."""
    with (shared / "samples/LICENCES.csv").open(newline="", encoding="utf-8") as table:
        dates = {row["path"]: row["exif_date"].strip(" \0") for row in csv.DictReader(table)}
    return {
        name: (read_embedded(shared / "samples" / name, kind_of(Path(name))), date)
        for name, date in dates.items()
        if not name.startswith("metadata/")
    }


def test_no_real_file_raises_and_every_suggestion_can_be_filed(samples):
    assert len(samples) > 250
    for name, (embedded, _) in samples.items():
        values = [Value(s.element, s.value, s.language, s.scheme) for s in embedded.suggestions]
        assert check(values) == [], name
        assert Embedded.from_json(json.loads(json.dumps(embedded.to_json()))) == embedded


def test_the_dates_of_real_cameras_are_those_that_are_listed(samples):
    taken = {
        name: (s.value, listed)
        for name, (embedded, listed) in samples.items()
        for s in embedded.suggestions
        if s.source == "EXIF DateTimeOriginal"
    }
    assert len(taken) > 80
    for name, (created, listed) in taken.items():
        assert created[:19] == listed.replace(":", "-", 2).replace(" ", "T"), name


def test_a_date_that_only_says_when_the_file_was_saved_is_not_the_scenes(samples):
    saved_only = ("pages/ortiz-02.tif", "photos/hubble_deep_field.jpg", "photos/aloeL.jpg", "odd/tiff_16bit_RGB.tiff")
    for name in saved_only:
        embedded, listed = samples[name]
        assert listed
        assert said(embedded, "created") == []


@pytest.mark.parametrize(
    ("name", "element", "value"),
    [
        ("photos/Apple_iPhone_4.jpg", "spatial", "east=12.4888333; north=41.853"),
        ("photos/IMG_2927.HEIC", "created", "2020-05-04T18:39:11-04:00"),
        ("photos/IMG_2927.HEIC", "extent", "3024 x 4032 pixels"),
        ("photos/FujiFilm_FinePixS1Pro_(1).jpg", "creator", "Ian Britton"),
        ("photos/Issue_600_(1).jpg", "title", "Collision leaves giant Jupiter bruised"),
        ("photos/Kodak_CLAS_Digital_Film_Scanner_HR200_(1).jpg", "digitized", "2001-01-11T03:28:39"),
        ("photos/Nikon_D1X.jpg", "rights", "© 2003 Joseph S. Colson"),
        ("photos/Ricoh_DC-3Z_(low_res).jpg", "rights", "(C)Hendrik Wördehoff"),
        ("photos/flower.jpg", "created", "2011-08-15T18:24:59"),
        ("odd/giant-image.jpg", "extent", "20000 x 14000 pixels"),
    ],
)
def test_real_files_say_what_they_say(samples, name, element, value):
    assert said(samples[name][0], element) == [value]


def test_thermal_cameras_without_a_fix_and_drones_without_words_suggest_none(samples):
    assert said(samples["photos/FLIR_Vue_Pro_640.jpg"][0], "spatial") == []
    assert said(samples["sequences/brighton-beach/DJI_0018.JPG"][0], "description") == []
    assert said(samples["photos/ce50e53224a3b62bb821bc294bf6a588.tif"][0], "description") == []


def test_a_canons_counter_is_read_from_its_makers_note(samples):
    assert samples["photos/Canon_PowerShot_A20.jpg"][0].capture["image_number"] == 3202023


def test_a_name_that_runs_over_its_field_ends_where_it_should(samples):
    assert samples["photos/Trust_PowerCam_Zoom_LCD_710.JPG"][0].capture["make"] == "Trust."
