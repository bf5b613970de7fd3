"""What every address answers for a record in every state: a table, and everything that lists records beside it."""

import csv
import io
import json

import pytest
from lxml import etree

from tests.planted import plant
from tests.planted import said as body

OAI = "{http://www.openarchives.org/OAI/2.0/}"
LIVE = ("standing", "root", "split", "unmerged")
REMEMBERED = ("absorbed", "withdrawn", "narrowed")
"""Deleted in OAI-PMH: they stood once, and the public could see them."""
HIDDEN = ("pending", "restricted", "embargoed", "internal")
ENDINGS = ("ttl", "rdf", "jsonld", "nt")

PAGE = {
    "standing": 200, "root": 200, "split": 200, "unmerged": 200, "absorbed": 301, "withdrawn": 410, "narrowed": 410,
    "pending": 404, "restricted": 404, "embargoed": 404, "internal": 404,
}  # fmt: skip
PICTURE = PAGE | {"absorbed": 200, "withdrawn": 404, "narrowed": 404}
FILING = PAGE | {"absorbed": 200, "narrowed": 404}
CORRECT = PAGE | {"absorbed": 302, "withdrawn": 404, "narrowed": 404}
TABLE = {
    "/image/{record}": PAGE,
    "/image/{record}/correct": CORRECT,
    "/filing/{filing}/correct": CORRECT | {"absorbed": 200},
    "/id/image/{record}": PAGE | dict.fromkeys(LIVE, 303),
    **{f"/id/image/{{record}}.{ending}": PAGE for ending in ENDINGS},
    "/api/records/{record}/": PAGE,
    "/api/filings/{filing}/": FILING,
    **{f"/image/{{record}}/{kind}": PICTURE for kind in ("thumbnail", "preview")},
    **{f"/copy/{{copy}}/{kind}": PICTURE for kind in ("thumbnail", "preview", "original")},
    **{f"/copy/{{copy}}/{kind}": PICTURE for kind in ("description.xml", "described")},
}
NEGOTIATED = ("text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples")


@pytest.fixture
def city(file_it, run_jobs, agencies, schemes, person):
    return plant(file_it, run_jobs, agencies, person)


def test_every_address_answers_as_the_table_says(client, city):
    said, expected = {}, {}
    for address, statuses in TABLE.items():
        for state, status in statuses.items():
            one = city[state]
            asked = address.format(record=one.record.public_id, copy=one.copy.public_id, filing=one.filing.public_id)
            expected[state, address] = status
            answer = client.get(asked)
            said[state, address], content = answer.status_code, body(answer)
            if status in (301, 410):
                assert {"no-store", "no-cache"} & set(answer["Cache-Control"].split(", ")), asked
            if status == 410:
                assert one.word.encode() not in content, asked
    for mime in NEGOTIATED:
        for state, status in PAGE.items():
            answer = client.get(f"/id/image/{city[state].record.public_id}", headers={"accept": mime})
            expected[state, mime], said[state, mime] = status, answer.status_code
    assert said == expected


def test_an_absorbed_address_leads_to_the_one_that_answers(client, city):
    root, absorbed = city["root"].record.public_id, city["absorbed"].record.public_id
    for address in ("/image/{}", "/id/image/{}.ttl", "/api/records/{}/"):
        answer = client.get(address.format(absorbed))
        assert answer["Location"].partition("?")[0] == address.format(root)
        assert client.get(answer["Location"]).status_code == 200


def lists(client) -> dict[str, bytes]:
    """Everything that lists records, as it says it to a visitor."""
    addresses = [
        "/", "/?q=planted", "/?view=list", "/api/records/?per_page=100", "/data.json", "/dcat-us-3.json",
        "/changes.atom",
        "/sitemap-1.xml", *(f"/catalog.{ending}" for ending in ENDINGS), "/catalog.ttl?after=", "/catalog.nt?q=planted",
        *(f"/export.{ending}" for ending in ("csv", "xml", *ENDINGS)), "/export.csv?q=planted",
    ]  # fmt: skip
    return {address: body(client.get(address)) for address in addresses}


def test_every_list_holds_what_stands_and_nothing_else(client, city):
    for address, said in lists(client).items():
        for state in LIVE:
            one = city[state]
            assert one.record.public_id.encode() in said or one.word.encode() in said, (address, state)
        for state in (*HIDDEN, "withdrawn", "narrowed"):
            one = city[state]
            assert not [i for i in one.ids | one.new_ids | {one.word} if i.encode() in said], (address, state)


def test_every_count_counts_what_stands(client, city):
    number = len(LIVE)
    assert client.get("/api/records/").json()["total"] == number
    facets = client.get("/api/records/facets/").json()
    assert facets["total"] == number
    assert {one["slug"] for one in facets["agency"]} == {"building", "metro"}
    for agency in ("police", "housing"):
        assert client.get("/api/records/", {"agency": agency}).json()["total"] == 0
    assert len(json.loads(body(client.get("/data.json")))["dataset"]) == number
    assert len(json.loads(body(client.get("/dcat-us-3.json")))["dataset"]) == number
    assert len(list(csv.DictReader(io.StringIO(body(client.get("/export.csv")).decode("utf-8-sig"))))) == number
    assert body(client.get("/sitemap-1.xml")).count(b"<loc>") == number
    assert client.get("/changes.atom").content.count(b"<entry>") == number


def test_who_is_signed_in_sees_what_is_internal_too(client, city, person, agencies):
    client.force_login(person("stranger", viewer=[agencies["streets"]]))
    for address, said in lists(client).items():
        shown = {state for state in HIDDEN if city[state].word.encode() in said}
        assert shown == (set() if "sitemap" in address else {"internal"}), address


@pytest.mark.parametrize("prefix", ["oai_dc", "oai_dcterms", "rdf"])
def test_harvesters_hear_of_deletions_and_of_nothing_hidden(client, city, prefix):
    def ask(**arguments) -> etree._Element:
        return etree.fromstring(client.get("/oai", arguments).content)

    headers = {}
    for verb in ("ListIdentifiers", "ListRecords"):
        answer = ask(verb=verb, metadataPrefix=prefix)
        headers[verb] = {
            header.findtext(f"{OAI}identifier").rpartition(":")[2]: header.get("status") == "deleted"
            for header in answer.iter(f"{OAI}header")
        }
        if verb == "ListRecords":
            assert len(answer.findall(f".//{OAI}metadata")) == len(LIVE)
    expected = {city[state].record.public_id: False for state in LIVE}
    expected |= {city[state].record.public_id: True for state in REMEMBERED}
    assert headers == {"ListIdentifiers": expected, "ListRecords": expected}
    base = next(ask(verb="ListIdentifiers", metadataPrefix=prefix).iter(f"{OAI}identifier")).text.rpartition(":")[0]
    for state, one in city.items():
        answer = ask(verb="GetRecord", metadataPrefix=prefix, identifier=f"{base}:{one.record.public_id}")
        error, header = answer.find(f"{OAI}error"), answer.find(f".//{OAI}header")
        if one.record.public_id in expected:
            assert (header.get("status") == "deleted") == expected[one.record.public_id], state
            assert (answer.find(f".//{OAI}metadata") is None) == expected[one.record.public_id], state
        else:
            assert error.get("code") == "idDoesNotExist", state
    said = client.get("/oai", {"verb": "ListSets"}).content.decode()
    assert "dept:police" not in said
    assert "dept:housing" not in said
