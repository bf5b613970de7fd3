import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.models import Decision, Record
from catalog.models.public_id import new_public_id
from catalog.services import deciding
from tests.conftest import drawn, jpeg, with_exif

HOSTILE = [
    "<script>alert(1)</script>", "' OR 1=1 --", '"', "*", "_", "\u0000", "%00", "a\u202eb", "\\", "NEAR(", "AND", "-",
    "'; DROP TABLE catalog_record; --", "{{7*7}}", "{0.__class__}", "🏙", "a" * 300, ":*", "!&|()", "title:x", "\u00ad",
]  # fmt: skip


def search(client, **params):
    return client.get(reverse("api-records"), params)


def read(client, record):
    return client.get(reverse("api-record", args=[record.public_id]))


# ---- searching -----------------------------------------------------------------------------------------------


def test_a_record_is_found_with_what_is_needed_to_show_it(anyone, filed, agency):
    record = filed(agency, title="North elevation of the mill")
    found = search(anyone, q="elevations").json()
    assert found["total"] == 1
    assert found["results"] == [
        {
            "id": record.public_id,
            "url": f"http://testserver/api/records/{record.public_id}/",
            "page_url": f"http://testserver/image/{record.public_id}",
            "title": "North elevation of the mill",
            "agency": {"slug": "building", "name": "Building and Safety"},
            "year": None,
            "thumbnail_url": f"http://testserver/copy/{record.best_copy.public_id}/thumbnail",
            "filing_count": 1,
            "has_conflict": False,
        }
    ]


def test_the_search_is_narrowed_by_agency_year_and_number(anyone, filed, agencies, schemes):
    filed(agencies["building"], seed=1, created="1998-05", numbers=[("apn", "5149 015 902")])
    filed(agencies["metro"], seed=2, created="2004")
    assert search(anyone, agency="metro").json()["total"] == 1
    assert search(anyone, agency="nobody").json()["total"] == 0
    assert search(anyone, year="1998").json()["results"][0]["year"] == 1998
    assert search(anyone, number="apn:5149015902").json()["total"] == 1
    assert search(anyone, number="apn:5149-015-903").json()["total"] == 0
    assert search(anyone, q="APN 5149.015.902").json()["total"] == 1


