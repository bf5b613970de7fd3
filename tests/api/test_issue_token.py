import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from rest_framework.test import APIClient

from catalog.models import ApiToken, Event, Source

from .conftest import form


def issue(*arguments) -> tuple[str, str]:
    """Return the secret and what is said beside it."""
    out, err = io.StringIO(), io.StringIO()
    call_command("issue_token", *arguments, stdout=out, stderr=err)
    return out.getvalue().strip(), err.getvalue()


def test_a_token_is_issued_and_files(filer):
    secret, said = issue("filer", "--source", "building/scan room", "--name", "scanner", "--days", "30", "--write")
    assert "shown this once" in said
    token = ApiToken.objects.get()
    assert secret not in (token.digest, token.name)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    answer = client.post(reverse("api-filings"), form(agency=None), format="multipart")
    assert answer.json()["source"] == "scan room"


def test_without_write_it_only_reads(filer):
    issue("filer")
    token = ApiToken.objects.get()
    assert (token.may_write, token.source) == (False, None)


def test_issuing_is_history_without_the_secret(filer):
    secret, _ = issue("filer")
    event = Event.objects.get(verb="token.issued")
    assert event.audience_key == ""
    assert secret not in str(event.payload.after)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody"], "There is nobody named 'nobody'"),
        (["filer", "--source", "building"], "AGENCY/NAME"),
        (["filer", "--source", "nowhere/x"], "Agencies: building"),
        (["filer", "--source", "metro/x", "--write"], "filer may not file for Metro"),
        (["filer", "--source", "building/Web form", "--write"], "Choose another name"),
        (["filer", "--days", "0"], "1 to 3650 days"),
    ],
)
def test_a_token_of_no_use_is_not_issued(filer, agency, arguments, words):
    Source.objects.create(agency=agency, name="Web form", kind=Source.Kind.FORM)
    with pytest.raises(CommandError, match=words):
        issue(*arguments)
    assert not ApiToken.objects.exists()


def test_somebody_who_left_gets_none(filer):
    filer.is_active = False
    filer.save()
    with pytest.raises(CommandError, match="cannot sign in"):
        issue("filer")


def test_a_revoked_token_is_of_no_use(filer, anyone):
    out = io.StringIO()
    call_command("issue_token", filer.username, name="scan room", stdout=out, stderr=io.StringIO())
    secret = out.getvalue().strip()
    anyone.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert anyone.get("/api/records/").status_code == 200
    told = io.StringIO()
    call_command("revoke_token", filer.username, name="scan room", stdout=told)
    assert told.getvalue() == "1 revoked.\n"
    assert anyone.get("/api/records/").status_code == 401
