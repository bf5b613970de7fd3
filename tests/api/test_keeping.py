"""An agency's program amends its filings, changes for whom they are, and withdraws them."""

import pytest
from django.urls import reverse

from catalog.models import Filing, Source

from .conftest import form

WHY = "Filed under the wrong permit."


@pytest.fixture
def mine(program, filer):
    return program(filer)


@pytest.fixture
def filing(filed, agency):
    return Filing.objects.get(copy__record=filed(agency, title="Zanzibar"))


def send(client, verb: str, filing: Filing, **body):
    return client.post(reverse(f"api-{verb}", args=[filing.public_id]), body, format="json")


def test_a_withdrawn_record_answers_410_with_who_when_and_why(mine, anyone, filing):
    record = filing.copy.record
    told = send(mine, "withdraw", filing, reason=WHY)
    assert told.status_code == 200
    assert (told.json()["reason"], told.json()["record_state"]) == (WHY, "withdrawn")
    for name, public_id in (("api-record", record.public_id), ("api-filing", filing.public_id)):
        answer = anyone.get(reverse(name, args=[public_id]))
        assert answer.status_code == 410
        assert answer["Content-Type"].startswith("application/problem+json")
        said = answer.json()
        assert (said["withdrawn_by"], said["reason"]) == ("Building and Safety", WHY)
        assert "anzibar" not in answer.content.decode()
    again = send(mine, "withdraw", filing, reason=WHY)
    assert (again.status_code, again.json()["type"].rpartition("#")[2]) == (409, "already-withdrawn")


def test_it_takes_a_reason(mine, filing):
    assert send(mine, "withdraw", filing).status_code == 400
    assert send(mine, "withdraw", filing, reason=" ").status_code == 400
    assert send(mine, "audience", filing, audience="internal").status_code == 400


def test_a_filing_is_meant_for_others(mine, anyone, filing, run_jobs):
    public = filing.copy.record
    told = send(mine, "audience", filing, audience="internal", embargo_until="2999-01-01", reason=WHY)
    assert told.status_code == 200
    said = told.json()
    assert (said["audience"], said["audience_after"], said["embargo_until"]) == ("restricted", "internal", "2999-01-01")
    gone = anyone.get(reverse("api-record", args=[public.public_id]))
    assert (gone.status_code, set(gone.json()) & {"reason", "withdrawn_by"}) == (410, set())
    assert anyone.get(reverse("api-filing", args=[filing.public_id])).status_code == 404
    wrong = send(mine, "audience", filing, audience="internal", embargo_until="1999-01-01", reason=WHY)
    assert (wrong.status_code, wrong.json()["problems"][0]["element"]) == (422, "embargo_until")


def test_an_element_is_stated_otherwise(mine, anyone, filing):
    stated = ["Mill", {"value": "Molino", "language": "es"}]
    assert send(mine, "amend", filing, element="subject", values=stated, reason=WHY).status_code == 200
    record = anyone.get(reverse("api-record", args=[filing.copy.record.public_id])).json()
    (subjects,) = [e["values"] for e in record["description"] if e["element"] == "subject"]
    assert [(v["value"], v["language"]) for v in subjects] == [("Mill", ""), ("Molino", "es")]
    for body, status in (
        ({"element": "created", "values": ["last spring"]}, 422),
        ({"element": "colour", "values": ["red"]}, 422),
        ({"element": "title", "values": []}, 422),
        ({"element": "title", "values": [7]}, 400),
        ({"element": "title"}, 400),
    ):
        assert send(mine, "amend", filing, **body).status_code == status


def test_only_those_who_file_for_its_agency_may(program, person, anyone, agencies, filing, filer):
    source = Source.objects.create(agency=agencies["metro"], name="scans", kind=Source.Kind.API)
    both = person("both", filer=[agencies["building"], agencies["metro"]])
    for client, status in (
        (anyone, 401),
        (program(person("elsewhere", officer=[agencies["metro"]])), 403),
        (program(person("viewer", viewer=[agencies["building"]])), 403),
        (program(filer, write=False), 403),
        (program(both, source=source), 403),
    ):
        for verb, body in (
            ("withdraw", {"reason": WHY}),
            ("audience", {"audience": "internal", "reason": WHY}),
            ("amend", {"element": "title", "values": ["Mine"]}),
        ):
            assert send(client, verb, filing, **body).status_code == status
    filing.refresh_from_db()
    assert (filing.audience, filing.is_withdrawn) == ("public", False)


def test_an_image_is_filed_for_a_later_day(mine, anyone):
    answer = mine.post(reverse("api-filings"), form(embargo_until="2999-01-01"), format="multipart")
    assert answer.status_code == 201
    said = answer.json()
    assert (said["audience"], said["audience_after"], said["embargo_until"]) == ("restricted", "public", "2999-01-01")
    assert anyone.get(said["url"]).status_code == 404
    wrong = mine.post(reverse("api-filings"), form(embargo_until="soon"), format="multipart")
    (problem,) = wrong.json()["problems"]
    assert (wrong.status_code, problem["element"], problem["value"]) == (422, "embargo_until", "soon")
    assert problem["example"] in problem["message"]
