import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from catalog.formats.entry import Entry
from catalog.formats.rdf import catalog_triples, record_triples
from catalog.formats.serialise import FORMATS, JSON_LD, N_TRIPLES, RDF_XML, TURTLE, Format, serialise, stream

from .examples import AGENCIES, CATALOG, HOSTILE_TEXTS, damaged, hostile, minimal, photograph, withdrawn, worked_example

# rdflib's own JSON-LD reader uses what rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
every_format = pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.name)


@pytest.fixture(autouse=True, scope="module")
def literals_as_written():
    """Keep rdflib from writing "...Z" as "...+00:00" and the like."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rdflib, "NORMALIZE_LITERALS", False)
        yield


def read_by_oxigraph(document: bytes, format: Format) -> set[Triple]:
    return {quad.triple for quad in parse(document, format=RdfFormat.from_media_type(format.media_type))}


def read_by_rdflib(document: bytes, format: Format) -> set[str]:
    """Return the graph as lines of N-Triples in rdflib's own hand."""
    graph = rdflib.Graph().parse(data=document, format=format.media_type)
    return {" ".join(term.n3() for term in triple) for triple in graph}


def dump(count: int) -> Iterator[Entry]:
    source = photograph()
    for number in range(count):
        yield replace(
            source,
            public_id=f"r{number}",
            copies=tuple(replace(copy, public_id=f"{copy.public_id}-{number}") for copy in source.copies),
            filings=tuple(replace(filing, public_id=f"{filing.public_id}-{number}") for filing in source.filings),
        )


@every_format
@pytest.mark.parametrize("entry", [*worked_example(), minimal(), damaged(), withdrawn()])
def test_every_serialisation_is_the_same_graph_in_two_readers(entry, format):
    graph = list(record_triples(entry, CATALOG))
    document = serialise(graph, format)
    assert read_by_oxigraph(document, format) == set(graph)
    assert read_by_rdflib(document, format) == read_by_rdflib(serialise(graph, N_TRIPLES), N_TRIPLES)


@every_format
@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_hostile_text_comes_back_as_it_went(text, format):
    graph = list(record_triples(hostile(text), CATALOG))
    document = serialise(graph, format)
    assert read_by_oxigraph(document, format) == set(graph)
    assert read_by_rdflib(document, format) == read_by_rdflib(serialise(graph, N_TRIPLES), N_TRIPLES)


@every_format
@settings(max_examples=25, deadline=None)
@given(text=st.text(st.characters(exclude_categories=())))
def test_any_text_comes_back_as_it_went(text, format):
    graph = list(record_triples(hostile(text), CATALOG))
    assert read_by_oxigraph(serialise(graph, format), format) == set(graph)


@every_format
def test_the_same_triples_are_the_same_bytes(format):
    first, second = (serialise(record_triples(photograph(), CATALOG), format) for _ in range(2))
    assert first == second


@every_format
def test_nothing_at_all_is_a_document_too(format):
    assert read_by_oxigraph(serialise([], format), format) == set()


@every_format
def test_a_document_can_do_without_prefixes(format):
    graph = list(record_triples(photograph(), CATALOG))
    assert read_by_oxigraph(serialise(graph, format, prefixes={}), format) == set(graph)


@pytest.fixture(scope="module")
def union() -> set[Triple]:
    """The graphs of 2,000 records, each written by itself, and that of the catalog."""
    graph = {triple for entry in dump(2000) for triple in record_triples(entry, CATALOG)}
    return graph.union(catalog_triples(CATALOG, AGENCIES))


@every_format
def test_a_dump_is_the_union_of_its_records(format, union):
    document = b"".join(stream(dump(2000), CATALOG, format, AGENCIES))
    assert read_by_oxigraph(document, format) == union


@every_format
def test_a_dump_is_read_by_rdflib(format):
    document = b"".join(stream(dump(20), CATALOG, format, AGENCIES))
    expected = b"".join(stream(dump(20), CATALOG, N_TRIPLES, AGENCIES))
    assert read_by_rdflib(document, format) == read_by_rdflib(expected, N_TRIPLES)


@every_format
def test_a_dump_of_no_records_is_the_catalog(format):
    document = b"".join(stream([], CATALOG, format))
    assert read_by_oxigraph(document, format) == set(catalog_triples(CATALOG))


@every_format
def test_a_dump_reads_its_records_only_as_it_is_asked(format):
    entries = dump(10)
    next(stream(entries, CATALOG, format))
    assert next(entries).public_id in ("r0", "r1")


@every_format
def test_the_memory_of_a_dump_does_not_grow_with_it(format):
    chunks = stream(dump(400), CATALOG, format, AGENCIES)
    tracemalloc.start()
    peaks = []
    for count in (100, 300):
        for _ in islice(chunks, count):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.reset_peak()
    tracemalloc.stop()
    assert peaks[1] < peaks[0] + 200_000


def test_an_agency_is_described_once_in_a_dump():
    document = b"".join(stream(dump(50), CATALOG, N_TRIPLES, AGENCIES))
    assert document.count(b'org/permits> <http://xmlns.com/foaf/0.1/name> "Permits Office"') == 1


def test_prefixes_and_root_stand_once_in_a_dump():
    assert b"".join(stream(dump(5), CATALOG, TURTLE)).count(b"@prefix dcat:") == 1
    assert b"".join(stream(dump(5), CATALOG, RDF_XML)).count(b"<rdf:RDF") == 1


def test_json_ld_is_read_without_fetching_anything():
    document = json.loads(serialise(record_triples(photograph(), CATALOG), JSON_LD))
    context, image = document["@context"], document["@graph"][0]
    assert isinstance(context, dict)
    assert image["@type"][0] == "dcat:Dataset"
    assert image["dcterms:title"]["@language"] == "en"
    assert image["dcat:distribution"] == [
        "https://images.city.example/copy/01K8QW",
        "https://images.city.example/copy/01K8R3",
    ]


def test_json_ld_keeps_a_value_of_another_kind_than_its_property_usually_has():
    about, title = NamedNode("https://a.example/1"), NamedNode("http://purl.org/dc/terms/issued")
    graph = {
        Triple(about, title, Literal("1987", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#gYear"))),
        Triple(about, title, NamedNode("https://a.example/2")),
        Triple(about, title, Literal("in words")),
    }
    assert read_by_oxigraph(serialise(graph, JSON_LD), JSON_LD) == graph
