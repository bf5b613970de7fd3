from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.models import ApiToken

from .conftest import form


def records(client):
    return client.get(reverse("api-records"))


def test_a_token_speaks_for_its_owner(program, filed, filer, agency):
    filed(agency, audience="internal")
    assert records(program(filer)).json()["total"] == 1


def test_without_a_token_only_what_is_public_is_seen(anyone, filed, agency):
    filed(agency, audience="internal")
    assert records(anyone).json()["total"] == 0


@pytest.mark.parametrize("secret", ["", "rc_", "rc_nonsense", "rc_\u00e9", "x" * 5000, "rc_a b", "\x7f"])
def test_a_token_that_was_never_given_is_refused(anyone, secret):
    answer = anyone.get(reverse("api-records"), HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="Record Copy"'
    assert answer["Content-Type"] == "application/problem+json"
    assert "Ask your administrator" in answer.json()["detail"]


def test_an_expired_token_is_refused(program, filer):
    assert records(program(filer, days=-1)).status_code == 401


def test_a_revoked_token_is_refused(program, filer):
    client = program(filer)
    assert records(client).status_code == 200
    ApiToken.objects.update(revoked_at=timezone.now())
    assert records(client).status_code == 401


def test_the_token_of_somebody_who_left_is_refused(program, filer):
    client = program(filer)
    filer.is_active = False
    filer.save()
    assert records(client).status_code == 401


def test_all_refused_tokens_get_the_same_answer(program, filer, anyone):
    expired = records(program(filer, days=-1)).content
    assert expired == anyone.get(reverse("api-records"), HTTP_AUTHORIZATION="Bearer rc_unknown").content


def test_a_token_that_only_reads_files_nothing(program, filer):
    answer = program(filer, write=False).post(reverse("api-filings"), form(), format="multipart")
    assert answer.status_code == 403
    assert "may only read" in answer.json()["detail"]


def test_another_way_of_signing_in_is_left_to_others(anyone):
    assert anyone.get(reverse("api-records"), HTTP_AUTHORIZATION="Basic YTpi").status_code == 200


def test_a_signed_in_person_needs_the_forms_secret_to_change_something(filer):
    client = Client(enforce_csrf_checks=True)
    client.force_login(filer)
    answer = client.post(reverse("api-filings"), form())
    assert answer.status_code == 403
    assert "CSRF" in answer.json()["detail"]
    assert client.get(reverse("api-records")).status_code == 200


def test_a_token_is_not_asked_for_the_forms_secret(program, filer):
    client = program(filer)
    client.handler.enforce_csrf_checks = True
    assert client.post(reverse("api-filings"), form(), format="multipart").status_code == 201


def test_only_the_digest_is_kept(filer):
    token, secret = ApiToken.issue(owner=filer, name="x", expires_at=timezone.now() + timedelta(days=1))
    assert secret not in str(ApiToken.objects.values().get(pk=token.pk))
