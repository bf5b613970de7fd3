import json
import threading

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from catalog import tasks
from catalog.models import Filing, Job, Record, Source, Statement
from catalog.models.public_id import new_public_id
from catalog.services import tracking
from tests.conftest import drawn, jpeg, tiny

from .conftest import form, upload


@pytest.fixture
def file(program, filer):
    """Send a filing: file(title="..."), file(client=..., headers=...); by default by a filer of `building`."""
    own = program(filer)

    def send(client=None, headers=None, **fields):
        return (client or own).post(reverse("api-filings"), form(**fields), format="multipart", headers=headers or {})

    return send


def elements(answer) -> list[str]:
    return [p["element"] for p in answer.json()["problems"]]


# ---- the way in ----------------------------------------------------------------------------------------------


def test_an_image_is_filed_followed_and_found(file, anyone, program, filer, run_jobs, schemes):
    answer = file(subject=["mills", "brick"], apn="5149 015 902", description="Two storeys.\nNorth side.")
    receipt = answer.json()
    assert answer.status_code == 201
    assert answer["Location"] == receipt["url"]
    assert (receipt["outcome"], receipt["is_repeat"], receipt["state"]) == ("filed", False, "received")
    assert (receipt["source"], receipt["audience"], receipt["file_name"]) == ("API", "public", "mill.jpg")

    run_jobs()
    told = anyone.get(receipt["url"]).json()
    assert (told["state"], told["open_reviews"], told["failed_job"]) == ("settled", 0, None)
    record = anyone.get(told["record"]["url"]).json()
    said = {e["element"]: [v["value"] for v in e["values"]] for e in record["description"]}
    assert said["subject"] == ["mills", "brick"]
    assert said["description"] == ["Two storeys.\nNorth side."]
    assert record["identifiers"] == [{"scheme": "apn", "label": "Parcel (APN)", "value": "5149-015-902"}]
    assert anyone.get(reverse("api-records"), {"q": "bricks"}).json()["results"][0]["id"] == record["id"]


