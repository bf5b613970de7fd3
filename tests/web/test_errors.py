import errno

import pytest
from django.db import OperationalError
from django.test import RequestFactory
from django.urls import get_resolver
from pytest_django.asserts import assertContains

from catalog.web import errors

pytestmark = pytest.mark.django_db


def test_an_address_without_anything_is_answered_in_words(client):
    assertContains(client.get("/nothing/here"), "There is nothing at this address", status_code=404)


@pytest.mark.parametrize(
    ("error", "status"), [(ValueError(), 500), (OperationalError(), 503), (OSError(errno.ENOSPC, "full"), 507)]
)
def test_what_is_wrong_on_our_side_needs_neither_database_nor_context(error, status, django_assert_num_queries):
    request = RequestFactory().get("/")
    with django_assert_num_queries(0):
        try:
            raise error
        except Exception:
            answer = errors.broken(request)
    assertContains(answer, "went wrong on our side", status_code=status)
    assert (status == 500) != answer.has_header("Retry-After")


def test_the_site_uses_these_answers():
    resolver = get_resolver()
    for status, handler in ((403, errors.not_allowed), (404, errors.not_found), (500, errors.broken)):
        assert resolver.resolve_error_handler(status) == handler


def test_the_policy_allows_no_inline_script_or_style(client):
    answer = client.get("/about")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    text = answer.content.decode()
    assert " style=" not in text
    assert " onclick=" not in text
    assert "<style" not in text
    assert "<script>" not in text


def test_a_wrong_password_is_said_in_words(client, filer):
    answer = client.post("/sign-in", {"login": "filer", "password": "no"})
    assertContains(answer, "not correct")


def test_one_signs_in_and_is_led_on(client, filer):
    answer = client.post("/sign-in", {"login": "filer", "password": "a long pass phrase", "next": "/file"})
    assert answer.url == "/file"
    assertContains(client.get("/sign-out"), "Sign out?")
    assert client.post("/sign-out").url == "/"
