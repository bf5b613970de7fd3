"""Audiences: for whom a filing is meant, and which audience keys a person may see.

Grouping, records and search all work within one audience key, so this is the only place that says
who sees what.
"""

from django.db import models


class Audience(models.TextChoices):
    PUBLIC = "public", "Public: anyone"
    INTERNAL = "internal", "Internal: anyone signed in"
    RESTRICTED = "restricted", "Restricted: the filing agency only"


def audience_key(audience: str, agency_slug: str) -> str:
    """Return `public`, `internal` or `restricted:<agency>`."""
    if audience not in Audience.values:
        raise ValueError(f"{audience!r} is not an audience; choose one of {', '.join(Audience.values)}.")
    return f"{audience}:{agency_slug}" if audience == Audience.RESTRICTED else str(audience)


def audience_keys_of(user) -> list[str]:
    """Return every audience key that this person may see; `None` and anonymous visitors see `public`."""
    if user is None or not user.is_authenticated or not user.is_active:
        return [str(Audience.PUBLIC)]
    agencies = user.memberships.values_list("agency__slug", flat=True).distinct()
    restricted = [audience_key(Audience.RESTRICTED, slug) for slug in agencies]
    return [str(Audience.PUBLIC), str(Audience.INTERNAL), *sorted(restricted)]


class AudienceGroup(models.Model):
    """One audience key; its row is the lock under which the records of that audience are grouped anew."""

    key = models.CharField(max_length=80, primary_key=True)

    def __str__(self) -> str:
        return self.key


def audience_key_field() -> models.CharField:
    return models.CharField(
        max_length=80, db_index=True, help_text="public, internal or restricted:<agency>: who may see this."
    )
