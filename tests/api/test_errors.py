import errno

import pytest
from django.db import InterfaceError, OperationalError
from django.urls import reverse

from catalog.models.public_id import new_public_id
from catalog.services import searching


@pytest.fixture
def failing(monkeypatch, anyone):
    """Let the search fail with this error, and return what the caller is told."""

    def ask(error):
        def find(**_):
            raise error

        monkeypatch.setattr(searching, "find", find)
        return anyone.get(reverse("api-records"))

    return ask


@pytest.mark.parametrize("error", [OperationalError("database is locked"), InterfaceError("connection already closed")])
def test_a_database_that_is_away_is_said_with_the_time_to_wait(failing, error):
    answer = failing(error)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "send this again" in answer.json()["detail"]
    assert "locked" not in answer.content.decode()


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), OperationalError("database or disk is full")]
)
def test_a_full_disk_is_said(failing, error):
    answer = failing(error)
    assert answer.status_code == 507
    assert answer.json()["title"] == "Insufficient Storage"


def test_a_full_postgresql_is_a_full_disk(failing):
    cause = Exception("could not extend file")
    cause.sqlstate = "53100"
    error = OperationalError("could not extend file")
    error.__cause__ = cause
    assert failing(error).status_code == 507


def test_our_own_mistakes_are_said_without_their_insides(failing, caplog):
    answer = failing(RuntimeError("secret of the house"))
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert "secret" not in answer.content.decode()
    assert "secret of the house" in caplog.text


@pytest.mark.parametrize(
    "address",
    ["/api/nothing/", "/api/", "/api/records/short/", "/api/filings/..%2f/", "/api/records/x/y/z/", "/api/%00/"],
)
def test_what_is_not_there_is_json_too(anyone, address):
    answer = anyone.get(address)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_an_address_without_its_last_stroke_leads_to_the_right_one(anyone):
    answer = anyone.get("/api/records")
    assert answer.status_code == 301
    assert answer["Location"] == "/api/records/"


@pytest.mark.parametrize("method", ["put", "patch", "delete", "post"])
def test_what_cannot_be_done_here_is_said(anyone, method):
    answer = getattr(anyone, method)(reverse("api-records"))
    assert answer.status_code == 405
    assert answer["Content-Type"] == "application/problem+json"


def test_problems_are_json_for_whoever_asks_for_something_else(anyone):
    answer = anyone.get(reverse("api-record", args=[new_public_id()]), HTTP_ACCEPT="text/html,*/*;q=0.8")
    assert answer.json()["status"] == 404
    assert anyone.get(reverse("api-records"), HTTP_ACCEPT="text/html").status_code == 406
