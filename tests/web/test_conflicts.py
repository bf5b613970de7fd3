"""Conflicts on pages: the list, one after the other, and what an officer decides."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from catalog.models import Conflict, Decision
from tests.conftest import drawn, jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture
def conflict(agencies, schemes, filed) -> Conflict:
    data = jpeg(drawn(4))
    filed(agencies["building"], data=data, title="Mill", numbers=[("apn", "5149-015-902")])
    filed(agencies["housing"], data=data, title="Mill", numbers=[("apn", "5149-015-903")], key="h")
    return Conflict.objects.get()


def post(client, conflict, choice, **more):
    seen = {"choice": choice, "as_it_stands": conflict.as_it_stands, "reason": "Looked it up."}
    return client.post(f"/conflicts/{conflict.public_id}", seen | more)


def test_the_list_leads_to_the_conflict(signed_in, officer, conflict):
    page = signed_in(officer).get("/conflicts")
    assertContains(page, f"/conflicts/{conflict.public_id}")
    assertContains(page, "<dt>Parcel (APN)</dt><dd><b>5149-015-902</b>")


def test_only_officers_of_every_department_come_in(client, signed_in, person, agencies, conflict):
    address = f"/conflicts/{conflict.public_id}"
    assert client.get(address).url.startswith("/sign-in")
    half = signed_in(person("half", officer=[agencies["building"]]))
    assert half.get(address).status_code == 404
    assertNotContains(half.get("/conflicts"), conflict.public_id)
    assert signed_in(person("filer", filer=[agencies["building"]])).get("/conflicts").status_code == 404


@pytest.mark.parametrize(
    ("asked", "is_there"),
    [
        ("", True), ("?state=decided", False), ("?element=identifier:apn", True), ("?element=created", False),
        ("?agency=housing", True), ("?agency=metro", False), ("?age=7", False), ("?age=x&page=9&state=%00", True),
    ],
)  # fmt: skip
def test_the_list_is_narrowed(signed_in, officer, conflict, asked, is_there):
    page = signed_in(officer).get(f"/conflicts{asked}").content.decode()
    assert (conflict.public_id in page) == is_there


def test_one_value_is_right_and_the_record_says_so(client, signed_in, officer, conflict):
    browser = signed_in(officer)
    page = browser.get(post(browser, conflict, "one-right:0").url)
    assertContains(page, "Right</span>")
    assertContains(page, "Looked it up.")
    record = client.get(conflict.record.get_absolute_url())
    assertContains(record, "Decided where filings contradict one another")
    assertNotContains(record, "cannot all be true")
    browser.post(f"/conflicts/{conflict.public_id}/undo")
    assertContains(client.get(conflict.record.get_absolute_url()), "cannot all be true")


def test_sending_back_needs_words_and_keeps_what_was_typed(signed_in, officer, conflict):
    browser = signed_in(officer)
    answer = post(browser, conflict, "sent-back:1", reason=" ")
    assertContains(answer, "Say what is wrong", status_code=400)
    assert not Decision.objects.exists()
    assert post(browser, conflict, "sent-back:1").status_code == 302
    assertContains(browser.get(f"/conflicts/{conflict.public_id}"), "Housing has not answered yet.")


def test_what_was_decided_meanwhile_is_not_decided_twice(signed_in, officer, person, agencies, conflict):
    post(signed_in(officer), conflict, "one-right:0")
    other = signed_in(person("second", officer=list(agencies.values())))
    assertContains(post(other, conflict, "all-apply"), "already decided", status_code=409)
    assert Decision.objects.count() == 1


def test_a_page_that_is_out_of_date_decides_nothing(signed_in, officer, conflict):
    answer = post(signed_in(officer), conflict, "all-apply", as_it_stands="0" * 16)
    assertContains(answer, "changed while you were looking", status_code=409)


@pytest.mark.parametrize("choice", ["", "one-right", "one-right:2", "one-right:-1", "all-apply:1", "nonsense:0"])
def test_nonsense_is_said_in_words(signed_in, officer, conflict, choice):
    assertContains(post(signed_in(officer), conflict, choice), "Choose one of the values", status_code=400)


def test_the_list_needs_few_queries(signed_in, officer, conflict, django_assert_max_num_queries):
    browser = signed_in(officer)
    with django_assert_max_num_queries(18):
        browser.get("/conflicts")
