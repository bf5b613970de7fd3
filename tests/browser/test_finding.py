"""A planner finds a picture, sees why it is the official one, looks closely, cites, prints; without JavaScript too."""

import pytest
from playwright.sync_api import expect
from pypdfium2 import PdfDocument

from tests.conftest import drawn, jpeg, with_exif


@pytest.fixture
def mill(agencies, schemes, file_it, run_jobs):
    """One record of two departments' copies."""
    data, parcel = jpeg(drawn(3, (640, 480))), [("apn", "5149-015-902")]
    file_it(data, agencies["building"], title="Corner of Mill Street", name="mill.jpg", numbers=parcel)
    file_it(with_exif(data, artist="Ama Osei"), agencies["metro"], title="Mill Street stop", name="stop.jpg")
    run_jobs()


def open_the_mill(page) -> None:
    page.goto("/")
    page.get_by_role("searchbox").first.fill("corner mill")
    page.get_by_role("searchbox").first.press("Enter")
    page.locator("main .card h3 a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Corner of Mill Street")


def test_a_planner_finds_a_record_looks_closely_cites_and_prints(visit, mill):
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    open_the_mill(page)
    expect(page.get_by_text("’s filing is the record copy.")).to_be_visible()
    expect(page.locator(".timeline .dot").first).to_be_visible()
    assert not [url for url in asked if "openseadragon" in url or url.endswith("/original")]
    page.get_by_role("button", name="Look closely").click()
    expect(page.locator(".viewer[data-state=shown]")).to_be_visible()
    assert [url for url in asked if url.endswith("/original")]
    page.get_by_role("button", name="Closer").press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Look closely")).to_be_focused()
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert "Corner of Mill Street" in page.evaluate("navigator.clipboard.readText()")
    assert len(PdfDocument(page.pdf(format="Letter"))) == 1
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for hidden in (".site-header", ".site-footer", ".actions", ".viewer"):
        expect(page.locator(hidden).first).to_be_hidden()


def test_all_of_it_is_there_without_javascript(visit, mill):
    page = visit(javascript=False)
    open_the_mill(page)
    expect(page.get_by_text("’s filing is the record copy.")).to_be_visible()
    expect(page.get_by_role("button", name="Look closely")).to_be_hidden()
    assert page.locator(".plate a.frame").get_attribute("href").endswith("/original")
    page.get_by_text("Who filed what when, as a table").click()
    expect(page.get_by_role("cell", name="mill.jpg")).to_be_visible()
    expect(page.locator("#citation")).to_contain_text("Corner of Mill Street")
    page.get_by_role("link", name="Parcel (APN) 5149-015-902").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("5149-015-902")
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The catalog as a whole")
