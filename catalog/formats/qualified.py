"""Qualified Dublin Core: the DCMI terms with the encoding scheme of each value.

As a document of its own (a sidecar beside a file) it follows the DCMI's schema for qualified Dublin Core, whose root
is in no namespace; an OAI-PMH answer wants a namespace, so there the root is in one of ours, with its schema.
"""

from collections.abc import Iterator
from typing import NamedTuple

from catalog.formats.dates import xsd_type
from catalog.formats.elements import ELEMENTS, REFINEMENTS, element_of
from catalog.formats.entry import Catalog, Entry, Place, Text
from catalog.formats.graph.resources import moment, outside_iri, words
from catalog.formats.markup import DECLARATION, around, tag
from catalog.formats.text import well_formed

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_DCTERMS = "http://purl.org/dc/terms/"
_DCMI_SCHEMA = "http://dublincore.org/schemas/xmls/qdc/2008/02/11/qualifieddc.xsd"
_DCTERMS_SCHEMA = "http://dublincore.org/schemas/xmls/qdc/2008/02/11/dcterms.xsd"
_DATES = frozenset(
    {"date", "created", "available", "valid", "dateAccepted", "dateCopyrighted", "dateSubmitted", "issued", "modified"}
)


class Value(NamedTuple):
    """One value of a DCMI term, with its language and its encoding scheme, such as W3CDTF."""

    term: str
    text: str
    language: str | None = None
    scheme: str | None = None


def write_qualified_dublin_core(entry: Entry, catalog: Catalog) -> bytes:
    """Return the record as an XML document of its own, in UTF-8."""
    attributes = {
        "xmlns_xsi": _XSI,
        "xmlns_dcterms": _DCTERMS,
        "xsi_noNamespaceSchemaLocation": _DCMI_SCHEMA,
    }
    document = around("qualifieddc", _written(entry, catalog), **attributes)
    return f"{DECLARATION}{document}\n".encode()


def qualified_dublin_core(entry: Entry, catalog: Catalog) -> str:
    """Return the record as an element of our own namespace, to be set in an OAI-PMH answer."""
    namespace = qualified_namespace(catalog)
    attributes = {
        "xmlns_qdc": namespace,
        "xmlns_xsi": _XSI,
        "xmlns_dcterms": _DCTERMS,
        "xsi_schemaLocation": f"{namespace} {qualified_schema_address(catalog)} {_DCTERMS} {_DCTERMS_SCHEMA}",
    }
    return around("qdc:qualifieddc", _written(entry, catalog), **attributes)


def qualified_namespace(catalog: Catalog) -> str:
    return catalog.addresses.defined("qualifieddc")


def qualified_schema_address(catalog: Catalog) -> str:
    return catalog.addresses.defined("qualifieddc.xsd")


def write_qualified_schema(catalog: Catalog) -> bytes:
    """Return the XML Schema of the root element that OAI-PMH answers use."""
    return f"""{DECLARATION}<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:dcterms="{_DCTERMS}"
    targetNamespace="{qualified_namespace(catalog)}" elementFormDefault="qualified">
  <xs:import namespace="{_DCTERMS}" schemaLocation="{_DCTERMS_SCHEMA}"/>
  <xs:element name="qualifieddc" type="dcterms:elementOrRefinementContainer"/>
</xs:schema>
""".encode()


def qualified_values(entry: Entry, catalog: Catalog) -> list[Value]:
    """Return all that the terms can say of a record, each once: what the catalog knows, then the description."""
    said = (*_known(entry, catalog), *_described(entry))
    return list(dict.fromkeys(value for value in said if value.text.strip()))


def _written(entry: Entry, catalog: Catalog) -> str:
    return "".join(
        tag(
            f"dcterms:{value.term}",
            value.text,
            xsi_type=f"dcterms:{value.scheme}" if value.scheme else None,
            xml_lang=value.language,
        )
        for value in qualified_values(entry, catalog)
    )


def _known(entry: Entry, catalog: Catalog) -> Iterator[Value]:
    addresses = catalog.addresses
    yield Value("identifier", addresses.image(entry.public_id), scheme="URI")
    for known in entry.identifiers:
        yield Value("identifier", well_formed(f"{known.scheme}: {known.value}"))
    yield Value("type", entry.dcmi_type, scheme="DCMIType")
    for term, at in (("issued", entry.issued), ("modified", entry.modified)):
        if literal := moment(at):
            yield Value(term, literal.value, scheme="W3CDTF")
    for place in entry.places:
        yield from _place(place)
    yield Value("accessRights", entry.audience)
    for copy in entry.copies:
        yield Value("format", well_formed(copy.mime or ""), scheme="IMT")
        if copy.is_best and copy.width and copy.height:
            yield Value("extent", f"{copy.width} x {copy.height} pixels")
        if copy.licence:
            yield _text("license", Text(copy.licence))
        yield Value("hasFormat", addresses.copy(copy.public_id), scheme="URI")
    publisher = entry.record_copy.agency if entry.record_copy else None
    for filing in entry.filings:
        yield Value("publisher" if filing.agency == publisher else "contributor", well_formed(filing.agency.name))
        yield Value("provenance", well_formed(f"Filed by {filing.agency.name} as {filing.item_key}."), "en")
    for relation in entry.relations:
        term = "source" if relation.is_derived else "relation"
        yield Value(term, addresses.image(relation.record_id), scheme="URI")
    for record_id in entry.replaces:
        yield Value("replaces", addresses.image(record_id), scheme="URI")


def _place(place: Place) -> Iterator[Value]:
    """Yield a place in DCMI Point notation where its point is known, else in words."""
    label = well_formed(place.label.text) if place.label else ""
    if point := place.point:
        named = f"name={label}; " if label and not set(label) & set(";=") else ""
        yield Value("spatial", f"{named}east={point[0]}; north={point[1]}", scheme="Point")
    elif place.label:
        yield _text("spatial", place.label)


def _described(entry: Entry) -> Iterator[Value]:
    for term, values in entry.values.items():
        known = term if term in ELEMENTS or term in REFINEMENTS else element_of(term)
        for value in values:
            yield _text(known, value)


def _text(term: str, value: Text) -> Value:
    """Return a value with the encoding scheme that it follows, if it follows one."""
    text = well_formed(value.text)
    if term in _DATES and xsd_type(text):
        return Value(term, text, scheme="W3CDTF")
    if (iri := outside_iri(text)) and iri == text:
        return Value(term, text, scheme="URI")
    literal = words(text, value.language)
    return Value(term, literal.value, literal.language)
