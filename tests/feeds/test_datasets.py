"""data.json, exports, sitemap, changes: valid and complete. Who sees what: tests/test_planted_words.py."""

import csv
import io
import json

import pytest
from lxml import etree
from PIL import Image

from catalog.models import Copy, Record
from catalog.services import feeding
from tests.conftest import drawn, jpeg

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def city(file_it, run_jobs, agencies, monkeypatch):
    """Three public records with hostile words, an internal one and a restricted one."""
    for number, (slug, title) in enumerate(
        [("building", "Mill & <Street> \u202eיום\u0007"), ("metro", "=Corridor|calc"), ("streets", "Curb ramp")]
    ):
        file_it(jpeg(drawn(number)), agencies[slug], key=f"{number}", title=title, created="2024-05-01")
    file_it(jpeg(drawn(8)), agencies["housing"], key="i", title="Yonkers", audience="internal")
    file_it(jpeg(drawn(9)), agencies["police"], key="z", title="Zanzibar", audience="restricted")
    run_jobs()
    feeding.closed_until()
    # All seconds are over: what was stamped in this one is shown, too.
    monkeypatch.setattr(feeding, "closed_until", lambda: feeding.timezone.now())
    return agencies


def body(client, address: str, **asked) -> bytes:
    answer = client.get(address, asked)
    assert answer.status_code == 200, address
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_both_versions_of_data_json_are_valid(client, city, check, tmp_path):
    for address, gate in (("/data.json", check.check_datajson), ("/dcat-us-3.json", check.check_dcatus3)):
        path = tmp_path / "catalog.json"
        path.write_bytes(body(client, address))
        assert gate(path) == 0
        assert len(json.loads(path.read_text())["dataset"]) == 3


def test_a_search_is_exported_whole(client, city):
    rows = list(csv.DictReader(io.StringIO(body(client, "/export.csv", q="curb").decode("utf-8-sig"))))
    assert [row["title"] for row in rows] == ["Curb ramp"]
    assert rows[0]["departments"] == "Street Services"
    everything = list(csv.DictReader(io.StringIO(body(client, "/export.csv").decode("utf-8-sig"))))
    assert len(everything) == 3
    assert "'=Corridor|calc" in {row["title"] for row in everything}
    by_agency = etree.fromstring(body(client, "/export.xml", agency="metro"))
    assert [title.text for title in by_agency.iter("{*}title")] == ["=Corridor|calc"]
    assert client.get("/export.pdf").status_code == 404


def test_the_feed_of_changes_is_atom(client, city):
    feed = etree.fromstring(body(client, "/changes.atom"))
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]
    assert len(titles) == 3
    assert "Curb ramp" in titles


def test_sitemaps_name_every_public_record(client, city):
    index = etree.fromstring(body(client, "/sitemap.xml"))
    found = set()
    for location in index.iter(f"{SITEMAP}loc"):
        page = etree.fromstring(body(client, location.text.removeprefix("http://testserver")))
        found |= {one.text.rpartition("/")[2] for one in page.iter(f"{SITEMAP}loc")}
    assert found == set(Record.objects.filter(audience_key="public").values_list("public_id", flat=True))
    assert client.get("/sitemap-7.xml").status_code == 404


def test_a_browser_learns_how_to_search_here(client, city):
    described = etree.fromstring(body(client, "/opensearch.xml"))
    assert described.find("{*}Url").get("template") == "http://testserver/?q={searchTerms}"


def test_a_file_is_given_with_its_description_beside_it_or_inside(client, city):
    copy = Copy.objects.get(record__title="Curb ramp")
    beside = etree.fromstring(body(client, f"/copy/{copy.public_id}/description.xml"))
    assert beside.findtext("{http://purl.org/dc/terms/}title") == "Curb ramp"
    inside = Image.open(io.BytesIO(body(client, f"/copy/{copy.public_id}/described")))
    original = Image.open(io.BytesIO(body(client, f"/copy/{copy.public_id}/original")))
    assert "Curb ramp" in str(inside.getxmp())
    assert inside.tobytes() == original.tobytes()
    assert "xmp" not in original.info


def test_a_description_of_what_one_may_not_see_is_not_there(client, city):
    for copy in Copy.objects.exclude(audience_key="public"):
        for address in ("description.xml", "described"):
            assert client.get(f"/copy/{copy.public_id}/{address}").status_code == 404


def test_a_file_that_cannot_hold_a_description_says_so(client, file_it, run_jobs, agency):
    picture = io.BytesIO()
    drawn(5).save(picture, "TIFF")
    copy = file_it(picture.getvalue(), agency, name="a.tif").filing.copy
    run_jobs()
    answer = client.get(f"/copy/{copy.public_id}/described")
    assert answer.status_code == 406
    assert "sidecar" in answer.content.decode()
