import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from catalog.models import Decision, Filing, Record
from tests.conftest import drawn, jpeg

pytestmark = pytest.mark.django_db


def test_a_record_says_why_it_is_authoritative_and_who_filed_it(client, pair):
    page = client.get(pair.get_absolute_url())
    assertContains(page, "Building and Safety&#x27;s filing is the record copy")
    assertContains(page, "Metro")
    assertContains(page, "stop.jpg")
    assertContains(page, "All 2 copies")
    assertContains(page, "Record copy</span>")


def test_each_value_says_where_it_comes_from(client, pair):
    page = client.get(pair.get_absolute_url())
    title = next(line for line in page.context["description"] if line["label"] == "Title")
    assert "Building and Safety" in title["values"][0]["origin"]


def test_identifiers_lead_to_the_page_of_their_number(client, agencies, schemes, filed):
    record = filed(agencies["building"], numbers=[("permit", "21016-10000-12345")])
    assertContains(client.get(record.get_absolute_url()), 'href="/id/permit/21016-10000-12345"')


def test_two_parcels_of_one_picture_are_shown_as_a_conflict(client, agencies, schemes, filed):
    data = jpeg(drawn(4))
    filed(agencies["building"], data=data, numbers=[("apn", "5149-015-902")])
    record = filed(agencies["housing"], data=data, numbers=[("apn", "5149-015-903")])
    page = client.get(record.get_absolute_url())
    assertContains(page, "<dt>Parcel (APN)</dt><dd><b>5149-015-902</b>")
    assertContains(page, "<b>5149-015-903</b> according to Housing")
    assertContains(client.get("/"), "conflict</span>")


def test_exports_are_offered_in_four_forms(client, pair):
    page = client.get(pair.get_absolute_url())
    for ending in ("ttl", "rdf", "jsonld", "nt"):
        assertContains(page, f'href="/id/image/{pair.public_id}.{ending}"')


def test_an_absorbed_address_leads_on_in_one_hop_and_is_not_kept(client, pair):
    absorbed = Record.objects.get(state="absorbed")
    answer = client.get(absorbed.get_absolute_url())
    assert answer.status_code == 301
    assert answer["Cache-Control"] == "no-store"
    assert answer.url == f"{pair.get_absolute_url()}?was={absorbed.public_id}"
    assertContains(client.get(answer.url), "This record answers for it now")


def test_the_hint_about_an_absorbed_address_cannot_be_made_up(client, pair):
    assertNotContains(client.get(f"{pair.get_absolute_url()}?was=<b>"), "answers for it now")


def test_a_pending_record_says_to_its_agency_that_it_is_being_examined(client, signed_in, person, agencies, file_it):
    record = file_it(jpeg(drawn(1)), agencies["metro"]).filing.copy.record
    own, other = (person(slug, filer=[agencies[slug]]) for slug in ("metro", "housing"))
    assertContains(signed_in(own).get(record.get_absolute_url()), "has just been filed")
    for stranger in (client, signed_in(other)):
        assert stranger.get(record.get_absolute_url()).status_code == 404


def test_what_one_may_not_see_is_answered_as_what_is_not_there(client, agencies, filed):
    record = filed(agencies["police"], audience="restricted", title="Evidence room")
    copy = record.best_copy.public_id
    for address in (record.get_absolute_url(), f"/image/{record.public_id}/preview", f"/copy/{copy}/original"):
        hidden = client.get(address)
        absent = client.get(address.replace(record.public_id, "a" * 26).replace(copy, "a" * 26))
        assert hidden.status_code == absent.status_code == 404
        assert hidden.content == absent.content


def test_only_officers_of_both_agencies_are_offered_decisions(client, signed_in, person, agencies, officer, pair):
    address = pair.get_absolute_url()
    assertNotContains(client.get(address), "Split this copy off")
    assertNotContains(signed_in(person("half", officer=[agencies["metro"]])).get(address), "Split this copy off")
    assertContains(signed_in(officer).get(address), "Split this copy off")


def test_a_split_needs_a_reason_and_gives_two_records(signed_in, officer, pair):
    client = signed_in(officer)
    lesser = pair.copies.exclude(pk=pair.best_copy_id).get()
    assertContains(client.post(f"/copy/{lesser.public_id}/split"), "Say why", status_code=409)
    client.post(f"/copy/{lesser.public_id}/split", {"reason": "another negative"})
    assert Record.objects.standing().count() == 2
    decision = Decision.objects.effective().get()
    assert (decision.verdict, decision.reason) == ("different", "another negative")
    client.post(f"/decisions/{decision.public_id}/undo")
    assert Record.objects.standing().count() == 1


def test_a_filing_of_the_same_bytes_can_be_set_apart(signed_in, officer, agencies, filed):
    data = jpeg(drawn(5))
    filed(agencies["building"], data=data)
    record = filed(agencies["housing"], data=data)
    filing = Filing.objects.get(agency=agencies["housing"])
    answer = signed_in(officer).post(f"/filing/{filing.public_id}/set-apart", {"reason": "a print of it"}, follow=True)
    assertContains(answer, "a record of its own")
    assert record.filed_at
    assert Record.objects.standing().count() == 2


def test_a_filing_can_be_made_the_record_copy(signed_in, officer, agencies, pair):
    filing = Filing.objects.get(agency=agencies["metro"])
    answer = signed_in(officer).post(f"/filing/{filing.public_id}/designate", {"reason": "they own it"}, follow=True)
    assertContains(answer, "Metro’s filing is the record copy now.")
    assertContains(answer, "Metro&#x27;s filing is the record copy.")


@pytest.mark.parametrize("verb", ["split", "set-apart", "designate", "undo"])
def test_nobody_else_decides(client, signed_in, person, agencies, pair, verb):
    copy, filing = pair.best_copy.public_id, Filing.objects.first().public_id
    of_others = {"split": f"/copy/{copy}/split", "undo": f"/decisions/{'a' * 26}/undo"}
    address = of_others.get(verb, f"/filing/{filing}/{verb}")
    assert client.post(address, {"reason": "x"}).status_code == 302
    assert signed_in(person("viewer", viewer=[agencies["metro"]])).post(address, {"reason": "x"}).status_code == 404
    assert Decision.objects.count() == 0
    assert client.get(address).status_code == 405


def test_an_officer_of_one_agency_is_told_who_may_decide(signed_in, person, agencies, pair):
    client = signed_in(person("half", officer=[agencies["metro"]]))
    filing = Filing.objects.get(agency=agencies["metro"])
    answer = client.post(f"/filing/{filing.public_id}/designate", {"reason": "ours"})
    assertContains(answer, "Only a records officer of every agency", status_code=403)


def test_a_record_with_many_filings_needs_no_more_queries(client, agencies, filed, django_assert_max_num_queries):
    data = jpeg(drawn(6))
    for slug in agencies:
        record = filed(agencies[slug], data=data, title=f"As {slug} sees it")
    assert timezone.now() >= record.filed_at
    with django_assert_max_num_queries(16):
        client.get(record.get_absolute_url())
