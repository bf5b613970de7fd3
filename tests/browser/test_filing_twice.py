"""The main job, by people in browsers: a picture filed twice becomes one record, and can be two again."""

import re

import pytest
from playwright.sync_api import Page, expect

from catalog.models import Filing, Record
from tests.conftest import drawn, jpeg, with_exif


@pytest.fixture
def people(person, agencies):
    return {
        "ana": person("ana", filer=[agencies["building"]]),
        "ben": person("ben", filer=[agencies["metro"]]),
        "pia": person("pia", filer=[agencies["police"]]),
        "officer": person("olga", officer=[agencies["building"], agencies["metro"]]),
    }


def file_a_picture(page: Page, data: bytes, *, name: str, title: str, audience: str = "Public") -> None:
    page.goto("/file")
    page.get_by_label(re.compile("^Files")).set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": data})
    page.get_by_text(f"{audience}:").click()
    page.get_by_role("button", name="Send and describe").click()
    page.get_by_label(re.compile("^Title")).fill(title)
    if not page.get_by_label(re.compile("^Date made")).input_value():
        page.get_by_label(re.compile("^Date made")).fill("2024-03-12")
    page.get_by_role("button", name="File this picture").click()
    expect(page.get_by_role("heading", name="What became of your files")).to_be_visible()


def test_two_agencies_file_one_picture_and_an_officer_splits_it_and_takes_that_back(
    visit, people, agencies, schemes, run_jobs
):
    picture = jpeg(drawn(11))
    tagged = with_exif(picture, artist="Ben Ito", description="Stop at Mill Street", taken="2024:03:12 09:12:44")
    ana, ben = visit(people["ana"]), visit(people["ben"])

    file_a_picture(ana, picture, name="mill.jpg", title="Corner of Mill Street")
    run_jobs()
    file_a_picture(ben, tagged, name="stop.jpg", title="Mill Street stop")
    expect(ben.get_by_text("Being examined", exact=True)).to_be_visible()
    run_jobs()

    # The page that Ben left open finds out by itself.
    expect(ben.get_by_text("Already here", exact=True)).to_be_visible(timeout=8000)
    expect(ben.get_by_text("filed before, by Building and Safety")).to_be_visible()
    record = Record.objects.standing().get()
    assert Filing.objects.filter(copy__record=record).count() == 2

    for page in (ana, ben):
        page.goto("/?q=mill+street")
        expect(page.get_by_text("1 record for “mill street”")).to_be_visible()
        page.get_by_role("link", name="Corner of Mill Street").click()
        expect(page.get_by_role("heading", name="All 2 copies")).to_be_visible()
        why = page.get_by_role("region", name="Why this is the official one")
        expect(why).to_contain_text("Building and Safety’s filing is the record copy")
        expect(page.get_by_text(re.compile("Filed by Metro on .+ as “stop.jpg”"))).to_be_visible()
        expect(page.get_by_role("button", name="Split this copy off")).to_have_count(0)

    officer = visit(people["officer"])
    officer.goto(record.get_absolute_url())
    officer.get_by_text("Decide about this copy").last.click()
    officer.get_by_label(re.compile("^Reason")).last.fill("Two exposures, says the photographer")
    officer.get_by_role("button", name="Split this copy off").click()
    expect(officer.get_by_text("was split off")).to_be_visible()
    officer.get_by_role("link", name="a record of its own").click()
    expect(officer.get_by_role("heading", name="The copy", exact=True)).to_be_visible()
    assert Record.objects.standing().count() == 2

    officer.go_back()
    officer.get_by_role("button", name="Undo").first.click()
    expect(officer.get_by_role("heading", name="All 2 copies")).to_be_visible()
    assert Record.objects.standing().count() == 1


def test_a_restricted_picture_stays_unnoticed(visit, people, agencies, schemes, run_jobs):
    picture = jpeg(drawn(12))
    pia, ana, stranger = visit(people["pia"]), visit(people["ana"]), visit()

    file_a_picture(pia, picture, name="room.jpg", title="Evidence room", audience="Restricted")
    run_jobs()
    hidden = Record.objects.standing().get()
    file_a_picture(ana, picture, name="mine.jpg", title="A room")
    run_jobs()
    ana.reload()
    expect(ana.get_by_text("A new record. Nothing like it was here.")).to_be_visible()

    for page in (ana, stranger):
        page.goto("/?q=evidence")
        expect(page.get_by_text("No record for “evidence”")).to_be_visible()
        for address in (hidden.get_absolute_url(), f"/copy/{hidden.best_copy.public_id}/original"):
            assert page.goto(address).status == 404
    pia.goto("/?q=evidence")
    expect(pia.get_by_role("link", name="Evidence room")).to_be_visible()


def test_finding_and_filing_work_without_javascript(visit, people, agencies, schemes, run_jobs):
    page = visit(people["ana"], javascript=False)
    data = with_exif(jpeg(drawn(13)), artist="Ama Osei")
    file_a_picture(page, data, name="ramp.jpg", title="Curb ramp at Fourth")
    run_jobs()
    page.reload()
    expect(page.get_by_text("A new record")).to_be_visible()

    page.goto("/")
    page.get_by_label(re.compile("^Find pictures")).fill("curb osei")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Curb ramp at Fourth").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Curb ramp at Fourth")
    expect(page.get_by_role("definition").get_by_text("Ama Osei", exact=True)).to_be_visible()


def test_mistakes_are_named_and_what_was_typed_is_still_there(visit, people, agencies, schemes):
    page = visit(people["ana"])
    page.goto("/file")
    page.get_by_role("button", name="Send and describe").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose at least one file")
    page.get_by_label(re.compile("^Files")).set_input_files(
        {"name": "ramp.jpg", "mimeType": "image/jpeg", "buffer": jpeg(drawn(14))}
    )
    expect(page.get_by_text("ramp.jpg")).to_be_visible()
    page.get_by_role("button", name="Send and describe").click()
    page.get_by_label(re.compile("^Date made")).fill("12/3/24")
    page.get_by_role("button", name="File this picture").click()
    alert = page.get_by_role("alert")
    expect(alert).to_be_focused()
    expect(alert).to_contain_text("2 things to mend")
    alert.get_by_role("link").last.click()
    expect(page.get_by_label(re.compile("^Date made"))).to_have_value("12/3/24")
