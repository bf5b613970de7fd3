import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.asserts import assertContains, assertNotContains

from catalog.models import Filing, Record, Statement, Upload
from tests.conftest import drawn, jpeg, with_exif

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(signed_in, filer, schemes):
    return signed_in(filer)


def send(client, agency, *files, audience="public"):
    named = [SimpleUploadedFile(name, data, "image/jpeg") for name, data in files]
    return client.post("/file", {"files": named, "agency": agency.pk, "audience": audience})


def describe(client, **fields):
    """Fill in the form of each draft, the last sent first."""
    sent = {}
    for upload in Upload.objects.filter(filing=None):
        values = {"title": "A ramp", "created": "2024-03-12"} | fields
        sent |= {f"{upload.public_id}-{name}": value for name, value in values.items()}
    return client.post("/file/describe", sent)


def test_only_filers_come_in(client, signed_in, person, agency):
    assert client.get("/file").url == "/sign-in?next=/file"
    assert signed_in(person("viewer", viewer=[agency])).get("/file").status_code == 404


def test_an_agency_that_one_does_not_file_for_is_refused(clerk, agencies):
    assertContains(send(clerk, agencies["police"], ("a.jpg", jpeg(drawn(1)))), "Choose an agency", status_code=422)
    assert not Upload.objects.exists()


def test_what_the_file_says_of_itself_is_suggested(clerk, agency):
    data = with_exif(jpeg(drawn(1)), artist="Ama Osei", taken="2024:03:12 09:12:44", description="North side")
    assert send(clerk, agency, ("ramp.jpg", data)).url == "/file/describe"
    page = clerk.get("/file/describe")
    assertContains(page, 'value="Ama Osei"')
    assertContains(page, 'value="2024-03-12')
    assertContains(page, "Read from the file")


def test_a_described_picture_is_filed_under_its_numbers(clerk, agency, run_jobs):
    send(clerk, agency, ("ramp.jpg", jpeg(drawn(1))))
    answer = describe(clerk, creator="Ama Osei; Kim Lee", number_apn="5149 015 902")
    filing = Filing.objects.get()
    assert filing.file_name == "ramp.jpg"
    assert list(filing.statements.filter(element="creator").values_list("value", flat=True)) == ["Ama Osei", "Kim Lee"]
    assert filing.assignments.get().identifier.value == "5149-015-902"
    assertContains(clerk.get(answer.url), "Being examined")
    run_jobs()
    assertContains(clerk.get(answer.url), "A new record")


def test_missing_and_wrong_values_are_named_beside_their_fields_and_at_the_top(clerk, agency):
    send(clerk, agency, ("ramp.jpg", jpeg(drawn(1))))
    upload = Upload.objects.get()
    page = describe(clerk, title="", created="12/3/24", number_permit="none")
    assert page.status_code == 422
    assertContains(page, "3 things to mend", status_code=422)
    assertContains(page, f'href="#id_{upload.public_id}-created"', status_code=422)
    assertContains(page, "12/3/24", status_code=422)
    assert not Filing.objects.exists()


def test_what_is_right_is_filed_while_the_rest_is_mended(clerk, agency):
    send(clerk, agency, ("good.jpg", jpeg(drawn(1))), ("bad.jpg", jpeg(drawn(2))))
    good, bad = Upload.objects.order_by("id")
    page = clerk.post(
        "/file/describe",
        {f"{good.public_id}-title": "Good", f"{good.public_id}-created": "2024", f"{bad.public_id}-title": ""},
    )
    assertContains(page, "1 picture filed", status_code=422)
    assertNotContains(page, "good.jpg", status_code=422)
    moment = page.context["moments"][0]
    answer = clerk.post(
        "/file/describe", {"at": moment, f"{bad.public_id}-title": "Bad", f"{bad.public_id}-created": "unknown"}
    )
    outcome = clerk.get(answer.url)
    assertContains(outcome, "good.jpg")
    assertContains(outcome, "bad.jpg")


def test_a_file_that_is_no_picture_is_refused_with_its_reason_and_the_others_go_on(clerk, agency):
    send(clerk, agency, ("drawing.jpg", b"<svg onload=alert(1)>"), ("ramp.jpg", jpeg(drawn(1))))
    page = clerk.get("/file/describe")
    assertContains(page, "drawing.jpg was not taken.")
    assert Upload.objects.get().file_name == "ramp.jpg"


