"""Something is wrong with this: the form for anybody, and what they are told of it."""

import pytest
from django.core.cache import cache
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from catalog.models import Correction, Filing, Record
from catalog.services import correcting, reaudiencing, withdrawing
from catalog.web import correct
from catalog.web.forms import Subject

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_came_before():
    cache.clear()


@pytest.fixture
def record(agency, schemes, filed) -> Record:
    return filed(agency, title="Mill Street", numbers=[("apn", "5149-015-902")])


def key(element: str, said: str = "") -> str:
    return Subject(element, said, "").key


def typed(**changed) -> dict[str, str]:
    whole = {"subject": key("title", "Mill Street"), "proposed": "Foundry Street", "because": "I live there."}
    return whole | changed


def address_of(record) -> str:
    return f"{record.get_absolute_url()}/correct"


def filing() -> Filing:
    return Filing.objects.get()


def answer(correction, verdict, by, words="You are right."):
    correcting.answer_correction(
        correction=correction, verdict=verdict, answer=words, by=by, at=timezone.now(), value=correction.proposed
    )


def test_every_record_and_filing_has_a_way_to_the_form(client, record):
    page = client.get(record.get_absolute_url())
    assertContains(page, f"/image/{record.public_id}/correct")
    assertContains(page, f"/filing/{filing().public_id}/correct")


def test_a_visitor_asks_and_gets_a_number(client, record):
    form = client.get(address_of(record))
    assertContains(form, "Title: Mill Street")
    assertContains(form, "Parcel (APN): 5149-015-902")
    answer = client.post(address_of(record), typed(contact="ana@example.org"))
    correction = Correction.objects.get()
    assert answer.url == f"/corrections/{correction.reference}"
    page = client.get(answer.url)
    assertContains(page, correction.reference)
    assertContains(page, "Waits for an officer")
    assertContains(page, "Foundry Street")
    assertNotContains(page, "ana@example.org")
    assertNotContains(page, "I live there.")
    assert "no-store" in page["Cache-Control"]
    assert page["X-Robots-Tag"] == "noindex"


def test_a_filing_is_corrected_by_itself(client, record):
    client.post(f"/filing/{filing().public_id}/correct", typed())
    assert Correction.objects.get().filing == filing()


def test_a_number_is_corrected(client, record):
    client.post(address_of(record), typed(subject=key("identifier:apn", "5149-015-902"), proposed="5149-015-903"))
    correction = Correction.objects.get()
    assert (correction.element, correction.said) == ("identifier:apn", "5149-015-902")


def test_who_is_signed_in_is_known_by_name(signed_in, filer, record):
    signed_in(filer).post(address_of(record), typed())
    assert Correction.objects.get().asked_by == filer


def test_a_mistake_loses_nothing_of_what_was_typed(client, record):
    page = client.post(address_of(record), typed(because="", contact="nonsense", proposed="Foundry Street, east"))
    assert page.status_code == 400
    for words in ("Say how you know", "This is no e-mail address", "Foundry Street, east", "nonsense", " selected"):
        assertContains(page, words, status_code=400)
    assert not Correction.objects.exists()


def test_what_was_changed_meanwhile_is_chosen_again(client, record):
    page = client.post(address_of(record), typed(subject=key("title", "Hill Street")))
    assertContains(page, "has changed meanwhile", status_code=400)
    assertContains(page, "Foundry Street", status_code=400)


def test_programs_that_fill_in_everything_are_told_so(client, record):
    page = client.post(address_of(record), typed(website="https://example.org/buy"))
    assertContains(page, "Leave the field", status_code=400)
    assert not Correction.objects.exists()


def test_an_address_that_asks_very_often_waits_and_keeps_its_words(client, record, monkeypatch):
    monkeypatch.setattr(correct, "ASKED_AN_HOUR", 2)
    for _time in range(2):
        assert client.post(address_of(record), typed()).status_code == 302
    page = client.post(address_of(record), typed(proposed="The third one"))
    assertContains(page, "The third one", status_code=429)
    assert client.post(address_of(record), typed(), REMOTE_ADDR="192.0.2.7").status_code == 302
    assert Correction.objects.count() == 3


