"""Many at once, as an officer meets it: choose, look through, leave out, confirm, take back."""

import pytest
from pytest_django.asserts import assertContains

from catalog.models import Bulk, Decision, ReviewItem
from catalog.web import bulk as view
from tests.questions import ask_about

pytestmark = pytest.mark.django_db
CHOICE = {"kind": "faint", "fit": "0", "verdict": "same"}


@pytest.fixture
def four(agencies, file_it) -> list[ReviewItem]:
    ask_about(4, agencies, file_it)
    return list(ReviewItem.objects.order_by("misfit", "id"))


@pytest.fixture
def clerk(signed_in, officer, four):
    return signed_in(officer)


def keys(answer) -> list[int]:
    return [pair["key"] for pair in answer.context["pairs"]]


def test_every_pair_is_shown_before_anything_is_decided(clerk):
    page = clerk.post("/review/bulk", CHOICE, follow=True)
    assertContains(page, "Decide these 4 pairs")
    assertContains(page, "Lot 502")
    assert not Decision.objects.exists()


def test_what_is_not_ticked_is_left_out_on_every_page_and_the_rest_is_decided(clerk, run_jobs, monkeypatch):
    monkeypatch.setattr(view, "PAIRS_A_PAGE", 2)
    page = clerk.post("/review/bulk", CHOICE, follow=True)
    address = f"/review/bulk/{page.context['bulk'].public_id}"
    first = keys(page)
    page = clerk.post(address, {"shown": first, "taken": first[:1], "page": 1, "to": 2}, follow=True)
    assert page.redirect_chain[-1][0] == f"{address}?page=2"
    assertContains(page, "Decide these 3 pairs")
    second = keys(page)
    asked = {"shown": second, "taken": second[1:], "page": 2, "confirm": 1, "reason": "One box of scans"}
    page = clerk.post(address, asked, follow=True)
    assertContains(page, "You may leave this page")
    run_jobs()
    assertContains(clerk.get(address), "<b>Decided.</b> 2 left out and 2 decided")
    assert set(Decision.objects.values_list("reason", flat=True)) == {"One box of scans"}
    assertContains(clerk.get("/review/bulk"), "2 left out and 2 decided")
    clerk.post(f"{address}/undo")
    run_jobs()
    assertContains(clerk.get(address), "Taken back.")
    assert not Decision.objects.effective().exists()
    assert ReviewItem.objects.count() == 4


def test_nothing_to_decide_is_said(clerk):
    answer = clerk.post("/review/bulk", {**CHOICE, "kind": "sheets"})
    assertContains(answer, "No pair that waits for you is of this kind", status_code=422)
    page = clerk.post("/review/bulk", CHOICE, follow=True)
    address = f"/review/bulk/{page.context['bulk'].public_id}"
    assertContains(clerk.post(address, {"shown": keys(page), "confirm": 1}, follow=True), "Every pair is left out")


@pytest.mark.parametrize("wrong", [{"kind": "x"}, {"fit": "101"}, {"fit": "a"}, {"verdict": "designated"}, {"fit": ""}])
def test_nonsense_is_refused_in_words(clerk, wrong):
    answer = clerk.post("/review/bulk", {**CHOICE, **wrong})
    assert answer.status_code == 422
    assertContains(answer, "Error:", status_code=422)
    assert not Bulk.objects.exists()


def test_a_bulk_is_its_officers_own(clerk, signed_in, person, agencies):
    page = clerk.post("/review/bulk", CHOICE, follow=True)
    address = f"/review/bulk/{page.context['bulk'].public_id}"
    other = signed_in(person("other", officer=list(agencies.values())))
    assert other.get(address).status_code == other.post(address, {"confirm": 1}).status_code == 404
    assert other.post(f"{address}/undo").status_code == 404
    assert signed_in(person("viewer", viewer=list(agencies.values()))).get("/review/bulk").status_code == 404


def test_a_page_of_pairs_needs_few_queries(clerk, django_assert_max_num_queries):
    address = clerk.post("/review/bulk", CHOICE).url
    with django_assert_max_num_queries(12):
        clerk.get(address)
