"""A records officer decides pairs: by the keyboard alone, with two pictures on one stage, and without JavaScript."""

import time

import pytest
from playwright.sync_api import Page, expect

from catalog import tasks
from catalog.models import Bulk, Decision, ReviewItem
from catalog.services import looking
from tests.conftest import drawn, jpeg, tiny
from tests.questions import ask_about

from .conftest import WIDTHS
from .test_every_page import AXE, SCHEMES, problems_of

QUEUE, TWELVE = 50, 12
PATIENCE_MS = 30_000
PAINTED = "performance.getEntriesByName('next pair painted').map(entry => entry.duration)"


@pytest.fixture
def three_pairs(agencies, file_it):
    ask_about(3, agencies, file_it)


@pytest.fixture
def second(person, agencies):
    return person("second", officer=list(agencies.values()))


def open_queue(page: Page) -> Page:
    page.goto("/review", wait_until="domcontentloaded", timeout=PATIENCE_MS)
    ready(page)
    return page


def ready(page: Page) -> None:
    expect(page.locator("[data-decide] button").first).to_be_enabled(timeout=PATIENCE_MS)


def counted(page: Page, words: str) -> None:
    expect(page.get_by_text(words, exact=True)).to_be_visible(timeout=PATIENCE_MS)
    ready(page)


def shows(page: Page) -> str:
    return page.locator("[data-stage]").get_attribute("data-shows")


def test_pairs_are_decided_left_for_later_and_undone_with_keys(visit, officer, three_pairs):
    page = open_queue(visit(officer))
    counted(page, "Pair 1 of 3")
    page.keyboard.press("l")
    counted(page, "Pair 2 of 3")
    page.keyboard.press("x")
    counted(page, "Pair 2 of 2")
    assert Decision.objects.get().verdict == "different"
    page.keyboard.press("u")
    counted(page, "Pair 3 of 3")
    expect(page.get_by_text("Undone: Different pictures.")).to_be_visible()
    assert not Decision.objects.effective().exists()
    assert page.url.endswith(ReviewItem.objects.get(held_by=officer).public_id)


def test_a_reason_is_typed_without_leaving_the_keyboard(visit, officer, three_pairs):
    page = open_queue(visit(officer))
    page.keyboard.press("r")
    page.keyboard.type("x? same scan")
    expect(page.get_by_label("Reason")).to_have_value("x? same scan")
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    counted(page, "Pair 1 of 2")
    assert Decision.objects.get().reason == "x? same scan"


def test_the_keys_are_listed_and_can_be_switched_off(visit, officer, three_pairs):
    page = open_queue(visit(officer))
    page.keyboard.press("?")
    listed = page.get_by_role("dialog", name="Keys")
    expect(listed).to_contain_text("Undo your last decision")
    page.keyboard.press("x")
    page.keyboard.press("Escape")
    expect(listed).not_to_be_visible()
    page.get_by_label("Use the keys shown").uncheck()
    page.keyboard.press("x")
    page.reload()
    ready(page)
    expect(page.get_by_label("Use the keys shown")).not_to_be_checked()
    assert not Decision.objects.exists()


def test_nothing_can_be_pressed_before_both_pictures_are_painted(visit, officer, three_pairs):
    page = visit(officer)
    page.route("**/preview", lambda route: None)
    page.goto("/review", wait_until="domcontentloaded")
    expect(page.get_by_role("button", name="The same picture")).to_be_disabled()
    page.keyboard.press("s")
    page.unroute("**/preview")
    ready(page)
    assert not Decision.objects.exists()


def test_two_officers_look_at_different_pairs(visit, officer, second, three_pairs):
    one, other = open_queue(visit(officer)), open_queue(visit(second))
    assert one.url != other.url
    held = other.context.new_page()
    held.goto(one.url)
    expect(held.get_by_text("officer is looking at it, until")).to_be_visible()
    one.goto("/about")
    held.reload()
    expect(held.get_by_role("heading", name="Is this one picture or two?")).to_be_visible()