def test_no_file_at_all_is_a_mistake(clerk, agency):
    assertContains(send(clerk, agency), "Choose at least one file", status_code=422)


def test_when_nothing_is_taken_the_form_says_why(clerk, agency):
    page = send(clerk, agency, ("notes.txt", b"hello"), ("empty.jpg", b""))
    assertContains(page, "notes.txt was not taken.", status_code=422)
    assertContains(page, "empty.jpg was not taken.", status_code=422)


def test_a_known_picture_is_said_to_be_here_with_its_record(clerk, agency, agencies, filed, run_jobs):
    data = jpeg(drawn(1))
    record = filed(agencies["metro"], data=data, title="Ramp of Metro")
    send(clerk, agency, ("ramp.jpg", data))
    assertContains(clerk.get("/file/describe"), "Ramp of Metro")
    answer = describe(clerk)
    run_jobs()
    page = clerk.get(answer.url)
    assertContains(page, "Already here")
    assertContains(page, "by Metro on")
    assertContains(page, record.get_absolute_url())


def test_a_restricted_picture_of_others_is_not_betrayed_to_a_filer(clerk, agency, agencies, filed, run_jobs):
    data = jpeg(drawn(1))
    filed(agencies["police"], data=data, title="Evidence room", audience="restricted")
    send(clerk, agency, ("ramp.jpg", data), audience="restricted")
    assertNotContains(clerk.get("/file/describe"), "Already here")
    answer = describe(clerk)
    run_jobs()
    page = clerk.get(answer.url)
    assertContains(page, "A new record")
    assertNotContains(page, "Evidence")
    assert Record.objects.standing().count() == 2


def test_a_broken_picture_ends_with_its_reason(clerk, agency, run_jobs):
    send(clerk, agency, ("broken.jpg", jpeg(drawn(1))[:300]))
    answer = describe(clerk)
    run_jobs()
    assertContains(clerk.get(answer.url), "Not filed")


def test_a_picture_that_is_cut_off_is_filed_and_said_to_be_so(clerk, agency, run_jobs):
    data = jpeg(drawn(1))
    send(clerk, agency, ("cut.jpg", data[: len(data) // 2]))
    answer = describe(clerk)
    run_jobs()
    assertContains(clerk.get(answer.url), "If you have it intact somewhere")


def test_drafts_wait_and_can_be_thrown_away(clerk, agency):
    send(clerk, agency, ("ramp.jpg", jpeg(drawn(1))))
    assertContains(clerk.get("/file"), "1 picture still to be described")
    clerk.post("/file/describe", {"discard": "1"})
    assert not Upload.objects.exists()
    assert clerk.get("/file/describe").url == "/file"


def test_a_draft_is_shown_to_its_owner_alone(clerk, signed_in, person, agency):
    send(clerk, agency, ("ramp.jpg", jpeg(drawn(1))))
    address = f"/file/draft/{Upload.objects.get().public_id}"
    assert clerk.get(address)["Content-Type"] == "image/webp"
    other = signed_in(person("other", filer=[agency]))
    assert other.get(address).status_code == 404
    assert other.get("/file/describe").status_code == 302


def test_what_others_filed_is_not_shown_as_an_outcome(clerk, signed_in, person, agency):
    send(clerk, agency, ("ramp.jpg", jpeg(drawn(1))))
    answer = describe(clerk)
    other = signed_in(person("other", filer=[agency]))
    assert other.get(answer.url).status_code == 404
    assert clerk.get("/file/done?at=nonsense&at=2024-02-31T00:00").status_code == 404


def test_a_suggested_value_keeps_its_scheme_unless_it_is_changed(clerk, agency):
    data = with_exif(jpeg(drawn(1)), taken="2024:03:12 09:12:44")
    send(clerk, agency, ("ramp.jpg", data))
    suggested = clerk.get("/file/describe").context["forms"][0]["first"][0]["field"].value()
    describe(clerk, created=suggested)
    assert Statement.objects.get(filing__isnull=False, element="created").value == suggested
