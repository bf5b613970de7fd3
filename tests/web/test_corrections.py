"""The officers' list of corrections, their answers, and the notices to departments."""

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from catalog.models import Correction, Decision, Filing, Notice, Record
from catalog.services import correcting

pytestmark = pytest.mark.django_db


@pytest.fixture
def record(agency, schemes, filed) -> Record:
    return filed(agency, title="Mill Street", created="1998-05-03")


@pytest.fixture
def correction(record) -> Correction:
    return ask(record)


def ask(record, **more) -> Correction:
    asked = {"element": "title", "said": "Mill Street", "proposed": "Foundry Street", "contact": "ana@example.org"}
    return correcting.receive_correction(
        record=record, because="I live there.", asked_by=None, at=timezone.now(), **(asked | more)
    )


def post(browser, correction, verdict, **more):
    told = {"verdict": verdict, "answer": "You are right.", "value": correction.proposed, "agency": "building"}
    return browser.post(f"/corrections/{correction.public_id}", told | more)


def title(record) -> str:
    return Record.objects.get(pk=record.pk).title


def test_the_list_is_for_officers_of_the_department(client, signed_in, officer, person, agencies, correction):
    assertContains(client.get("/corrections"), "Your reference number")
    assertContains(signed_in(officer).get("/corrections"), correction.public_id)
    stranger = signed_in(person("stranger", officer=[agencies["metro"]]))
    assertNotContains(stranger.get("/corrections"), correction.public_id)
    assert stranger.get(f"/corrections/{correction.public_id}").status_code == 404
    assert post(stranger, correction, "accepted").status_code == 404
    assert client.get(f"/corrections/{correction.public_id}").url.startswith("/sign-in")


@pytest.mark.parametrize(
    ("asked", "is_there"),
    [("", True), ("?state=answered", False), ("?state=with-departments", False), ("?agency=building", True),
     ("?agency=metro", False), ("?state=%00&page=99", True)],
)  # fmt: skip
def test_the_list_is_narrowed(signed_in, officer, correction, asked, is_there):
    assert (correction.public_id in signed_in(officer).get(f"/corrections{asked}").content.decode()) == is_there


def test_an_officer_sees_all_that_was_asked(signed_in, officer, correction):
    page = signed_in(officer).get(f"/corrections/{correction.public_id}")
    for words in ("I live there.", "ana@example.org", correction.reference, "Foundry Street"):
        assertContains(page, words)


def test_accepting_says_it_from_now_on(signed_in, officer, correction, record):
    assert post(signed_in(officer), correction, "accepted", value="27 Foundry Street").status_code == 302
    assert title(record) == "27 Foundry Street"


def test_a_value_that_cannot_be_filed_loses_nothing_of_the_answer(signed_in, officer, record):
    correction = ask(record, filing=Filing.objects.get(), element="created", said="1998-05-03", proposed="last spring")
    page = post(signed_in(officer), correction, "accepted", answer="It was in spring.")
    assertContains(page, "is not a date", status_code=400)
    assertContains(page, "It was in spring.", status_code=400)
    assert not Decision.objects.exists()


@pytest.mark.parametrize("told", [{"verdict": "same"}, {"verdict": ""}, {"answer": ""}, {"agency": "police"}])
def test_nonsense_answers_nothing(signed_in, officer, correction, told):
    told = {"answer": "You are right.", "value": "", "agency": "building", "verdict": "passed-on"} | told
    assert signed_in(officer).post(f"/corrections/{correction.public_id}", told).status_code == 400
    assert not Decision.objects.exists()


def test_what_was_answered_meanwhile_is_not_answered_twice(signed_in, officer, person, agency, correction):
    post(signed_in(officer), correction, "rejected")
    second = signed_in(person("second", officer=[agency]))
    assertContains(post(second, correction, "accepted"), "already decided", status_code=409)
    assert second.post(f"/corrections/{correction.public_id}/reopen").status_code == 302
    assert post(second, correction, "accepted").status_code == 302


def test_a_notice_leads_to_its_filing_and_is_answered(client, signed_in, officer, filer, correction):
    post(signed_in(officer), correction, "passed-on", answer="Please look at the sign.")
    browser = signed_in(filer)
    assertContains(browser.get("/"), 'Notices <span class="badge badge--warn">1')
    notice = Notice.objects.get()
    assertContains(browser.get("/notices"), f"/notices/{notice.public_id}")
    page = browser.get(f"/notices/{notice.public_id}")
    assertContains(page, "Please look at the sign.")
    assertContains(page, f"/filing/{notice.filing.public_id}/amend")
    assertContains(browser.post(f"/notices/{notice.public_id}", {"answer": " "}), "Say what was done", status_code=400)
    assert browser.post(f"/notices/{notice.public_id}", {"answer": "It says so."}).url == "/notices"
    assert browser.post(f"/notices/{notice.public_id}", {"answer": "Again."}).status_code == 409
    assertNotContains(browser.get("/"), "badge--warn")
    assertContains(browser.get("/notices?state=done"), "It says so.")
    status = client.get(f"/corrections/{correction.reference}")
    assertContains(status, "Passed on to Building and Safety.")
    assertContains(status, "It says so.")
    assertContains(signed_in(officer).get("/corrections"), "Answered by its department")


def test_notices_are_for_those_who_file_for_the_department(client, signed_in, officer, person, agencies, correction):
    post(signed_in(officer), correction, "passed-on")
    address = f"/notices/{Notice.objects.get().public_id}"
    assert client.get(address).url.startswith("/sign-in")
    assert signed_in(person("viewer", viewer=[agencies["building"]])).get("/notices").status_code == 404
    other = signed_in(person("other", filer=[agencies["metro"]]))
    assert other.get(address).status_code == 404
    assert other.post(address, {"answer": "Mine."}).status_code == 404
    assertNotContains(other.get("/notices"), address)


def test_an_answer_is_no_decision_for_other_doors(client, signed_in, officer, correction):
    browser = signed_in(officer)
    post(browser, correction, "rejected")
    decision = Decision.objects.get()
    assert client.get(f"/api/decisions/{decision.public_id}/").status_code == 404
    assert browser.post(f"/decisions/{decision.public_id}/undo").status_code == 404


def test_the_lists_need_few_queries(signed_in, officer, record, django_assert_max_num_queries):
    for _time in range(5):
        ask(record)
    browser = signed_in(officer)
    with django_assert_max_num_queries(20):
        browser.get("/corrections")
    with django_assert_max_num_queries(14):
        browser.get("/notices")