def test_a_pair_that_is_taken_over_is_not_decided_twice(visit, officer, second, three_pairs):
    page = open_queue(visit(officer))
    item = ReviewItem.objects.get(held_by=officer)
    ReviewItem.objects.update(held_by=None, held_until=None)
    assert looking.hold(item, by=second)
    page.keyboard.press("s")
    expect(page.get_by_role("heading", name="Somebody else is looking at this pair")).to_be_visible()
    assert not Decision.objects.exists()


def test_two_pictures_are_compared_in_five_ways_that_are_remembered(visit, officer, three_pairs):
    page = open_queue(visit(officer))
    for key, mode in (("2", "swipe"), ("3", "onion"), ("4", "blink"), ("5", "differences"), ("1", "side")):
        page.keyboard.press(key)
        assert shows(page) == mode
    page.get_by_role("button", name="Swipe").click()
    page.get_by_role("slider").fill("20")
    page.keyboard.press("s")
    expect(page.locator(".pair").get_by_role("link", name="Lot 501", exact=True)).to_have_count(2, timeout=PATIENCE_MS)
    counted(page, "Pair 1 of 2")
    assert shows(page) == "swipe"
    page.reload()
    ready(page)
    assert shows(page) == "swipe"


def test_both_pictures_are_zoomed_and_moved_as_one(visit, officer, three_pairs):
    page = open_queue(visit(officer))
    page.keyboard.press("1")
    zooms = "['a', 'b'].map(view => stage.views[view].viewport.getZoom(false))"
    before = page.evaluate(zooms)
    page.keyboard.press("+")
    page.get_by_role("button", name="Zoom in").click()
    after = page.evaluate(zooms)
    assert after[0] == after[1] > before[0]
    page.evaluate("stage.views.b.viewport.panBy(new OpenSeadragon.Point(.1, .1))")
    centers = page.evaluate("['a', 'b'].map(view => stage.views[view].viewport.getCenter(false).x)")
    assert centers[0] == pytest.approx(centers[1])
    page.keyboard.press("0")
    assert page.evaluate(zooms) == pytest.approx(before)


def test_nothing_blinks_by_itself_for_those_who_ask_for_less_motion(visit, officer, three_pairs):
    page = visit(officer)
    page.emulate_media(reduced_motion="reduce")
    open_queue(page)
    page.keyboard.press("4")
    expect(page.get_by_role("button", name="Blink").last).to_have_text("Blink")
    page.get_by_role("button", name="Show the other").click()
    assert page.evaluate("stage.isOther")


def test_pictures_that_cannot_be_laid_over_one_another_are_shown_side_by_side(
    visit, officer, agencies, file_it, run_jobs
):
    file_it(jpeg(drawn(21)), agencies["building"], key="large")
    file_it(tiny(drawn(21)), agencies["metro"], key="small")
    run_jobs()
    page = open_queue(visit(officer))
    expect(page.get_by_text("These two cannot be laid over one another")).to_be_visible()
    expect(page.get_by_role("button", name="Swipe")).to_be_disabled()
    page.keyboard.press("2")
    assert shows(page) == "side"


