"""Pages follow their reader's language; what programs read is in English whatever they ask for."""

import re

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from catalog.web.languages import FOR_PROGRAMS
from tests.conftest import drawn, jpeg
from tests.test_planted_words import ROUTES

SPANISH = {"Accept-Language": "es-US,es;q=0.9,en;q=0.5"}
CHANCE = re.compile(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)|csrfmiddlewaretoken\" value=\"\w+\"")
"""Moments of answering and tokens of forms."""


@pytest.fixture
def browser(db) -> Client:
    return Client(headers=SPANISH)


def test_a_page_is_in_the_first_language_that_the_browser_asks_for(browser):
    said = browser.get("/sign-in").content.decode()
    assert '<html lang="es">' in said
    assert "Iniciar sesión" in said
    assert '<html lang="en">' in Client(headers={"Accept-Language": "fr, de"}).get("/sign-in").content.decode()


def test_a_readers_own_choice_is_kept_and_comes_before_what_the_browser_asks(browser):
    answer = browser.post("/language", {"language": "en", "next": "/sign-in?next=/file"})
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in?next=/file")
    assert '<html lang="en">' in browser.get("/sign-in").content.decode()
    cookie = browser.cookies["django_language"]
    assert cookie["max-age"] == 365 * 24 * 60 * 60
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_every_page_offers_both_languages_in_their_own_words(browser):
    said = " ".join(browser.get("/?q=mill&page=2").content.decode().split())
    assert '<input type="hidden" name="next" value="/?q=mill&amp;page=2">' in said
    assert '<button type="submit" name="language" value="en" lang="en">English</button>' in said
    assert '<button type="submit" name="language" value="es" lang="es" aria-current="true">Español</button>' in said


def test_the_switch_leads_nowhere_else(browser):
    answer = browser.post("/language", {"language": "en", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


def test_readers_get_no_cookie_before_they_choose(browser):
    assert not browser.get("/").cookies


def test_caches_keep_the_pages_of_each_language_apart(browser):
    for address in ("/", "/sign-in", "/nothing"):
        answer = browser.get(address)
        assert {"Accept-Language", "Cookie"} <= {one.strip() for one in answer["Vary"].split(",")}, address
        assert answer["Content-Language"] == "es"


def test_pictures_are_the_same_in_every_language(agency, filed):
    record = filed(agency)
    answer = Client().get(reverse("preview", args=[record.public_id, "preview"]))
    answer.close()
    assert "Accept-Language" not in answer.get("Vary", "")
    assert "Content-Language" not in answer


@pytest.fixture
def catalog(agencies, schemes, filed, file_it, run_jobs, officer, signed_in):
    """A record with two copies, another that was withdrawn, a question; returns clients without and with Spanish."""
    officer.is_operator = True
    officer.save()
    record = filed(agencies["building"], title="Corner of Mill Street", numbers=[("apn", "5149-015-902")])
    file_it(jpeg(drawn(7)), agencies["metro"], key="7", name="stop.jpg", title="Stop")
    file_it(jpeg(drawn(8))[:600], agencies["metro"], key="8", name="half.jpg", title="Broken")
    run_jobs()
    clients = [signed_in(officer), signed_in(officer)]
    clients[1].defaults |= {"HTTP_ACCEPT_LANGUAGE": SPANISH["Accept-Language"]}
    clients[1].cookies["django_language"] = "es"
    return record, *clients


def test_what_programs_read_is_the_same_whatever_language_is_asked_for(catalog):
    record, *clients = catalog
    ids = (record.public_id, record.best_copy.public_id, record.record_copy.public_id)
    asked = {address.replace("{id}", one) for name in _for_programs() for address in ROUTES[name] for one in ids}
    assert len(asked) > 60
    for address in sorted(asked):
        for method in ("get", "post"):
            plain, spanish = (getattr(client, method)(address) for client in clients)
            assert plain.status_code == spanish.status_code
            assert "Accept-Language" not in spanish.get("Vary", "")
            assert _body(plain) == _body(spanish), f"{method} {address}"


def _for_programs() -> set[str]:
    """Return the names of all routes of the API and of the feeds."""
    routes = [inner for door in get_resolver().url_patterns for inner in door.url_patterns]
    return {route.name for route in routes if route.callback.__module__.startswith(FOR_PROGRAMS)}


def _body(answer) -> bytes:
    return CHANCE.sub(b"", b"".join(answer.streaming_content) if answer.streaming else answer.content)


def test_mistakes_are_named_to_programs_in_english(catalog):
    _, plain, spanish = catalog
    answers = [client.post("/api/filings/", {"title": ""}).content for client in (plain, spanish)]
    assert answers[0] == answers[1]
