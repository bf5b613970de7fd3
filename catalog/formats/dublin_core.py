"""Simple Dublin Core: the fifteen elements as `oai_dc` of OAI-PMH 2.0 writes them."""

from collections.abc import Iterable, Iterator

from lxml import etree

from catalog.formats.elements import ELEMENTS, element_of
from catalog.formats.entry import Catalog, Entry, FilingEntry, Place, Text
from catalog.formats.graph.resources import words
from catalog.formats.markup import DECLARATION

_DC = "http://purl.org/dc/elements/1.1/"
_OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_NAMESPACES = {"oai_dc": _OAI_DC, "dc": _DC, "xsi": _XSI}
_SCHEMA_LOCATION = f"{_OAI_DC} http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def simple_dublin_core(entry: Entry, catalog: Catalog) -> etree._Element:
    """Return the record as an `oai_dc:dc` element, valid against its schema, to be set in an OAI-PMH answer."""
    root = etree.Element(f"{{{_OAI_DC}}}dc", nsmap=_NAMESPACES)
    root.set(f"{{{_XSI}}}schemaLocation", _SCHEMA_LOCATION)
    for element, text, language in simple_values(entry, catalog):
        child = etree.SubElement(root, f"{{{_DC}}}{element}")
        child.text = text
        if language:
            child.set(_LANGUAGE, language)
    return root


def write_simple_dublin_core(entry: Entry, catalog: Catalog) -> bytes:
    """Return the same as an XML document of its own."""
    return etree.tostring(simple_dublin_core(entry, catalog), xml_declaration=True, encoding="UTF-8", pretty_print=True)


def write_all_simple_dublin_core(entries: Iterable[Entry], catalog: Catalog) -> Iterator[bytes]:
    """Yield one XML document of many records, a chunk for each."""
    yield f"{DECLARATION}<records>\n".encode()
    for entry in entries:
        yield etree.tostring(simple_dublin_core(entry, catalog), encoding="UTF-8", xml_declaration=False) + b"\n"
    yield b"</records>\n"


def simple_values(entry: Entry, catalog: Catalog) -> list[tuple[str, str, str | None]]:
    """Return element, value and language of all that the fifteen elements can say, in their order, each once."""
    said: dict[str, dict[tuple[str, str | None], None]] = {element: {} for element in ELEMENTS}
    for element, value in (*_known(entry, catalog), *_described(entry)):
        if value.text.strip():
            literal = words(value.text, value.language)
            said[element][literal.value, literal.language] = None
    return [(element, text, language) for element, values in said.items() for text, language in values]


def _described(entry: Entry) -> Iterator[tuple[str, Text]]:
    """Yield the description, dumbed down; the refinement that the simple elements cannot show is lost."""
    for term, values in entry.values.items():
        for value in values:
            yield element_of(term), value


def _known(entry: Entry, catalog: Catalog) -> Iterator[tuple[str, Text]]:
    """Yield what the catalog itself knows of the record, its files and its filings."""
    addresses = catalog.addresses
    yield "type", Text(entry.dcmi_type)
    yield "identifier", Text(addresses.image(entry.public_id))
    for known in entry.identifiers:
        yield "identifier", Text(f"{known.scheme}: {known.value}")
    for place in entry.places:
        yield from (("coverage", value) for value in _place(place))
    for copy in entry.copies:
        yield "identifier", Text(f"urn:sha256:{copy.sha256.lower()}" if copy.sha256 else "")
        yield "format", Text(copy.mime or "")
        yield "rights", Text(copy.licence or "")
    yield from _filed(entry.record_copy, entry.filings)
    for other in (*(relation.record_id for relation in entry.relations), *entry.replaces):
        yield "relation", Text(addresses.image(other))


def _filed(record_copy: FilingEntry | None, filings: Iterable[FilingEntry]) -> Iterator[tuple[str, Text]]:
    """Yield the agency of the record copy as publisher and the others as contributors."""
    publisher = record_copy.agency if record_copy else None
    for filing in filings:
        yield ("publisher" if filing.agency == publisher else "contributor"), Text(filing.agency.name)
        yield "source", Text(f"{filing.agency.slug}/{filing.item_key}")


def _place(place: Place) -> Iterator[Text]:
    """Yield the label of a place and its point in DCMI Point notation."""
    if place.label:
        yield place.label
    if point := place.point:
        yield Text(f"east={point[0]}; north={point[1]}")
