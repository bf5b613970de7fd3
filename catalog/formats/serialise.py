"""Triples -> Turtle, RDF/XML, JSON-LD and N-Triples, at once or as a stream of any length.

pyoxigraph writes the statements; this module writes what stands before, between and after them, once.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from pyoxigraph import RdfFormat, Triple, serialize

from catalog.formats.entry import AgencyEntry, Catalog, Entry
from catalog.formats.graph.resources import Resource
from catalog.formats.graph.vocabularies import PREFIXES, RDF
from catalog.formats.jsonld import Compaction
from catalog.formats.rdf import View, catalog_triples, record_triples

# A stream forgets which shared resources it has described when they are this many; some then come twice.
_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Format:
    """One serialisation of RDF. `ending` is that of file names and addresses, with its dot."""

    name: str
    media_type: str
    ending: str


TURTLE = Format("Turtle", "text/turtle", ".ttl")
RDF_XML = Format("RDF/XML", "application/rdf+xml", ".rdf")
JSON_LD = Format("JSON-LD", "application/ld+json", ".jsonld")
N_TRIPLES = Format("N-Triples", "application/n-triples", ".nt")
FORMATS = (TURTLE, RDF_XML, JSON_LD, N_TRIPLES)


def serialise(triples: Iterable[Triple], format: Format, prefixes: Mapping[str, str] = PREFIXES) -> bytes:
    """Return a whole document in UTF-8; the same triples in the same order are the same bytes."""
    return b"".join(_document([triples], format, prefixes))


def stream(
    entries: Iterable[Entry],
    catalog: Catalog,
    format: Format,
    agencies: Iterable[AgencyEntry] = (),
    view: View | None = None,
) -> Iterator[bytes]:
    """Yield one document of the catalog and these records, a chunk for each record; `view` says which page they are.

    Memory does not grow with the number of records; `entries` is read as the chunks are asked for.
    """
    return _document(_dump(entries, catalog, agencies, view), format, PREFIXES)


def _dump(
    entries: Iterable[Entry], catalog: Catalog, agencies: Iterable[AgencyEntry], view: View | None
) -> Iterator[Iterable[Triple]]:
    told: set[Resource] = set()
    yield catalog_triples(catalog, agencies, told, view)
    for entry in entries:
        if len(told) > _REMEMBERED:
            told.clear()
        yield record_triples(entry, catalog, told)


def _document(graphs: Iterable[Iterable[Triple]], format: Format, prefixes: Mapping[str, str]) -> Iterator[bytes]:
    """Yield one document of all the graphs."""
    write = {TURTLE: _turtle, RDF_XML: _rdf_xml, JSON_LD: _json_ld, N_TRIPLES: _n_triples}[format]
    return write(graphs, dict(sorted(prefixes.items())))


def _n_triples(graphs: Iterable[Iterable[Triple]], _: Mapping[str, str]) -> Iterator[bytes]:
    return (serialize(graph, format=RdfFormat.N_TRIPLES) for graph in graphs)


def _turtle(graphs: Iterable[Iterable[Triple]], prefixes: Mapping[str, str]) -> Iterator[bytes]:
    yield "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in prefixes.items()).encode()
    for graph in graphs:
        written = serialize(graph, format=RdfFormat.TURTLE, prefixes=prefixes)
        yield b"\n" + _after_lines(written, len(prefixes))


def _rdf_xml(graphs: Iterable[Iterable[Triple]], prefixes: Mapping[str, str]) -> Iterator[bytes]:
    declared = "".join(f'\n\txmlns:{prefix}="{escape(iri)}"' for prefix, iri in ({"rdf": RDF.iri} | prefixes).items())
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{declared}>\n'.encode()
    for graph in graphs:
        written = serialize(graph, format=RdfFormat.RDF_XML, prefixes=prefixes)
        yield _after_lines(written, 2).removesuffix(b"</rdf:RDF>")
    yield b"</rdf:RDF>\n"


def _json_ld(graphs: Iterable[Iterable[Triple]], prefixes: Mapping[str, str]) -> Iterator[bytes]:
    compaction = Compaction(prefixes)
    yield f'{{"@context": {compaction.context()},\n"@graph": ['.encode()
    before = "\n"
    for graph in graphs:
        nodes = ",\n".join(compaction.node_objects(graph))
        if nodes:
            yield f"{before}{nodes}".encode()
            before = ",\n"
    yield b"\n]}\n"


def _after_lines(written: bytes, lines: int) -> bytes:
    """Return what follows the first lines: pyoxigraph's own declarations, each on one line."""
    start = 0
    for _ in range(lines):
        start = written.find(b"\n", start) + 1
        if not start:
            return b""
    return written[start:]