def test_workers_are_told(file, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        file()
    assert sent == [tasks.work]


def test_the_description_may_be_one_json_object(file):
    metadata = {
        "title": {"value": "Acera rota", "language": "es"},
        "created": "1998",
        "subject": ["sidewalks", {"value": "Osei, Ama", "scheme": "person"}],
        "dcterms:source": "Box 12",
    }
    answer = file(title=None, created=None, metadata=json.dumps(metadata))
    assert answer.status_code == 201
    stated = Statement.objects.filter(filing__public_id=answer.json()["id"]).values_list("element", "value", "language")
    assert ("title", "Acera rota", "es") in stated
    assert ("source", "Box 12", "") in stated
    assert stated.count() == 5


def test_another_agency_that_files_the_same_bytes_adds_a_filing_to_the_record(
    file, program, person, agencies, run_jobs
):
    first = file().json()
    run_jobs()
    other = program(person("m", filer=[agencies["metro"]]))
    second = file(other, agency="metro").json()
    assert (second["outcome"], second["is_repeat"], second["state"]) == ("already here", False, "settled")
    assert second["record"] == first["record"]
    assert second["id"] != first["id"]


def test_an_undecided_pair_is_said(file, run_jobs):
    picture = drawn(7, size=(640, 480))
    file(file=upload(data=jpeg(picture)))
    second = file(file=upload(data=tiny(picture))).json()
    run_jobs()
    assert Record.objects.standing().count() == 2
    progress = tracking.progress_of(Filing.objects.get(public_id=second["id"]), None)
    assert progress.open_reviews == 1


def test_the_tokens_source_is_the_filings_source(file, program, filer, agency):
    source = Source.objects.create(agency=agency, name="scan room", kind=Source.Kind.API)
    client = program(filer, source=source)
    assert file(client, agency=None).json()["source"] == "scan room"
    assert file(client, agency=None, source="scan room").json()["is_repeat"]
    answer = file(client, source="elsewhere")
    assert answer.status_code == 403
    assert "scan room" in answer.json()["detail"]


def test_a_named_source_is_made_once(file):
    assert file(source="Scan  room").status_code == 201
    assert file(source="Scan  room", seed=2).status_code == 201
    assert Source.objects.get(kind="api").filings.count() == 2


def test_a_programs_filing_does_not_pretend_to_come_from_the_form(file, agency):
    Source.objects.create(agency=agency, name="Web form", kind=Source.Kind.FORM)
    answer = file(source="Web form")
    assert answer.status_code == 422
    assert elements(answer) == ["source"]


# ---- the same again ------------------------------------------------------------------------------------------


def test_the_same_file_again_is_the_same_filing(file):
    first, second = file(), file(title="Another title")
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["is_repeat"]
    assert second.json()["id"] == first.json()["id"]
    assert second["Location"] == first["Location"]
    assert Filing.objects.count() == 1


def test_two_pictures_of_the_same_name_do_not_supersede_one_another(file):
    assert file(file=upload(1, "IMG_0001.jpg")).status_code == 201
    assert file(file=upload(2, "IMG_0001.jpg")).status_code == 201
    assert Filing.objects.current().count() == 2


def test_other_bytes_under_the_same_item_key_supersede(file):
    file(item_key="a")
    file(seed=2, item_key="a")
    assert Filing.objects.count() == 2
    assert Filing.objects.current().count() == 1


@pytest.mark.parametrize("how", ["header", "quoted header", "field"])
def test_the_same_idempotency_key_gives_the_same_filing(file, how):
    def send(name):
        if how == "field":
            return file(file=upload(1, name), idempotency_key="k1")
        return file(headers={"Idempotency-Key": '"k1"' if how == "quoted header" else "k1"}, file=upload(1, name))

    first, second = send("a.jpg"), send("renamed.jpg")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


def test_an_idempotency_key_is_for_one_file(file):
    first = file(idempotency_key="k1")
    answer = file(seed=2, idempotency_key="k1")
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("#idempotency-key-used")
    assert first.json()["id"] in answer.json()["detail"]
    assert Filing.objects.count() == 1


def test_header_and_field_must_not_name_different_keys(file):
    assert file(idempotency_key="a", headers={"Idempotency-Key": "b"}).status_code == 400


def test_anothers_idempotency_key_tells_nothing(file, program, person, agencies):
    file(idempotency_key="k1", audience="restricted")
    other = program(person("m", filer=[agencies["metro"]]))
    answer = file(other, agency="metro", idempotency_key="k1")
    assert (answer.status_code, answer.json()["outcome"]) == (201, "filed")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"), reason="tests on SQLite have one connection"
)
def test_the_same_request_twice_at_the_same_moment_is_one_filing(file, program, filer):
    clients = [program(filer) for _ in range(4)]
    start, answers = threading.Barrier(len(clients)), []

    def send(client):
        start.wait()
        answers.append(file(client, idempotency_key="k1"))
        connection.close()

    threads = [threading.Thread(target=send, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(a.status_code for a in answers) == [200, 200, 200, 201]
    assert len({a.json()["id"] for a in answers}) == 1
    assert Filing.objects.count() == 1


# ---- who may -------------------------------------------------------------------------------------------------


def test_strangers_are_asked_who_they_are(anyone, agencies, file):
    answer = file(anyone)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_viewer_may_not_file(file, program, person, agency):
    answer = file(program(person("v", viewer=[agency])))
    assert answer.status_code == 403
    assert "may not file" in answer.json()["detail"]


@pytest.mark.parametrize("role", ["filer", "officer", "administrator"])
def test_roles_that_include_filing_may_file(file, program, person, agency, role):
    assert file(program(person("p", **{role: [agency]}))).status_code == 201


def test_a_filer_of_another_agency_may_not(file, agencies):
    answer = file(agency="metro")
    assert answer.status_code == 403
    assert "Only a filer of Metro" in answer.json()["detail"]
    assert not Filing.objects.exists()


def test_a_token_files_for_its_own_agency_alone(file, program, person, agencies):
    both = person("b", filer=[agencies["building"], agencies["metro"]])
    source = Source.objects.create(agency=agencies["metro"], name="x", kind=Source.Kind.API)
    answer = file(program(both, source=source), agency="building")
    assert answer.status_code == 403
    assert answer.json()["detail"] == "This token files for Metro alone."


def test_a_token_of_somebody_who_is_filer_no_more_files_nothing(file, program, person, agency):
    was = person("was", filer=[agency])
    client = program(was)
    was.memberships.all().delete()
    assert file(client).status_code == 403


# ---- what is refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"title": None}, ["title"]),
        ({"title": " \t "}, ["title", "title"]),
        ({"created": None}, ["created"]),
        ({"created": "3 May"}, ["created"]),
        ({"title": None, "created": None, "language": "English"}, ["language", "title", "created"]),
        ({"audience": None, "title": None}, ["audience", "title"]),
        ({"audience": "everybody"}, ["audience"]),
        ({"agency": None}, ["agency"]),
        ({"agency": "nobody"}, ["agency"]),
        ({"file": None}, ["file"]),
        ({"titel": "x"}, ["titel"]),
        ({"apn": "12"}, ["apn"]),
        ({"metadata": "[1]"}, ["metadata"]),
        ({"metadata": "{" * 100_000}, ["metadata"]),
        ({"metadata": "[" * 100_000}, ["metadata"]),
        ({"metadata": '{"subject": 12}'}, ["subject"]),
        ({"metadata": '{"subject": {"value": "x", "colour": "y"}}'}, ["subject"]),
        ({"metadata": '{"subject": "\\ud800"}'}, ["subject"]),
        ({"item_key": "k" * 501}, ["item_key"]),
        ({"idempotency_key": "k" * 201}, ["idempotency_key"]),
        ({"source": "s" * 121}, ["source"]),
    ],
)
def test_what_is_wrong_is_said_element_by_element(file, schemes, fields, named):
    answer = file(**fields)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("#filing-refused")
    assert elements(answer) == named
    assert all(p["message"] for p in answer.json()["problems"])
    assert not Filing.objects.exists()