def test_neighbours_in_one_network_of_ipv6_count_as_one(client, record, monkeypatch):
    monkeypatch.setattr(correct, "ASKED_AN_HOUR", 1)
    client.post(address_of(record), typed(), REMOTE_ADDR="2001:db8::1")
    assert client.post(address_of(record), typed(), REMOTE_ADDR="2001:db8::2").status_code == 429
    assert client.post(address_of(record), typed(), REMOTE_ADDR="2001:db8:1::1").status_code == 302


def test_no_mail_is_sent(client, record, mailoutbox):
    client.post(address_of(record), typed(contact="victim@example.org"))
    assert mailoutbox == []


def test_what_one_may_not_see_is_not_corrected(client, signed_in, person, agencies, filed):
    hidden = filed(agencies["police"], audience="restricted", seed=5)
    stranger = signed_in(person("stranger", officer=[agencies["metro"]]))
    for browser in (client, stranger):
        for address in (address_of(hidden), f"/filing/{filing().public_id}/correct"):
            assert browser.get(address).status_code == 404
            assert browser.post(address, typed()).status_code == 404
    assert not Correction.objects.exists()


def test_script_is_shown_as_it_was_typed(client, record):
    page = client.get(client.post(address_of(record), typed(proposed="<script>alert(1)</script>")).url)
    assertContains(page, "&lt;script&gt;")
    assertNotContains(page, "<script>alert")


# ---- what became of it ---------------------------------------------------------------------------------------


@pytest.fixture
def correction(record) -> Correction:
    return correcting.receive_correction(
        record=record, filing=filing(), element="title", said="Mill Street", proposed="Foundry Street",
        because="I live there.", contact="ana@example.org", asked_by=None, at=timezone.now(),
    )  # fmt: skip


def test_the_number_leads_to_the_answer_however_it_is_typed(client, correction, person, agency):
    archivist = person("Zoraida Quist", officer=[agency])
    answer(correction, "accepted", archivist)
    spelt = correction.reference.lower().replace("-", " ")
    page = client.get("/corrections", {"reference": spelt}, follow=True)
    assert page.redirect_chain[-1][0] == f"/corrections/{correction.reference}"
    for words in ("Accepted", "You are right.", "A records officer"):
        assertContains(page, words)
    assertNotContains(page, "ana@example.org")
    assertNotContains(page, str(archivist))


def test_an_unknown_number_says_so_kindly_but_not_for_ever(client, record, monkeypatch):
    monkeypatch.setattr(correct, "UNKNOWN_AN_HOUR", 2)
    for reference in ("RC-2222-2222", "nonsense"):
        assertContains(client.get(f"/corrections/{reference}"), "There is no correction", status_code=404)
    assert client.get("/corrections/RC-3333-3333").status_code == 429


def test_of_what_is_no_longer_public_nothing_but_the_state_is_told(client, signed_in, correction, officer, filer):
    answer(correction, "rejected", officer, words="Mill Street it is.")
    reaudiencing.change_audience(filing=filing(), audience="restricted", reason="X.", by=filer, at=timezone.now())
    page = client.get(f"/corrections/{correction.reference}")
    assertContains(page, "Not accepted")
    for words in ("Mill Street", "Foundry", "Title"):
        assertNotContains(page, words)
    assertContains(signed_in(filer).get(f"/corrections/{correction.reference}"), "Mill Street it is.")


def test_of_what_was_withdrawn_it_says_that_it_is_closed(client, correction, filer):
    withdrawing.withdraw(filing=filing(), reason="Not ours.", by=filer, at=timezone.now())
    page = client.get(f"/corrections/{correction.reference}")
    assertContains(page, "no longer here")
    assertNotContains(page, "Foundry Street")