def test_pages_lead_to_one_another(anyone, filed, agency):
    for seed in range(1, 4):
        filed(agency, seed=seed, title=f"Mill {seed}")
    first = search(anyone, q="mill", per_page=2).json()
    assert (first["total"], first["pages"], first["previous"], len(first["results"])) == (3, 2, None, 2)
    second = anyone.get(first["next"]).json()
    assert (second["page"], second["next"], len(second["results"])) == (2, None, 1)
    assert anyone.get(second["previous"]).json()["results"] == first["results"]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"year": "98"}, "year: Write a year with four digits"),
        ({"year": "\u0661\u0669\u0669\u0668"}, "year: Write a year with four digits"),
        ({"page": "0"}, "page: "),
        ({"page": "two"}, "page: A valid integer is required"),
        ({"page": "9"}, "There is no page 9; the last one is 1."),
        ({"page": "9" * 2000}, "page: "),
        ({"per_page": "101"}, "per_page: "),
        ({"number": "5149015902"}, "number: Write a numbering system, a colon and the number"),
        ({"number": "apn:12"}, "is not an assessor parcel number of ten digits"),
        ({"agency": "a b"}, "agency: "),
        ({"q": "a" * 301}, "q: "),
        ({"agencyy": "metro"}, "agencyy: There is no such parameter. Known: page, per_page, q, agency, year, number,"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused_in_words(anyone, schemes, params, words):
    answer = search(anyone, **params)
    assert answer.status_code == 400
    assert words in answer.json()["detail"]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", ["q", "agency", "year", "number", "page", "per_page", "<i>"])
def test_hostile_parameters_break_nothing(anyone, filed, agency, schemes, name, text):
    assert search(anyone, **{name: text}).status_code in (200, 400)


def test_halves_of_characters_in_parameters_break_nothing(anyone):
    answer = anyone.get("/api/records/?number=%5Cud800&q=%5Cud800", CONTENT_TYPE="text/plain; charset=unicode_escape")
    assert answer.status_code in (200, 400)
    assert answer.json()


def test_facets_count_what_is_found(anyone, filed, agencies):
    filed(agencies["building"], seed=1, created="1998")
    filed(agencies["metro"], seed=2, created="1998")
    facets = anyone.get(reverse("api-facets"), {"year": "1998"}).json()
    assert facets["total"] == 2
    assert facets["year"] == [{"year": 1998, "count": 2}]
    assert {"slug": "metro", "name": "Metro", "count": 1} in facets["agency"]
    assert anyone.get(reverse("api-facets"), {"page": "2"}).status_code == 400


def test_nobody_counts_what_they_may_not_see(anyone, program, person, filed, agencies):
    filed(agencies["police"], audience="restricted", created="1998")
    for client in (anyone, program(person("m", administrator=[agencies["metro"]]))):
        facets = client.get(reverse("api-facets")).json()
        assert facets == {
            "total": 0, "is_capped": False,
            **dict.fromkeys(("agency", "year", "source", "place", "subject", "format", "has"), []),
        }  # fmt: skip
    assert search(program(person("p", viewer=[agencies["police"]]))).json()["total"] == 1


def test_a_search_asks_the_database_three_times_however_much_is_found(anyone, filed, agency, django_assert_num_queries):
    for seed in range(1, 5):
        filed(agency, seed=seed)
    with django_assert_num_queries(3):
        assert search(anyone).json()["total"] == 4


def test_a_search_by_token_asks_twice_more(program, filer, filed, agency, django_assert_num_queries):
    filed(agency)
    client = program(filer)
    with django_assert_num_queries(5):
        search(client)


# ---- one record ----------------------------------------------------------------------------------------------


@pytest.fixture
def shared_record(agencies, filed, schemes):
    """One record of two agencies: the same coded picture, other metadata in the files, two parcels."""
    data = jpeg(drawn(3))
    filed(
        agencies["building"], data=data, title="Corner of Mill Street", numbers=[("apn", "5149015902")], created="1998"
    )
    other = with_exif(data, artist="Ama Osei")
    return filed(
        agencies["metro"], data=other, title="Mill Street stop", numbers=[("apn", "5149015903")], created="2004"
    )


def test_a_record_is_told_with_its_filings_and_evidence(anyone, shared_record, agencies):
    told = read(anyone, shared_record).json()
    assert told["id"] == shared_record.public_id
    assert told["state"] == "standing"
    assert told["why"][0].startswith("Building and Safety's filing is the record copy.")
    assert [f["agency"]["slug"] for f in told["filings"]] == ["building", "metro"]
    assert [f["is_record_copy"] for f in told["filings"]] == [True, False]
    best, other = told["copies"]
    assert (best["is_best"], other["is_best"]) == (True, False)
    assert other["evidence"]["supports"] == "same-image"
    assert other["evidence"]["measurements"] == {"same": "coded"}
    assert other["differs"]
    assert len(other["sha256"]) == 64
    assert {f for c in told["copies"] for f in c["filings"]} == {f["id"] for f in told["filings"]}
    assert [i["value"] for i in told["identifiers"]] == ["5149-015-902", "5149-015-903"]
    assert {c["element"] for c in told["conflicts"]} == {"created", "identifier:apn"}
    title = next(e for e in told["description"] if e["element"] == "title")
    assert title["values"][0]["agencies"] == ["Building and Safety"]
    assert title["values"][0]["because"]
    assert told["history"]
    assert told["absorbed"]


def test_an_absorbed_record_leads_to_the_one_that_answers(anyone, shared_record):
    absorbed = Record.objects.get(state=Record.State.ABSORBED)
    answer = read(anyone, absorbed)
    assert answer.status_code == 301
    assert answer["Location"] == reverse("api-record", args=[shared_record.public_id])
    assert answer["Cache-Control"] == "no-store"


def test_decisions_and_relations_are_told_at_both_ends(anyone, two, officer):
    a, b = two
    deciding.decide(
        copy_a=a.best_copy, copy_b=b.best_copy, verdict="derivative", reason="Smaller", by=officer, at=timezone.now()
    )
    here, there = read(anyone, a).json(), read(anyone, b).json()
    assert here["relations"][0]["record"] == b.public_id
    assert (here["relations"][0]["is_from_here"], there["relations"][0]["is_from_here"]) == (False, True)
    assert here["decisions"][0]["verdict"] == "derivative"
    assert anyone.get(here["decisions"][0]["url"]).status_code == 200


def test_a_pending_record_answers_its_own_agency_alone(anyone, program, person, file_it, agencies):
    record = file_it(jpeg(drawn()), agencies["building"]).filing.copy.record
    told = read(program(person("own", viewer=[agencies["building"]])), record).json()
    assert (told["state"], told["filings"][0]["state"]) == ("pending", "received")
    assert read(anyone, record).status_code == 404
    assert read(program(person("other", administrator=[agencies["metro"]])), record).status_code == 404


def test_a_file_that_cannot_be_read_is_said_to_its_own_agency(anyone, program, filer, filed, agency):
    record = filed(agency, data=jpeg(drawn())[:100])
    told = read(program(filer), record).json()
    assert told["state"] == "quarantined"
    assert told["reason"]
    assert read(anyone, record).status_code == 404


def test_what_one_may_not_see_answers_as_what_is_not_there(anyone, program, person, filed, file_it, agencies):
    hidden = filed(agencies["police"], audience="restricted")
    pending = file_it(jpeg(drawn(9)), agencies["building"], key="p").filing.copy.record
    nothing = Record(public_id=new_public_id())
    for client in (anyone, program(person("m", administrator=[agencies["metro"]]))):
        answers = [read(client, record) for record in (hidden, pending, nothing)]
        assert {a.status_code for a in answers} == {404}
        assert len({a.content for a in answers}) == 1
        assert len({str(sorted(a.headers.items())) for a in answers}) == 1


@pytest.mark.parametrize("role", ["viewer", "filer", "officer", "administrator"])
def test_every_role_of_the_agency_reads_its_restricted_records(program, person, filed, agencies, role):
    hidden = filed(agencies["police"], audience="restricted")
    assert read(program(person("p", **{role: [agencies["police"]]})), hidden).status_code == 200


def test_answers_are_not_kept_for_others(anyone, program, filer, filed, agency):
    record = filed(agency)
    answer = read(program(filer), record)
    assert answer["Cache-Control"] == "private, no-store"
    assert {"Authorization", "Cookie"} <= set(answer["Vary"].split(", "))
    assert read(anyone, record)["Cache-Control"] == "no-cache"


def test_hostile_words_come_back_word_for_word_and_inert(anyone, filed, agency):
    title = "<img src=x onerror=alert(1)>\"' {{7*7}}"
    answer = read(anyone, filed(agency, title=title, name="=cmd|'/c calc'!A0.jpg"))
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.json()["title"] == title


def test_reading_asks_the_database_as_often_for_one_copy_as_for_many(
    anyone, filed, agencies, django_assert_max_num_queries
):
    data = jpeg(drawn(3))
    for n, slug in enumerate(agencies):
        record = filed(agencies[slug], data=with_exif(data, artist=f"Person {n}"), numbers=())
    assert record.copies.count() == 5
    with django_assert_max_num_queries(13):
        assert len(read(anyone, record).json()["copies"]) == 5


def test_a_session_reads_as_its_person(filer, filed, agency):
    client = Client()
    client.force_login(filer)
    assert read(client, filed(agency, audience="restricted")).status_code == 200


def test_an_undone_decision_is_not_told_as_standing(anyone, two, officer):
    a, b = two
    decision = deciding.decide(
        copy_a=a.best_copy, copy_b=b.best_copy, verdict="same-scene", reason="", by=officer, at=timezone.now()
    )
    deciding.undo(decision=decision, by=officer, at=timezone.now())
    assert Decision.objects.count() == 1
    assert read(anyone, a).json()["decisions"] == []
    assert read(anyone, a).json()["relations"] == []
