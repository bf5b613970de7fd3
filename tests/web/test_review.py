import io

import pytest
from django.utils import timezone
from PIL import Image
from pytest_django.asserts import assertContains, assertNotContains

from catalog.models import Copy, Decision, Record, Relation, ReviewItem
from tests.conftest import drawn, faintly_marked, jpeg, tiny

pytestmark = pytest.mark.django_db


@pytest.fixture
def question(agencies, filed) -> ReviewItem:
    """A picture and a smaller one of it: alike, and not for the software to decide."""
    filed(agencies["building"], data=jpeg(drawn(7)), title="The large one", numbers=())
    filed(agencies["metro"], data=tiny(drawn(7)), title="The small one")
    return ReviewItem.objects.get()


def post_decision(client, item: ReviewItem, verdict: str, **more):
    return client.post(
        "/review/decide",
        {"copy_a": item.copy_a.public_id, "copy_b": item.copy_b.public_id, "verdict": verdict, **more},
    )


def test_only_officers_come_in(client, signed_in, person, agency):
    assert client.get("/review").url == "/sign-in?next=/review"
    assert signed_in(person("filer", filer=[agency])).get("/review").status_code == 404


def test_an_empty_queue_says_so(signed_in, officer):
    assertContains(signed_in(officer).get("/review"), "Nothing waits for you")


def test_the_queue_leads_to_a_pair_with_its_reason_and_differences(signed_in, officer, question):
    page = signed_in(officer).get("/review", follow=True)
    assertContains(page, "Why the software stopped:")
    assertContains(page, question.because)
    assertContains(page, "Pair 1 of 1")
    assertContains(page, "The large one")
    assert ("Title", "The large one", "The small one") in page.context["differing"]


@pytest.mark.parametrize(
    ("verdict", "records", "relations"),
    [("same", 1, 0), ("derivative", 2, 1), ("same-scene", 2, 1), ("different", 2, 0)],
)
def test_each_decision_does_what_it_says_and_can_be_undone(signed_in, officer, question, verdict, records, relations):
    client = signed_in(officer)
    page = client.get(post_decision(client, question, verdict, reason="seen on site").url)
    assertContains(page, "Nothing waits for you")
    assertContains(page, "seen on site")
    assert Record.objects.standing().count() == records
    assert Relation.objects.standing().count() == relations
    decision = Decision.objects.get()
    back = client.post(f"/decisions/{decision.public_id}/undo", {"back": "review"}).url
    assert Record.objects.standing().count() == 2
    assert back == f"/review/{ReviewItem.objects.get().public_id}"


def test_a_pair_that_somebody_decided_meanwhile_is_not_decided_twice(signed_in, officer, question):
    client = signed_in(officer)
    post_decision(client, question, "different")
    answer = post_decision(client, question, "same")
    assertContains(answer, "already decided", status_code=409)
    assert Decision.objects.get().verdict == "different"


def test_later_leads_to_the_next_pair_and_then_around(signed_in, officer, agencies, filed, question):
    filed(agencies["building"], data=jpeg(drawn(9)), title="Another", key="9a")
    filed(agencies["metro"], data=tiny(drawn(9)), title="Another, small", key="9b")
    client = signed_in(officer)
    first = client.get("/review").url
    place = client.get(first).context["place"]
    second = client.get(f"/review?after={place}").url
    assert second != first
    assert client.get(f"/review?after={client.get(second).context['place']}").url == first


def test_an_officer_of_one_of_the_two_agencies_is_not_asked(signed_in, person, agencies, question):
    client = signed_in(person("half", officer=[agencies["metro"]]))
    assertNotContains(client.get("/review"), "Pair 1")
    assert client.get(f"/review/{question.public_id}").status_code == 404
    assert post_decision(client, question, "same").status_code == 403


@pytest.mark.parametrize("verdict", ["", "designated", "nonsense"])
def test_an_unknown_verdict_changes_nothing(signed_in, officer, question, verdict):
    assert post_decision(signed_in(officer), question, verdict).status_code == 404
    assert not Decision.objects.exists()


def test_copies_of_two_audiences_are_never_decided_about(signed_in, officer, agencies, filed):
    filed(agencies["building"], data=jpeg(drawn(7)))
    filed(agencies["building"], data=jpeg(drawn(7)), audience="internal", key="inside")
    a, b = Copy.objects.order_by("id")
    answer = signed_in(officer).post(
        "/review/decide", {"copy_a": a.public_id, "copy_b": b.public_id, "verdict": "same"}
    )
    assert answer.status_code == 404


