"""Withdrawing a filing and changing who may see it, on pages: by those who file for its agency alone."""

from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.asserts import assertContains, assertNotContains

from catalog.models import Filing, Record, Upload
from tests.conftest import drawn, jpeg

WHY = "Filed under the wrong permit."


def address_of(record, what: str) -> str:
    return f"/filing/{Filing.objects.get(copy__record=record).public_id}/{what}"


def test_a_filing_is_withdrawn_with_a_reason_and_leaves_a_tombstone(client, signed_in, filer, filed, agency):
    record = filed(agency, title="Zanzibar", name="zanzibar.jpg")
    copy, browser, address = record.best_copy.public_id, signed_in(filer), address_of(record, "withdraw")
    assertContains(browser.get(address_of(record, "amend")), address)
    assertContains(browser.get(address), "only filing of its record")
    assertContains(browser.post(address, {"reason": "", "is_sure": "on"}), "Say why", status_code=400)
    assertContains(browser.post(address, {"reason": WHY}), "ticking the box", status_code=400)
    assert Record.objects.standing().exists()
    answer = browser.post(address, {"reason": WHY, "is_sure": "on"})
    assert (answer.status_code, answer["Location"]) == (302, record.get_absolute_url())
    page = client.get(record.get_absolute_url())
    assert page.status_code == 410
    assert page["Cache-Control"] == "no-store"
    assertContains(page, "Building and Safety withdrew it on", status_code=410)
    assertContains(page, WHY, status_code=410)
    assertNotContains(page, "anzibar", status_code=410)
    assertNotContains(page, f"({filer})", status_code=410)
    assertContains(browser.get(record.get_absolute_url()), str(filer), status_code=410)
    for picture in (f"/image/{record.public_id}/thumbnail", f"/copy/{copy}/thumbnail", f"/copy/{copy}/original"):
        assert client.get(picture).status_code == 404
    assert browser.get(address).status_code == 404


def test_the_page_says_who_is_left(signed_in, filer, filed, agencies):
    filed(agencies["building"], name="a.jpg", key="a")
    record = filed(agencies["metro"], name="b.jpg", key="b")
    mine = record.copies.get().filings.get(agency=agencies["building"])
    page = signed_in(filer).get(f"/filing/{mine.public_id}/withdraw")
    assertContains(page, "goes on with what 1 other filing says")


def test_who_may_see_it_is_changed_and_an_embargo_set(client, signed_in, filer, filed, agency, run_jobs):
    record = filed(agency, title="Zanzibar")
    browser, address = signed_in(filer), address_of(record, "audience")
    assertContains(browser.get(address), "Change who may see a filing")
    asked = {"audience": "public", "embargo_until": "tomorrow", "reason": WHY, "is_sure": "on"}
    assertContains(browser.post(address, asked), "is no day of the calendar", status_code=400)
    answer = browser.post(address, asked | {"embargo_until": "2999-01-01"})
    run_jobs()
    own = browser.get(answer["Location"])
    assertContains(own, "for its agency alone until 1 January 2999")
    assertContains(browser.get(address), 'value="2999-01-01"')
    gone = client.get(record.get_absolute_url())
    assertContains(gone, "It can be seen here no more since", status_code=410)
    assertNotContains(gone, WHY, status_code=410)
    assertNotContains(gone, "Building", status_code=410)


def test_others_find_no_such_pages(client, signed_in, person, filed, agency, agencies):
    record = filed(agency)
    for what in ("withdraw", "audience"):
        address = address_of(record, what)
        assert client.get(address).status_code == 302
        for stranger in (person(f"v-{what}", viewer=[agency]), person(f"o-{what}", officer=[agencies["metro"]])):
            assert signed_in(stranger).get(address).status_code == 404
            posted = {"reason": WHY, "is_sure": "on", "audience": "internal"}
            assert signed_in(stranger).post(address, posted).status_code == 404
    assert Record.objects.standing().get() == record


def test_files_can_be_sent_for_a_later_day(signed_in, filer, agency, run_jobs):
    def send(until: str):
        file = SimpleUploadedFile("mill.jpg", jpeg(drawn()), "image/jpeg")
        return browser.post(
            "/file", {"files": [file], "agency": agency.pk, "audience": "public", "embargo_until": until}
        )

    browser = signed_in(filer)
    assertContains(send("1999-01-01"), "is not in the future", status_code=422)
    assert send("2999-01-01").status_code == 302
    assertContains(browser.get("/file/describe"), "Public: anyone, from 1 January 2999; until then its agency only")
    draft = Upload.objects.get().public_id
    browser.post("/file/describe", {f"{draft}-title": "Mill", f"{draft}-created": "unknown"})
    filing = Filing.objects.get()
    assert (filing.audience, filing.audience_after, str(filing.embargo_until)) == ("restricted", "public", "2999-01-01")
