"""The API's page shows itself from here alone, under the policy of all pages."""

from django.urls import reverse


def test_the_description_is_shown_and_can_be_tried(visit):
    page = visit()
    elsewhere = []
    page.on("request", lambda asked: asked.url.startswith(("http://localhost", "data:")) or elsewhere.append(asked.url))
    page.goto(reverse("api-docs"))
    page.get_by_text("Search the standing records").click()
    page.get_by_text("Words, or a parcel or permit number.").wait_for()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.get_by_text('"is_capped": false').first.wait_for()
    assert elsewhere == []


def test_without_javascript_it_leads_to_the_description_as_a_file(visit):
    page = visit(javascript=False)
    page.goto(reverse("api-docs"))
    page.get_by_role("link", name="JSON").wait_for()