def test_a_refused_value_comes_with_one_that_would_pass(file):
    (problem,) = file(created="3 May 1998").json()["problems"]
    assert problem["value"] == "3 May 1998"
    assert file(created=problem["example"]).status_code == 201


def test_an_unknown_date_is_enough(file):
    assert file(created="unknown").status_code == 201


@pytest.mark.parametrize(
    ("name", "data", "status", "words"),
    [
        ("page.jpg", b"<html><script>alert(1)</script>", 415, "this is a web page (HTML)"),
        ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', 415, "Export it as PNG or PDF"),
        ("notes.txt", b"words", 415, "Accepted are JPEG"),
        ("empty.jpg", b"", 422, "The file is empty"),
    ],
)
def test_a_file_that_is_no_image_is_refused_with_what_to_do(file, name, data, status, words):
    answer = file(file=SimpleUploadedFile(name, data, "image/jpeg"))
    assert answer.status_code == status
    assert words in answer.json()["detail"]
    assert not Filing.objects.exists()


def test_a_file_that_is_too_large_is_refused(file, settings):
    settings.MAX_FILE_SIZE_MB = 1
    answer = file(file=upload(data=jpeg(drawn()) + b"\0" * 1_500_000))
    assert answer.status_code == 413
    assert "1 MB" in answer.json()["detail"]


def test_a_long_request_is_refused_before_it_is_read(file, settings):
    settings.MAX_FILE_SIZE_MB = 1
    answer = file(file=upload(data=b"\0" * 3_000_000))
    assert answer.status_code == 413


def test_two_files_in_one_request_are_refused(file):
    assert elements(file(file=[upload(1), upload(2)])) == ["file"]
    assert elements(file(subject=upload(2))) == ["file"]