def test_the_pair_page_needs_few_queries(signed_in, officer, question, django_assert_max_num_queries):
    assert question.opened_at <= timezone.now()
    client = signed_in(officer)
    with django_assert_max_num_queries(37):
        client.get(f"/review/{question.public_id}")


@pytest.fixture
def second(agencies, filed, question) -> ReviewItem:
    """Another question, that fits less or came later."""
    filed(agencies["building"], data=jpeg(drawn(9), quality=95), title="Another", key="9a")
    filed(agencies["metro"], data=faintly_marked(drawn(9)), title="Another, marked", key="9b")
    return ReviewItem.objects.exclude(pk=question.pk).get()


def test_the_next_pair_is_in_the_page_and_needs_few_queries_more(
    signed_in, officer, question, second, django_assert_max_num_queries
):
    client = signed_in(officer)
    with django_assert_max_num_queries(42):
        page = client.get(f"/review/{question.public_id}")
    assertContains(page, f'data-address="/review/{second.public_id}"')
    assertContains(page, f'data-differences="/review/{second.public_id}/differences')


def test_the_queue_is_worked_through_by_kind(signed_in, officer, question, second):
    assert (question.kind, second.kind) == ("fingerprints", "faint")
    client = signed_in(officer)
    page = client.get("/review?kind=faint", follow=True)
    assert page.redirect_chain[-1][0] == f"/review/{second.public_id}?kind=faint"
    assert [(one["count"], one["is_chosen"]) for one in page.context["kinds"]] == [(2, False), (1, True), (1, False)]
    assertContains(page, "Pair 1 of 1")
    after = client.get(post_decision(client, second, "same", kind="faint").url)
    assertContains(after, "None of this kind waits for you")
    assert client.get("/review?kind=nonsense").url == f"/review/{question.public_id}"


def test_a_pair_is_held_by_whoever_looks_at_it(signed_in, officer, person, agencies, question, second):
    other = signed_in(person("second", officer=list(agencies.values())))
    client = signed_in(officer)
    mine = client.get("/review").url
    page = client.get(mine)
    theirs = other.get("/review").url
    assert {mine, theirs} == {f"/review/{one.public_id}" for one in (question, second)}
    other.get(theirs)
    refused = other.get(mine)
    assertContains(refused, "officer is looking at it", status_code=409)
    assertContains(other.get(theirs), "Pair 1 of 1")
    item = next(one for one in (question, second) if mine.endswith(one.public_id))
    answer = post_decision(other, item, "same")
    assertContains(answer, "officer is looking at this pair", status_code=409)
    assert client.post(f"{mine}/leave", {"until": page.context["until"]}).status_code == 204
    assertContains(other.get(mine), "Is this one picture or two?")


@pytest.mark.parametrize("until", ["", "yesterday", "2026-01-01", "2026-01-01T00:00:00"])
def test_leaving_says_until_when_it_was_held(signed_in, officer, question, until):
    assert signed_in(officer).post(f"/review/{question.public_id}/leave", {"until": until}).status_code == 404


def test_what_differs_within_a_value_is_marked(signed_in, officer, question):
    page = signed_in(officer).get(f"/review/{question.public_id}")
    assertContains(page, "The <mark>large</mark> one")
    assertContains(page, "The <mark>small</mark> one")


@pytest.fixture
def doubt(agencies, filed) -> ReviewItem:
    """A picture, and the same with a faint mark on it, which careless copying could have left."""
    filed(agencies["building"], data=jpeg(drawn(7), quality=95), title="Without", numbers=())
    filed(agencies["metro"], data=faintly_marked(drawn(7)), title="With")
    return ReviewItem.objects.get()


@pytest.mark.parametrize("kind", ["a", "b", "differences"])
def test_both_pictures_are_shown_laid_over_one_another(signed_in, officer, doubt, kind):
    client = signed_in(officer)
    assertContains(client.get("/review", follow=True), f"/review/{doubt.public_id}/{kind}")
    picture = client.get(f"/review/{doubt.public_id}/{kind}")
    assert picture["Cache-Control"] == "private, max-age=600"
    assert picture["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(picture.content)).size == drawn(7).size


def test_an_exhibit_is_for_those_who_may_decide(client, signed_in, person, agency, doubt):
    address = f"/review/{doubt.public_id}/differences"
    assert client.get(address).url.startswith("/sign-in")
    assert signed_in(person("filer", filer=[agency])).get(address).status_code == 404


def test_pictures_that_cannot_be_laid_over_one_another_are_not(signed_in, officer, question):
    assert signed_in(officer).get(f"/review/{question.public_id}/differences").status_code == 404
