import pytest

from catalog.metadata.xmp import DC, PHOTOSHOP, BrokenXmp, read_xmp

RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"'


def packet(inside: str, attributes: str = "") -> bytes:
    return f"<rdf:RDF {RDF}><rdf:Description {attributes}>{inside}</rdf:Description></rdf:RDF>".encode()


def test_a_property_may_be_an_attribute():
    headline = 'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:Headline="Bridge opens"'
    assert read_xmp(packet("", headline)) == {PHOTOSHOP + "Headline": (("Bridge opens", ""),)}


def test_a_packet_in_utf_16_is_read():
    text = packet("<dc:title>Brücke</dc:title>").decode().encode("utf-16")
    assert read_xmp(text) == {DC + "title": (("Brücke", ""),)}


def test_padding_and_wrapper_do_no_harm():
    text = b'<?xpacket begin=""?>' + packet("<dc:title>Bridge</dc:title>") + b" " * 2_000 + b'<?xpacket end="w"?>\0\0'
    assert read_xmp(text)[DC + "title"] == (("Bridge", ""),)


def test_qualified_text_gives_its_value():
    qualified = "<dc:title><rdf:Description><rdf:value>Bridge</rdf:value></rdf:Description></dc:title>"
    assert read_xmp(packet(qualified))[DC + "title"] == (("Bridge", ""),)


def test_xml_that_is_no_rdf_has_no_properties():
    assert read_xmp(b"<a><b>c</b></a>") == {}


@pytest.mark.parametrize(
    "broken", [b"", b"no xml", b"<a>", b"<!DOCTYPE a><a/>", b'<?xml version="1.0" encoding="zz"?><a/>']
)
def test_a_packet_that_cannot_be_read_says_why(broken):
    with pytest.raises(BrokenXmp, match="it "):
        read_xmp(broken)