def test_all_of_it_works_without_javascript(visit, officer, three_pairs):
    page = visit(officer, javascript=False)
    page.goto("/review")
    expect(page.get_by_text("Pair 1 of 3")).to_be_visible()
    expect(page.locator(".laid img")).to_have_count(3)
    page.get_by_role("link", name="Leave it for later").click()
    expect(page.get_by_text("Pair 2 of 3")).to_be_visible()
    page.get_by_label("Reason").fill("Two lots")
    page.get_by_role("button", name="Different pictures").click()
    expect(page.get_by_text("Pair 2 of 2")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Pair 3 of 3")).to_be_visible()
    assert not Decision.objects.effective().exists()


@pytest.mark.parametrize("javascript", [True, False])
def test_many_are_decided_at_once_and_taken_back(visit, officer, three_pairs, run_jobs, javascript):
    page = visit(officer, javascript=javascript)
    page.goto("/review/bulk")
    page.get_by_label("Why they wait").select_option("Next to nothing differs")
    page.get_by_label("How well they fit").fill("0")
    page.get_by_text("The same picture").click()
    page.get_by_role("button", name="Show these pairs").click()
    page.get_by_text("Decide it").first.click()
    page.get_by_label("Reason").fill("One roll of film")
    page.get_by_role("button", name="Keep what is ticked").click()
    page.get_by_role("button", name="Decide these 2 pairs").click()
    expect(page.get_by_text("of 3 done")).to_be_visible()
    tasks.work()
    page.goto(page.url)
    expect(page.get_by_text("1 left out and 2 decided")).to_be_visible()
    page.get_by_role("button", name="Undo all of these decisions").click()
    tasks.work()
    page.goto(page.url)
    expect(page.get_by_text("Taken back.", exact=True)).to_be_visible()
    assert Decision.objects.filter(ending="undone").count() == 2
    assert ReviewItem.objects.count() == 3


def test_twelve_of_fifty_are_decided_by_keys_alone(visit, officer, agencies, file_it, capsys, record_property):
    ask_about(QUEUE, agencies, file_it)
    page = open_queue(visit(officer))
    started = time.monotonic()
    at_once, looked_at = [], []
    for number in range(TWELVE):
        painted = at_once if number % 2 else looked_at
        if painted is looked_at:  # for as long as the next pair takes to come, which is a fraction of five seconds
            expect(page.locator("body[data-busy]")).to_have_count(0)
        page.keyboard.press("sxcm"[number % 4])
        counted(page, f"Pair 1 of {QUEUE - 1 - number}")
        painted.append(round(page.evaluate(PAINTED)[-1]))
    seconds = time.monotonic() - started
    assert Decision.objects.effective().count() == TWELVE
    assert ReviewItem.objects.count() == QUEUE - TWELVE
    figures = (
        f"{TWELVE} decisions in {seconds:.1f} s; next pair painted after {sorted(looked_at)} ms, "
        f"{sorted(at_once)} ms where a key was pressed before it had come"
    )
    record_property("review", figures)
    with capsys.disabled():
        print(f"\n{figures}")  # noqa: T201 - a figure for people, never asserted


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_whatever_is_shown(visit, officer, second, three_pairs, width):
    page = open_queue(visit(officer, width=width))
    found = {}
    for key in "12345":
        page.keyboard.press(key)
        found[key] = complaints(page)
    page.keyboard.press("?")
    found["keys"] = complaints(page)
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    counted(page, "Pair 1 of 2")
    found["after a decision"] = complaints(page)
    looking.hold_next(ReviewItem.objects.free_for(second), by=second)
    page.goto(f"/review/{ReviewItem.objects.get(held_by=second).public_id}")
    found["held"] = complaints(page)
    page.goto("/review?kind=sheets")
    found["empty"] = complaints(page)
    page.goto("/review/bulk")
    found["bulk"] = complaints(page)
    page.get_by_label("How well they fit").fill("101")
    page.get_by_role("button", name="Show these pairs").click()
    found["bulk, mistaken"] = complaints(page)
    page.get_by_label("How well they fit").fill("0")
    page.get_by_role("button", name="Show these pairs").click()
    found["bulk, proposed"] = complaints(page)
    page.get_by_role("button", name="Decide this 1 pair").click()
    found["bulk, on its way"] = complaints(page)
    tasks.work()
    page.goto(f"/review/bulk/{Bulk.objects.get().public_id}")
    found["bulk, decided"] = complaints(page)
    assert {name: said for name, said in found.items() if said} == {}


def complaints(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    said = [problem for scheme in SCHEMES for problem in problems_of(page, scheme)]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        said.append("wider than the window")
    return said
