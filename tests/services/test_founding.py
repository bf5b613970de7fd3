"""What identifiers begin with is kept from the first start on, and changed only on purpose."""

import importlib

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog.management.commands import serve
from catalog.models import Event, Founding
from catalog.services import founding

pytestmark = pytest.mark.django_db

ADDRESSES = ["http://images/", "https://a.example:8443/catalog/", "http://[::1]:8000/", "https://bücher.example/"]
CITY, OTHER, TRIED = "https://images.city.example/", "https://other.example/", "http://127.0.0.1:8000/"


def start(base_iri: str) -> None:
    founding.confirm_base_iri(base_iri, at=timezone.now())


def kept() -> str:
    return Founding.objects.get().base_iri


def test_the_first_start_keeps_it_and_every_other_host_agrees():
    for _ in range(3):
        start(CITY)
    assert kept() == CITY
    assert not Event.objects.exists()


@pytest.mark.parametrize("base_iri", [OTHER, TRIED, "http://images.city.example/"])
def test_a_start_with_another_says_what_to_do_and_changes_nothing(base_iri):
    start(CITY)
    with pytest.raises(founding.OtherBase, match=f"Set BASE_IRI={CITY}.*change_base_iri {base_iri}"):
        start(base_iri)
    assert kept() == CITY


def test_whoever_only_tried_it_may_still_choose():
    start(TRIED)
    start(CITY)
    assert kept() == CITY
    assert Event.objects.get().verb == "catalog.base-changed"


@pytest.mark.parametrize(
    "base_iri", ["images.city.example/", "https:///", "https://a.example/?x=/", "ftp://a.example/"]
)
def test_what_is_no_address_is_refused_before_it_is_kept(base_iri):
    with pytest.raises(founding.NoBase, match="no beginning"):
        start(base_iri)
    assert not Founding.objects.exists()


@pytest.mark.parametrize("base_iri", ADDRESSES)
def test_a_host_may_be_called_as_it_is_called(base_iri):
    start(base_iri)
    assert kept() == base_iri


def test_it_is_changed_on_purpose_with_a_reason(capsys):
    start(CITY)
    call_command("change_base_iri", OTHER.rstrip("/"), reason="The city has another name.")
    assert (kept(), Event.objects.get().reason) == (OTHER, "The city has another name.")
    start(OTHER)
    call_command("change_base_iri", OTHER, reason="Again.")
    assert "nothing was changed" in capsys.readouterr().out
    with pytest.raises(CommandError, match="no beginning"):
        call_command("change_base_iri", "city", reason="A mistake.")


def test_neither_serve_nor_a_web_host_starts_with_another(settings, monkeypatch):
    start(CITY)
    settings.BASE_IRI = OTHER
    monkeypatch.setattr(serve, "_processes", lambda *_: pytest.fail("it starts"))
    with pytest.raises(CommandError, match="cited"):
        call_command("serve")
    monkeypatch.setattr("django.db.connection.close", lambda: None)  # the test's own
    with pytest.raises(ImproperlyConfigured, match="cited"):
        importlib.reload(importlib.import_module("config.wsgi"))
