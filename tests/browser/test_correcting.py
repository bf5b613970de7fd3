"""From a form without an account to the officer’s answer, the notice and the status page; conflicts by keyboard."""

import pytest
from playwright.sync_api import Page, expect

from catalog.models import Conflict, Correction, Notice, Record
from tests.conftest import drawn, jpeg


@pytest.fixture
def record(agencies, schemes, file_it, run_jobs) -> Record:
    """A picture of two departments, under two parcels."""
    data = jpeg(drawn(41))
    file_it(data, agencies["building"], title="Mill Street", numbers=[("apn", "5149-015-902")])
    file_it(data, agencies["housing"], title="Site check", numbers=[("apn", "5149-015-903")], key="h")
    run_jobs()
    return Record.objects.get()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_visitor_asks_an_officer_passes_it_on_and_answers(visit, officer, person, agencies, record, javascript):
    stranger = visit(javascript=javascript)
    stranger.goto(record.get_absolute_url())
    stranger.get_by_role("link", name="Something is wrong with this").click()
    stranger.get_by_label("What is wrong").select_option(label="Title: Mill Street")
    stranger.get_by_label("What it should be").fill("Foundry Street")
    stranger.get_by_role("button", name="Send this correction").click()
    expect(stranger.get_by_role("alert")).to_contain_text("Say how you know")
    expect(stranger.get_by_label("What it should be")).to_have_value("Foundry Street")
    stranger.get_by_label("How do you know?").fill("The sign in the picture says so.")
    stranger.get_by_role("button", name="Send this correction").click()
    reference = Correction.objects.get().reference
    expect(stranger.get_by_text(reference)).to_be_visible()
    expect(stranger.get_by_text("Waits for an officer")).to_be_visible()

    desk = visit(officer, javascript=javascript)
    desk.goto("/corrections")
    desk.get_by_role("link", name="Title: Mill Street").click()
    desk.get_by_label("Your answer").fill("The department looks at the original.")
    desk.get_by_label("Department").select_option(label="Building and Safety")
    desk.get_by_role("button", name="Pass it on").click()

    filer = visit(person("filer of it", filer=[agencies["building"]]), javascript=javascript)
    filer.goto("/")
    filer.get_by_role("link", name="Notices 1").click()
    filer.get_by_role("link", name="Title: Mill Street").click()
    expect(filer.get_by_text("The department looks at the original.")).to_be_visible()
    filer.get_by_label("What was done").fill("The original says Foundry Street.")
    filer.get_by_role("button", name="It is done").click()
    assert Notice.objects.get().answered_at

    desk.goto("/corrections")
    expect(desk.get_by_text("Answered by its department")).to_be_visible()
    desk.get_by_role("link", name="Title: Mill Street").click()
    desk.get_by_label("Your answer").fill("Thank you, it was Foundry Street.")
    desk.get_by_role("button", name="Accept: say this").click()

    stranger.goto("/corrections")
    stranger.get_by_label("Your reference number").fill(reference.lower().replace("-", " "))
    stranger.get_by_role("button", name="Show what became of it").click()
    expect(stranger.get_by_text("Accepted", exact=True)).to_be_visible()
    expect(stranger.get_by_text("Thank you, it was Foundry Street.")).to_be_visible()
    stranger.goto(record.get_absolute_url())
    expect(stranger.get_by_role("heading", name="Foundry Street")).to_be_visible()


def test_a_correction_is_asked_by_the_keyboard_alone(visit, record):
    page = visit()
    page.goto(record.get_absolute_url())
    tab_to(page, "Something is wrong with this")
    page.keyboard.press("Enter")
    page.wait_for_url("**/correct")
    tab_to(page, "What is wrong")
    page.keyboard.type("Title")
    for words, typed in (("What it should be", "Foundry Street"), ("How do you know?", "I live there.")):
        tab_to(page, words)
        page.keyboard.type(typed)
    tab_to(page, "Send this correction")
    page.keyboard.press("Enter")
    page.wait_for_url("**/corrections/RC-*")
    assert Correction.objects.get().proposed == "Foundry Street"


def test_a_conflict_is_decided_and_undone_by_the_keyboard_alone(visit, officer, record):
    page = visit(officer)
    page.goto("/conflicts")
    tab_to(page, "Mill Street")
    page.keyboard.press("Enter")
    page.wait_for_url("**/conflicts/*")
    tab_to(page, "Why")
    page.keyboard.type("The plat says so.")
    tab_to(page, "This is right: 5149-015-902")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Decided. The filings stay")).to_be_visible()
    assert Conflict.objects.get().state == "decided"
    tab_to(page, "Undo this decision")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Undone. All is as if")).to_be_visible()
    assert Conflict.objects.get().state == "open"


def test_a_conflict_is_sent_back_without_javascript(visit, officer, person, agencies, record):
    page = visit(officer, javascript=False)
    page.goto("/conflicts")
    page.get_by_role("link", name="Mill Street").click()
    page.get_by_role("button", name="An error: send it back").last.click()
    expect(page.get_by_role("alert")).to_contain_text("Say what is wrong")
    page.get_by_label("Why").fill("The lot next door.")
    page.get_by_role("button", name="An error: send it back").last.click()
    expect(page.get_by_text("Housing has not answered yet.")).to_be_visible()


FOCUSED = """() => {
  const here = document.activeElement;
  const label = here.labels && here.labels.length ? here.labels[0] : here;
  return label.textContent.replace(/\\s+/g, " ").trim();
}"""


def tab_to(page: Page, words: str) -> None:
    """Press the tab key until what has the focus is called so."""
    for _press in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED).startswith(words):
            return
    pytest.fail(f"the focus never came to “{words}”")
