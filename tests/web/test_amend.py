"""Amending on a page: by those who file for the agency, all of it or nothing, with what was stated before."""

from catalog.metadata.validation import Value
from catalog.models import Filing, Statement


def address_of(record) -> str:
    return f"/filing/{Filing.objects.get(copy__record=record).public_id}/amend"


def typed(**changed) -> dict[str, str]:
    return {"title": "Curb ramp", "created": "unknown", "subject": "curb; ramp", **changed}


def stated(element: str) -> list[str]:
    return list(Statement.objects.standing().filter(element=element).order_by("id").values_list("value", flat=True))


def file_one(filed, agency):

    return filed(agency, title="Curb ramp", values=[Value("subject", "curb"), Value("subject", "ramp")])


def test_a_filer_amends_what_the_agency_filed(signed_in, filer, filed, agency):
    record = file_one(filed, agency)
    browser, address = signed_in(filer), address_of(record)
    assert address in browser.get(record.get_absolute_url()).content.decode()
    assert "curb; ramp" in browser.get(address).content.decode()
    answer = browser.post(address, typed(title="Curb ramp, east side", subject="ramp; corner", reason="It is east."))
    assert (answer.status_code, answer["Location"]) == (302, record.get_absolute_url())
    assert stated("title") == ["Curb ramp, east side"]
    assert set(stated("subject")) == {"ramp", "corner"}
    page = browser.get(record.get_absolute_url()).content.decode()
    assert "Building and Safety amended its filing: title." in page
    assert "It is east." in page
    assert "Curb ramp" in [one["value"] for one in browser.get(address).context["earlier"]]


def test_what_cannot_be_taken_is_said_and_nothing_is_changed(signed_in, filer, filed, agency):
    record = file_one(filed, agency)
    answer = signed_in(filer).post(address_of(record), typed(title="East", created="last spring"))
    assert answer.status_code == 400
    assert "last spring" in answer.content.decode()
    assert stated("title") == ["Curb ramp"]


def test_an_untouched_form_changes_nothing(signed_in, filer, filed, agency):
    record = file_one(filed, agency)
    before = list(Statement.objects.order_by("id").values_list("pk", "retracted_at"))
    signed_in(filer).post(address_of(record), typed())
    assert list(Statement.objects.order_by("id").values_list("pk", "retracted_at")) == before


def test_others_find_no_such_page(client, signed_in, person, filed, agency, agencies):
    record = file_one(filed, agency)
    address = address_of(record)
    assert client.get(address).status_code == 302
    for stranger in (person("viewer", viewer=[agency]), person("elsewhere", officer=[agencies["metro"]])):
        assert signed_in(stranger).get(address).status_code == 404
        assert signed_in(stranger).post(address, typed(title="Mine")).status_code == 404
        assert "Amend" not in signed_in(stranger).get(record.get_absolute_url()).content.decode()
    assert stated("title") == ["Curb ramp"]
