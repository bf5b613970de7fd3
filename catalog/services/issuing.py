"""Issuing tokens, with which programs call the API in a person's name."""

from datetime import datetime, timedelta

from django.db import transaction

from catalog.models import Agency, ApiToken, Membership, Source, User

from .history import write_event


class NotIssued(Exception):
    """The token would be of no use; says why."""


@transaction.atomic
def issue_token(
    *,
    owner: User,
    agency: Agency | None,
    source_name: str,
    name: str,
    days: int,
    may_write: bool,
    at: datetime,
) -> tuple[ApiToken, str]:
    """Make a token that is valid for so many days; return it with its secret, which is kept nowhere.

    With an agency its filings come from that source alone, which is made where there is none. Raises NotIssued.
    """
    if not owner.is_active:
        raise NotIssued(f"{owner} cannot sign in, so no token is given in this name.")
    if agency and may_write and not owner.has_role(Membership.Role.FILER, agency):
        raise NotIssued(f"{owner} may not file for {agency}. An administrator of the agency gives that role.")
    token, secret = ApiToken.issue(
        owner=owner,
        source=_api_source(agency, source_name) if agency else None,
        name=name,
        may_write=may_write,
        expires_at=at + timedelta(days=days),
    )
    write_event(
        "token.issued",
        object_id=f"token-{token.pk}",
        at=at,
        after={"owner": owner.get_username(), "name": name, "may_write": may_write, "days": days},
    )
    return token, secret


def _api_source(agency: Agency, name: str) -> Source:
    source, _ = Source.objects.get_or_create(agency=agency, name=name, defaults={"kind": Source.Kind.API})
    if source.kind != Source.Kind.API:
        raise NotIssued(f"“{name}” is the name of a source that is not filed by programs. Choose another name.")
    return source


@transaction.atomic
def revoke_tokens(*, owner: User, name: str, at: datetime) -> int:
    """Make this person's tokens of that name (all, where it is empty) useless from now on; return how many."""
    tokens = ApiToken.objects.filter(owner=owner, revoked_at__isnull=True)
    if name:
        tokens = tokens.filter(name=name)
    keys = list(tokens.values_list("pk", flat=True))
    ApiToken.objects.filter(pk__in=keys).update(revoked_at=at)
    for key in keys:
        write_event("token.revoked", object_id=f"token-{key}", at=at)
    return len(keys)
