"""Read the properties of an XMP packet (ISO 16684-1): RDF/XML, of which XMP uses a small part.

Only properties of the picture itself count, not those of its ingredients, history or thumbnails deeper in the packet.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
XMP = "{http://ns.adobe.com/xap/1.0/}"
EXIF = "{http://ns.adobe.com/exif/1.0/}"

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_CONTAINERS = (RDF + "Alt", RDF + "Bag", RDF + "Seq")
MOST_VALUES = 1_000
"""Values of one property; more is damage or abuse."""

Text = tuple[str, str]
"""A value and its language tag, empty where it has none or is the default of its alternatives."""


class BrokenXmp(ValueError):
    """A packet that cannot be read, with the reason."""


def read_xmp(packet: bytes) -> dict[str, tuple[Text, ...]]:
    """Return the values of every simple property and list, by name in Clark notation (`{namespace}name`).

    Entities and document types are refused, whatever they hold. Raises BrokenXmp.
    """
    properties: dict[str, tuple[Text, ...]] = {}
    for description in _descriptions(_parse(packet)):
        for name, text in description.attrib.items():
            if name.startswith("{") and not name.startswith((RDF, "{http://www.w3.org/XML/")):
                properties.setdefault(name, ((text, ""),))
        for child in description:
            properties.setdefault(child.tag, _values(child))
    return {name: values for name, values in properties.items() if values}


def _parse(packet: bytes) -> Element:
    start, end = packet.find(b"<"), packet.rfind(b">")
    if packet[:2] in (b"\xfe\xff", b"\xff\xfe"):
        start, end = 0, len(packet) - 1  # UTF-16 says its own length
    try:
        return fromstring(packet[max(start, 0) : end + 1], forbid_dtd=True)
    except DefusedXmlException:
        raise BrokenXmp("it declares a document type or entities, which are not read") from None
    except (ParseError, ValueError, LookupError) as error:
        raise BrokenXmp(f"it is not well-formed XML: {error}") from error


def _descriptions(root: Element) -> list[Element]:
    """Return the rdf:Description elements at the top, with or without an x:xmpmeta around them."""
    rdf = root if root.tag == RDF + "RDF" else root.find(RDF + "RDF")
    return [] if rdf is None else rdf.findall(RDF + "Description")


def _values(element: Element) -> tuple[Text, ...]:
    """Return the value of a simple property, or those of a list; of a structure nothing."""
    container = next((child for child in element if child.tag in _CONTAINERS), None)
    if container is None:
        return _simple(element)
    items = container.findall(RDF + "li")[:MOST_VALUES]
    return _without_default(tuple(value for item in items for value in _simple(item)))


def _simple(element: Element) -> tuple[Text, ...]:
    """Return text, the rdf:value of qualified text, or an address (ISO 16684-1, 7.4 to 7.6)."""
    qualified = element.find(f"{RDF}Description/{RDF}value")
    text = (qualified if qualified is not None else element).text or element.get(RDF + "resource") or ""
    return ((text, element.get(_LANGUAGE, "")),) if text.strip() else ()


def _without_default(values: tuple[Text, ...]) -> tuple[Text, ...]:
    """Drop the default alternative where a language says the same, and its mark where none does."""
    said = {text for text, language in values if language != "x-default"}
    return tuple(
        (text, "" if language == "x-default" else language)
        for text, language in values
        if language != "x-default" or text not in said
    )
