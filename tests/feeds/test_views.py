"""Identifiers and the catalog as RDF, as somebody else's parser reads them."""

import pytest
import rdflib
from django.utils import timezone

from catalog.feeds import views
from catalog.models import Copy
from catalog.services import deciding
from tests.conftest import drawn, jpeg, with_exif

# rdflib's own JSON-LD parser warns of itself.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Dataset.default_context:DeprecationWarning", "ignore:ConjunctiveGraph is:DeprecationWarning"
)
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
HYDRA = rdflib.Namespace("http://www.w3.org/ns/hydra/core#")
PARSERS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld", "nt": "nt"}


@pytest.fixture
def city(file_it, run_jobs, agencies, schemes):
    """Three records: one filed three times, one alone, one restricted."""
    data = jpeg(drawn(1, (640, 480)))
    number = [("permit", "21016-10000-12345")]
    file_it(data, agencies["building"], key="a", title="Mill & <Street> \u202eיום\u0007", numbers=number)
    file_it(data, agencies["metro"], key="b", title="Corridor")
    file_it(with_exif(data, artist="A. Osei"), agencies["housing"], key="c", title="Site", created="2024-05-01")
    file_it(jpeg(drawn(2)), agencies["streets"], key="d", title="Curb")
    file_it(jpeg(drawn(3)), agencies["police"], key="e", title="Zanzibar", audience="restricted")
    run_jobs()
    return {c.filings.first().item_key: c for c in Copy.objects.all()}


def graph(response, ending: str) -> rdflib.Graph:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    read = rdflib.Dataset(default_union=True)
    read.parse(data=body, format=PARSERS[ending])
    plain = rdflib.Graph()
    for triple in read.triples((None, None, None)):
        plain.add(triple)
    return plain


def test_four_serialisations_of_a_record_are_one_graph(client, city):
    record = city["a"].record
    graphs = [graph(client.get(f"/id/image/{record.public_id}.{e}"), e) for e in PARSERS]
    assert len(graphs[0]) > 50
    assert all(set(g) == set(graphs[0]) for g in graphs)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/turtle", "text/turtle"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json;q=0.9, text/html;q=0.1", "application/ld+json"),
    ],
)
def test_a_format_is_negotiated(client, city, accept, media_type):
    response = client.get(f"/id/image/{city['a'].record.public_id}", headers={"accept": accept})
    assert response["Content-Type"].startswith(media_type)
    assert "Accept" in response["Vary"]


def test_people_are_sent_to_the_page(client, city):
    record = city["a"].record
    response = client.get(f"/id/image/{record.public_id}", headers={"accept": "text/html"})
    assert (response.status_code, response["Location"]) == (303, record.get_absolute_url())


def test_the_catalog_too_is_negotiated(client, city):
    assert (
        client.get("/catalog", headers={"accept": "application/n-triples"})["Content-Type"] == "application/n-triples"
    )
    assert client.get("/catalog", headers={"accept": "text/html"})["Location"] == "/"
    assert client.get("/catalog", headers={"accept": "image/png"}).status_code == 406


def test_an_absorbed_address_answers_in_one_hop_and_is_not_remembered(client, city):
    home = city["c"].home_record
    response = client.get(f"/id/image/{home.public_id}.ttl")
    assert response.status_code == 301
    assert response["Location"] == f"/id/image/{city['a'].record.public_id}.ttl"
    assert response["Cache-Control"] == "no-store"
    negotiated = client.get(f"/id/image/{home.public_id}", headers={"accept": "text/turtle"})
    assert negotiated["Location"] == f"/id/image/{city['a'].record.public_id}"


def test_after_a_split_both_addresses_answer_for_themselves(client, city, officer):
    deciding.decide(copy_a=city["a"], copy_b=city["c"], verdict="different", reason="", by=officer, at=timezone.now())
    for key in ("a", "c"):
        assert client.get(f"/id/image/{city[key].home_record.public_id}.ttl").status_code == 200


def test_the_catalog_lists_what_the_reader_may_see(client, city, person, agencies):
    for ending in PARSERS:
        public = graph(client.get(f"/catalog.{ending}"), ending)
        assert len(set(public.subjects(rdflib.RDF.type, DCAT.Dataset))) == 2
        assert "Zanzibar" not in public.serialize(format="nt")
    client.force_login(person("sergeant", viewer=[agencies["police"]]))
    assert "Zanzibar" in graph(client.get("/catalog.nt"), "nt").serialize(format="nt")


def test_a_page_of_the_catalog_names_the_next_one(client, city, monkeypatch):
    monkeypatch.setattr(views, "PAGE", 1)
    address, found = "/catalog.ttl?after=", set()
    for _ in range(3):
        answer = client.get(address)
        page = graph(answer, "ttl")
        found |= set(page.subjects(rdflib.RDF.type, DCAT.Dataset))
        following = [str(one) for one in page.objects(None, HYDRA.next)]
        if not following:
            break
        assert answer["Link"] == f'<{following[0]}>; rel="next"'
        address = following[0].removeprefix("http://testserver")
    assert len(found) == 2
    assert not following
    of_one = graph(client.get("/catalog.nt?agency=streets"), "nt")
    assert len(set(of_one.subjects(rdflib.RDF.type, DCAT.Dataset))) == 1


def test_a_restricted_record_answers_like_one_that_is_not_there(client, city):
    there, absent = (client.get(f"/id/image/{i}.ttl") for i in (city["e"].record.public_id, "a" * 26))
    assert (there.status_code, there.content) == (absent.status_code, absent.content) == (404, absent.content)


def test_the_catalog_conforms_to_dcat_ap_and_dcat_us(client, city, check, tmp_path):
    path = tmp_path / "catalog.ttl"
    path.write_bytes(b"".join(client.get("/catalog.ttl").streaming_content))
    assert check.check_rdf([path]) == 0
