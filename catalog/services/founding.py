"""Founding: identifiers are cited for decades, so what they begin with is kept from the first start on."""

import re
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction

from catalog.models import Founding

from .history import write_event

ADDRESS = re.compile(r"https?://[^\s/?#@<>\"]+/([^\s?#<>\"]*/)?")
OWN_MACHINE = ("127.0.0.1", "localhost", "::1")
"""Nobody elsewhere can cite what begins with one of these, so whoever only tried the software may still choose."""


class OtherBase(Exception):
    """The catalog's identifiers begin otherwise; the message says what to do."""


class NoBase(Exception):
    """Identifiers cannot begin so."""


@transaction.atomic
def confirm_base_iri(base_iri: str, *, at: datetime) -> None:
    """Keep what identifiers begin with at the first start; raise OtherBase where a later one says something else.

    Raises NoBase for what is no beginning of an address.
    """
    _check(base_iri)
    kept, is_new = Founding.objects.get_or_create(pk=1, defaults={"base_iri": base_iri, "kept_at": at})
    if is_new or kept.base_iri == base_iri:
        return
    if not _is_of_own_machine(kept.base_iri):
        raise OtherBase(
            f"BASE_IRI is {base_iri}, but the identifiers of this catalog begin with {kept.base_iri}, and others may "
            f"have cited them. Set BASE_IRI={kept.base_iri}. If they shall all begin otherwise from now on, say so "
            f"once: manage.py change_base_iri {base_iri} --reason '...'"
        )
    change_base_iri(base_iri, reason="Until now the catalog was for its own machine alone.", at=at)


@transaction.atomic
def change_base_iri(base_iri: str, *, reason: str, at: datetime) -> bool:
    """Let all identifiers begin so from now on; return whether they did not before. Raises NoBase."""
    _check(base_iri)
    kept = Founding.objects.select_for_update().filter(pk=1).first() or Founding(base_iri="")
    if kept.base_iri == base_iri:
        return False
    before, kept.base_iri, kept.kept_at = kept.base_iri, base_iri, at
    kept.save()
    write_event(
        "catalog.base-changed", object_id="catalog", at=at, reason=reason,
        before={"base_iri": before}, after={"base_iri": base_iri},
    )  # fmt: skip
    return True


def _check(base_iri: str) -> None:
    if not ADDRESS.fullmatch(base_iri):
        raise NoBase(f"{base_iri!r} is no beginning of identifiers. One is https://images.city.example/.")


def _is_of_own_machine(base_iri: str) -> bool:
    return urlsplit(base_iri).hostname in OWN_MACHINE