def test_json_is_no_filing(program, filer):
    answer = program(filer).post(reverse("api-filings"), {"title": "Mill"}, format="json")
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=a", b"nonsense"),
        ("multipart/form-data; boundary=a", b"--a\r\nContent-Disposition: form-data; name=x"),
        (
            "multipart/form-data; boundary=a",
            b"--a\r\nContent-Disposition: form-data; name=file; filename*=nonsense''x.jpg\r\n\r\nx\r\n--a--\r\n",
        ),
        (
            "multipart/form-data; boundary=a; charset=raw_unicode_escape",
            b'--a\r\nContent-Disposition: form-data; name="apn"\r\n\r\n\\ud800\r\n'
            b'--a\r\nContent-Disposition: form-data; name="\\ud801"\r\n\r\n\\ud800\r\n'
            b'--a\r\nContent-Disposition: form-data; name="item_key"\r\n\r\n\\ud800\r\n--a--\r\n',
        ),
    ],
)
def test_a_broken_request_is_refused_in_words(program, filer, schemes, content_type, body):
    answer = program(filer).generic("POST", reverse("api-filings"), body, content_type)
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]


HOSTILE = [
    "../../etc/passwd",
    "a\r\nSet-Cookie: x=1",
    "\u202egpj.exe",
    "<script>.jpg",
    "=1+1",
    "\u0000",
    "%00",
    "é" * 300,
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "name", ["title", "item_key", "idempotency_key", "source", "agency", "audience", "metadata", "x"]
)
def test_hostile_fields_break_nothing(file, name, text):
    answer = file(**{name: text})
    assert answer.status_code in (201, 422)
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_file_names_stay_names(file, text):
    answer = file(file=SimpleUploadedFile(text, jpeg(drawn()), "image/jpeg"))
    assert answer.status_code in (201, 422)
    if answer.status_code == 201:
        name = answer.json()["file_name"]
        assert "/" not in name
        assert "\u202e" not in name


def test_a_hostile_header_is_a_key_like_another(file):
    assert file(headers={"Idempotency-Key": "<script>\u00ff\x01"}).status_code in (201, 422)


def test_a_full_disk_keeps_nothing(file, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("catalog.services.store.Store.keep", full)
    assert file().status_code == 507
    assert not Filing.objects.exists()


# ---- following -----------------------------------------------------------------------------------------------


def test_what_has_not_settled_is_told_to_its_agency_alone(file, anyone, program, person, agencies):
    url = file().json()["url"]
    assert program(person("v", viewer=[agencies["building"]])).get(url).json()["state"] == "received"
    assert anyone.get(url).status_code == 404
    assert program(person("m", officer=[agencies["metro"]])).get(url).status_code == 404


def test_a_hidden_filing_answers_as_one_that_is_not_there(file, anyone, run_jobs):
    url = file(audience="restricted").json()["url"]
    run_jobs()
    assert anyone.get(url).content == anyone.get(reverse("api-filing", args=[new_public_id()])).content


def test_a_file_that_is_being_examined_says_so(file, program, filer):
    url = file().json()["url"]
    Job.objects.update(state=Job.State.RUNNING, lease_until="2100-01-01T00:00:00Z")
    assert program(filer).get(url).json()["state"] == "examining"


def test_a_file_that_cannot_be_read_is_quarantined_with_the_reason(file, program, filer, run_jobs):
    url = file(file=upload(data=jpeg(drawn())[:100])).json()["url"]
    run_jobs()
    told = program(filer).get(url).json()
    assert told["state"] == "quarantined"
    assert told["reason"]
    assert told["sentence"] == "Set aside: the file cannot be read. It is kept as it came."


def test_a_damaged_file_settles_and_says_so(file, program, filer, run_jobs):
    whole = jpeg(drawn(size=(640, 480)))
    url = file(file=upload(data=whole[: len(whole) * 2 // 3])).json()["url"]
    run_jobs()
    told = program(filer).get(url).json()
    assert told["state"] == "damaged"
    assert told["reason"]


def test_a_step_that_failed_for_good_is_told_to_its_agency(file, program, person, filer, agencies):
    url = file(audience="internal").json()["url"]
    Job.objects.update(state=Job.State.SET_ASIDE, last_error="OSError: the store is away", ended_at="2026-01-01T00:00Z")
    told = program(filer).get(url).json()
    assert told["failed_job"] == {"step": "Examine a file", "reason": "OSError: the store is away"}


def test_filing_asks_the_database_a_bounded_number_of_times(file, schemes, django_assert_max_num_queries):
    file(seed=2)
    with django_assert_max_num_queries(50):
        file(apn="5149015902", subject=["a", "b"])
