"""A records officer decides pairs, by the keyboard alone."""

import pytest
from playwright.sync_api import expect

from catalog.models import Decision, ReviewItem
from tests.conftest import drawn, jpeg, tiny


@pytest.fixture
def three_pairs(agencies, file_it, run_jobs):
    for seed in (21, 22, 23):
        file_it(jpeg(drawn(seed)), agencies["building"], key=f"{seed}", title=f"Large {seed}")
        file_it(tiny(drawn(seed)), agencies["metro"], key=f"{seed}", title=f"Small {seed}")
    run_jobs()
    assert ReviewItem.objects.count() == 3


def test_pairs_are_decided_skipped_and_undone_with_keys(visit, officer, three_pairs):
    page = visit(officer)
    page.goto("/review")
    expect(page.get_by_text("Pair 1 of 3")).to_be_visible()
    expect(page.get_by_role("button", name="The same picture")).to_be_enabled()
    page.keyboard.press("k")
    expect(page.get_by_text("Pair 2 of 3")).to_be_visible()
    expect(page.get_by_role("button", name="Different pictures")).to_be_enabled()
    page.keyboard.press("4")
    expect(page.get_by_text("of 2", exact=False).filter(has_text="Pair")).to_be_visible()
    assert Decision.objects.get().verdict == "different"
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("of 3").filter(has_text="Pair")).to_be_visible()
    assert not Decision.objects.effective().exists()


def test_keys_do_nothing_while_a_reason_is_typed_and_can_be_switched_off(visit, officer, three_pairs):
    page = visit(officer)
    page.goto("/review")
    page.get_by_label("Reason").fill("")
    page.keyboard.type("1 of 4")
    expect(page.get_by_label("Reason")).to_have_value("1 of 4")
    page.get_by_label("Use the keys shown").uncheck()
    page.keyboard.press("1")
    page.reload()
    expect(page.get_by_label("Use the keys shown")).not_to_be_checked()
    assert not Decision.objects.exists()


def test_nothing_can_be_pressed_before_both_pictures_are_painted(visit, officer, three_pairs):
    page = visit(officer)
    waiting = []
    page.route("**/preview", lambda route: waiting.append(route))
    page.goto("/review", wait_until="domcontentloaded")
    expect(page.get_by_role("button", name="The same picture")).to_be_disabled()
    page.keyboard.press("1")
    for route in waiting:
        route.continue_()
    expect(page.get_by_role("button", name="The same picture")).to_be_enabled()
    assert not Decision.objects.exists()


def test_two_officers_at_one_pair_do_not_decide_it_twice(visit, officer, person, agencies, three_pairs):
    other = person("second", officer=list(agencies.values()))
    pages = [visit(officer), visit(other)]
    for page in pages:
        page.goto("/review")
    pages[0].get_by_role("button", name="Different pictures").click()
    expect(pages[0].get_by_text("of 2", exact=False).filter(has_text="Pair")).to_be_visible()
    pages[1].get_by_role("button", name="The same picture").click()
    expect(pages[1].get_by_role("heading", name="decided meanwhile")).to_be_visible()
    assert Decision.objects.get().decided_by == officer
