import shlex

import pytest

from tests.conftest import drawn, jpeg


def test_the_explanations_lead_to_the_addresses(client, db):
    for page in ("/about", "/help"):
        assert 'href="/about/standards"' in client.get(page).content.decode()


def test_help_is_one_page_that_every_page_leads_to_with_something_for_everybody(client, db, settings):
    settings.CATALOG_EMAIL = "records@city.example"
    assert 'href="/help"' in client.get("/").content.decode()
    page = client.get("/help").content.decode()
    for part in ("finding", "filing", "deciding", "checking", "connecting", "words", "correcting", "accessibility"):
        assert f'href="#{part}"' in page
        assert f'id="{part}"' in page
    assert "mailto:records@city.example" in page
    assert 'href="/help"' in client.get("/about").content.decode()


def test_every_example_for_integrators_answers(client, file_it, run_jobs, agency):
    file_it(jpeg(drawn(1)), agency, title="Curb ramp")
    run_jobs()
    doors = client.get("/about/standards").context["doors"]
    assert len(doors) == 7
    for door in doors:
        *_, address = words = shlex.split(door.example)
        accept = {"accept": words[words.index("-H") + 1].removeprefix("Accept: ")} if "-H" in words else {}
        answer = client.get(address.removeprefix("http://testserver"), headers=accept)
        assert answer.status_code == 200, door.name


@pytest.mark.parametrize("address", ["/about", "/about/standards", "/help"])
def test_they_are_there_before_anything_was_filed(client, db, address):
    assert client.get(address).status_code == 200
