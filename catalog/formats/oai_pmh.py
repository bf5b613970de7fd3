"""Answers of OAI-PMH 2.0, as text: what stands around a record, and what a repository says of itself.

Source: Open Archives Initiative, "Protocol for Metadata Harvesting", version 2.0, of 2002-06-14.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from lxml import etree

from catalog.formats.dublin_core import simple_dublin_core
from catalog.formats.entry import Catalog, Entry
from catalog.formats.markup import DECLARATION, around, tag
from catalog.formats.qualified import qualified_dublin_core, qualified_namespace, qualified_schema_address
from catalog.formats.rdf import record_triples
from catalog.formats.serialise import RDF_XML, serialise

_OAI = "http://www.openarchives.org/OAI/2.0/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_IDENTIFIER = "http://www.openarchives.org/OAI/2.0/oai-identifier"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

VERBS = {
    "Identify": frozenset(),
    "ListMetadataFormats": frozenset({"identifier"}),
    "ListSets": frozenset({"resumptionToken"}),
    "GetRecord": frozenset({"identifier", "metadataPrefix"}),
    "ListIdentifiers": frozenset({"metadataPrefix", "from", "until", "set", "resumptionToken"}),
    "ListRecords": frozenset({"metadataPrefix", "from", "until", "set", "resumptionToken"}),
}
"""Each verb with the arguments that it may have."""


@dataclass(frozen=True, slots=True)
class MetadataFormat:
    """One form in which records are given; `write` returns the record as an XML element."""

    prefix: str
    schema: Callable[[Catalog], str]
    namespace: Callable[[Catalog], str]
    write: Callable[[Entry, Catalog], str]


def _simple(entry: Entry, catalog: Catalog) -> str:
    return etree.tostring(simple_dublin_core(entry, catalog), encoding="unicode")


def _graph(entry: Entry, catalog: Catalog) -> str:
    return serialise(record_triples(entry, catalog), RDF_XML).decode().partition("?>\n")[2].rstrip()


METADATA_FORMATS = {
    one.prefix: one
    for one in (
        MetadataFormat(
            "oai_dc",
            lambda _: "http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
            lambda _: "http://www.openarchives.org/OAI/2.0/oai_dc/",
            _simple,
        ),
        MetadataFormat("oai_dcterms", qualified_schema_address, qualified_namespace, qualified_dublin_core),
        MetadataFormat("rdf", lambda _: "http://www.openarchives.org/OAI/2.0/rdf.xsd", lambda _: _RDF, _graph),
    )
}


_DOMAIN = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+")


def repository_name(catalog: Catalog) -> str:
    """Return the name by which identifiers tell repositories apart: the host of the frozen base.

    The schema of identifiers wants a domain name, so a catalog that has none yet is called catalog.localhost.
    """
    host = urlsplit(catalog.base_iri).hostname or ""
    return host if _DOMAIN.fullmatch(host) else "catalog.localhost"


def identifier_of(public_id: str, catalog: Catalog) -> str:
    return f"oai:{repository_name(catalog)}:{public_id}"


def public_id_of(identifier: str, catalog: Catalog) -> str | None:
    """Return what `identifier_of` was given; None for the identifier of another repository."""
    start = identifier_of("", catalog)
    return identifier.removeprefix(start) if identifier.startswith(start) else None


def utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def answer(at: datetime, address: str, arguments: Mapping[str, str], body: str) -> bytes:
    """Return a whole answer; `arguments` are those of a request that was understood, else none."""
    request = tag("request", address, **arguments)
    head = tag("responseDate", utc(at)) + request
    attributes = {
        "xmlns": _OAI,
        "xmlns_xsi": _XSI,
        "xsi_schemaLocation": f"{_OAI} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd",
    }
    return f"{DECLARATION}{around('OAI-PMH', head + body, **attributes)}\n".encode()


def error(code: str, message: str) -> str:
    return tag("error", message, code=code)


def identify(catalog: Catalog, *, address: str, earliest: datetime, email: str) -> str:
    """Return what the repository is: deletions are remembered for good, dates are exact to the second."""
    name = repository_name(catalog)
    sample = tag("scheme", "oai") + tag("repositoryIdentifier", name) + tag("delimiter", ":")
    sample += tag("sampleIdentifier", identifier_of("8f0c2a4e6b1d4f7a9c3e5d7b1f2a4c6e", catalog))
    described = around(
        "oai-identifier", sample, xmlns=_IDENTIFIER, xmlns_xsi=_XSI,
        xsi_schemaLocation=f"{_IDENTIFIER} http://www.openarchives.org/OAI/2.0/oai-identifier.xsd",
    )  # fmt: skip
    said = (
        tag("repositoryName", catalog.title),
        tag("baseURL", address),
        tag("protocolVersion", "2.0"),
        tag("adminEmail", email),
        tag("earliestDatestamp", utc(earliest)),
        tag("deletedRecord", "persistent"),
        tag("granularity", "YYYY-MM-DDThh:mm:ssZ"),
        tag("compression", "gzip"),
        around("description", described),
    )
    return around("Identify", "".join(said))


def list_formats(catalog: Catalog) -> str:
    said = (
        tag("metadataPrefix", one.prefix)
        + tag("schema", one.schema(catalog))
        + tag("metadataNamespace", one.namespace(catalog))
        for one in METADATA_FORMATS.values()
    )
    return around("ListMetadataFormats", "".join(around("metadataFormat", one) for one in said))


def list_sets(sets: Iterable[tuple[str, str]]) -> str:
    said = (around("set", tag("setSpec", spec) + tag("setName", name)) for spec, name in sets)
    return around("ListSets", "".join(said))


def header(public_id: str, stamp: datetime, sets: Iterable[str], catalog: Catalog, *, is_deleted: bool) -> str:
    said = tag("identifier", identifier_of(public_id, catalog)) + tag("datestamp", utc(stamp))
    said += "".join(tag("setSpec", spec) for spec in sets)
    return around("header", said, status="deleted" if is_deleted else None)


def record(head: str, entry: Entry | None, form: MetadataFormat, catalog: Catalog) -> str:
    """Return a record under its header; one that is deleted has no entry and no metadata."""
    return around("record", head + (around("metadata", form.write(entry, catalog)) if entry else ""))


def resumption(token: str, *, size: int, cursor: int) -> str:
    """Return the token by which the list goes on; an empty one at the end of a list of several answers."""
    return tag("resumptionToken", token, completeListSize=str(size), cursor=str(cursor))
