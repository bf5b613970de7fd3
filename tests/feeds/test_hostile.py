"""A thousand generated records full of hostile text: every export stays well-formed and says what the page says."""

import csv
import html
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import rdflib
from django.db import transaction
from django.utils import timezone
from lxml import etree
from pyoxigraph import RdfFormat, Triple, parse

from bench import many
from catalog.formats.entry import Entry
from catalog.formats.qualified import write_qualified_dublin_core
from catalog.formats.rdf import record_triples
from catalog.formats.serialise import FORMATS, N_TRIPLES, Format, serialise
from catalog.metadata.catalog_csv import open_catalog_csv
from catalog.models import Agency, Record, Scheme, Source
from catalog.services import entries, feeding, searching
from catalog.services.loading import Item, file_descriptions

RECORDS = 1_000
SHACL_EVERY = 100
"""Shapes take half a second a record; every kind of hostile text is among ten of them."""
SLOW_EVERY = 20
"""rdflib takes some hundredths of a second a record and format; pyoxigraph reads every record."""
DC = "{http://purl.org/dc/elements/1.1/}"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def rows(shared, tmp_path_factory) -> list:
    path = tmp_path_factory.mktemp("many") / "many.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([many.HEADING, *many.rows(RECORDS, hostile_every=1)])
    return list(open_catalog_csv(path, list(many.SCHEMES)).rows())


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker, rows) -> Iterator[None]:
    """All the records, filed by five departments and taken in by search and feeds, once for all that is asked here."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        for slug, label in many.SCHEMES.items():
            Scheme.objects.create(slug=slug, label=label, normaliser=slug)
        for slug, name in many.DEPARTMENTS.items():
            agency = Agency.objects.create(slug=slug, name=name)
            source = Source.objects.create(agency=agency, name="inventory", kind=Source.Kind.TABLE)
            items = [Item(row.key, row.values, row.identifiers) for row in rows if row.agency == slug]
            file_descriptions(
                agency=agency, source=source, items=items, audience="public", filed_by=None, at=timezone.now()
            )
        closed = feeding.closed_until() + timedelta(seconds=1)
        while searching.follow():
            pass
        patch.setattr(feeding, "closed_until", lambda: closed)  # all seconds are over
        yield
        transaction.set_rollback(True)


def all_entries() -> Iterator[Entry]:
    return feeding.entries_of(None)


def body(client, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_every_generated_row_can_be_filed(rows):
    assert len(rows) == RECORDS
    assert not [row for row in rows if row.problems]


def test_the_same_seed_gives_the_same_table(shared):
    assert list(many.rows(60, seed=3)) == list(many.rows(100, seed=3))[:60]
    assert list(many.rows(10, seed=3)) != list(many.rows(10, seed=4))


def test_a_thousand_hostile_records_pass_every_gate(client, city, check, shared, tmp_path, monkeypatch):
    for address, gate in (("/data.json", check.check_datajson), ("/dcat-us-3.json", check.check_dcatus3)):
        path = tmp_path / "catalog.json"
        path.write_bytes(body(client, address))
        assert gate(path) == 0
        assert len(json.loads(path.read_text())["dataset"]) == RECORDS
    monkeypatch.setattr(check.urllib.request, "urlopen", lambda address: io.BytesIO(body(client, address)))
    assert check.check_oai("/oai") == 0
    assert valid_simple_records(client, shared) == RECORDS
    assert [e.public_id for e in list(all_entries())[::SLOW_EVERY] if not is_valid_sidecar(e, check, tmp_path)] == []
    shown = list(all_entries())[::SHACL_EVERY]
    path = tmp_path / "graph.nt"
    catalog = entries.catalog_entry()
    path.write_bytes(b"".join(serialise(record_triples(entry, catalog), N_TRIPLES) for entry in shown))
    path.write_bytes(path.read_bytes() + body(client, "/catalog.nt?after=&q=nothing-bears-this"))
    assert check.check_rdf([path]) == 0


def valid_simple_records(client, shared: Path) -> int:
    schema = etree.XMLSchema(etree.parse(shared / "conformance" / "oai-pmh-xsd" / "oai_dc.xsd"))
    records = etree.fromstring(body(client, "/export.xml"))
    for record in records:
        assert schema.validate(etree.ElementTree(record)), schema.error_log
    return len(records)


def is_valid_sidecar(entry: Entry, check, folder: Path) -> bool:
    path = folder / "sidecar.xml"
    path.write_bytes(write_qualified_dublin_core(entry, entries.catalog_entry()))
    return check.check_xsd("qualifieddc", path) == 0


def test_four_serialisations_of_each_record_are_one_graph_in_two_readers(city, monkeypatch):
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    catalog, count = entries.catalog_entry(), 0
    for number, entry in enumerate(all_entries()):
        graph = list(record_triples(entry, catalog))
        documents = {format: serialise(graph, format) for format in FORMATS}
        for format, document in documents.items():
            assert read_by_oxigraph(document, format) == set(graph), (format.name, entry.public_id)
        if number % SLOW_EVERY == 0:
            assert len({read_by_rdflib(document, format) for format, document in documents.items()}) == 1
        count += 1
    assert count == RECORDS


def read_by_oxigraph(document: bytes, format: Format) -> set[Triple]:
    return {quad.triple for quad in parse(document, format=RdfFormat.from_media_type(format.media_type))}


def read_by_rdflib(document: bytes, format: Format) -> frozenset[str]:
    """Return the graph, which has no blank nodes, as lines of N-Triples in rdflib's own hand."""
    graph = rdflib.Graph().parse(data=document, format=format.media_type)
    return frozenset(" ".join(term.n3() for term in triple) for triple in graph)


def test_page_api_and_exports_say_the_same(client, city):
    of_table = {
        row["record"]: row["title"] for row in csv.DictReader(io.StringIO(body(client, "/export.csv").decode()[1:]))
    }
    of_xml = {}
    for record in etree.fromstring(body(client, "/export.xml")):
        address = next(e.text for e in record.iter(f"{DC}identifier") if "/id/image/" in e.text or "/image/" in e.text)
        of_xml[address.rpartition("/")[2]] = [e.text for e in record.iter(f"{DC}title")]
    of_json = {
        d["identifier"].rpartition("/")[2]: d["title"] for d in json.loads(body(client, "/data.json"))["dataset"]
    }
    assert len(of_table) == len(of_xml) == len(of_json) == RECORDS
    for record in Record.objects.order_by("id"):
        key, title = record.public_id, record.title
        assert [of_table[key].removeprefix("'")] == of_xml[key] == [of_json[key]] == [title]
    for record in Record.objects.order_by("id")[::SLOW_EVERY]:
        said = client.get(f"/api/records/{record.public_id}/").json()
        assert said["title"] == record.title
        page = client.get(record.get_absolute_url()).content.decode()
        assert html.unescape(re.search("<h1>(.*?)</h1>", page, re.DOTALL)[1]) == record.title
        described = {v["value"] for element in said["description"] for v in element["values"]}
        shown = {
            html.unescape(v)
            for v in re.findall(r'<span class="value"[^>]*>(?:<a [^>]*>)?(.*?)(?:</a>)?</span>', page, re.DOTALL)
        }
        dates = {v["value"] for e in said["description"] if e["element"] == "created" for v in e["values"]}
        points = {v["value"] for e in said["description"] if e["element"] == "spatial" for v in e["values"]}
        assert described - dates - points <= shown
