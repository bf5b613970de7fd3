"""Amending: the agency that filed says something else of its filing. What it filed first stays readable beside it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from catalog.metadata.validation import Problem, Value, check_filing, normalise
from catalog.models import Filing, Membership, Statement, User

from . import sayings
from .describing import describe
from .filing import FilingRefused
from .history import write_event
from .locking import lock_filing


class NotAllowed(Exception):
    """This person may not amend this filing; says who may."""


def may_amend(user: User, filing: Filing) -> bool:
    """Tell whether a person files for the agency that made the filing."""
    return user.is_authenticated and user.is_active and user.has_role(Membership.Role.FILER, filing.agency_id)


def stated(filing: Filing) -> list[Value]:
    """Return what a filing states now, in the order in which it was stated."""
    return [_value(statement) for statement in _standing(filing)]


@transaction.atomic
def amend(*, filing: Filing, element: str, values: Sequence[Value], reason: str, by: User, at: datetime) -> bool:
    """Let the filing state these values of one element from now on; return whether that is anything new.

    A value that stays keeps its statement; the others are superseded one by one, or retracted. Raises NotAllowed,
    ChangedMeanwhile, and FilingRefused with every problem: a required element cannot be left without a value.
    """
    if not may_amend(by, filing):
        raise NotAllowed(sayings.AMENDS_OWN.format(agency=filing.agency))
    filing = lock_filing(filing)
    if filing.is_withdrawn:
        raise NotAllowed(sayings.NO_MORE_TO_AMEND)
    standing = _standing(filing)
    values = list(dict.fromkeys(normalise(value) for value in values))
    _check(element, values, standing)
    before = {_value(statement): statement for statement in standing if statement.element == element}
    leaving = [statement for value, statement in before.items() if value not in values]
    coming = [value for value in values if value not in before]
    if not leaving and not coming:
        return False
    for place, value in enumerate(coming):
        Statement.objects.create(
            filing=filing, element=element, value=value.value, language=value.language, scheme=value.scheme,
            origin=Statement.Origin.AMENDMENT, made_by=by, made_at=at,
            supersedes=leaving[place] if place < len(leaving) else None,
        )  # fmt: skip
    Statement.objects.filter(pk__in=[one.pk for one in leaving[len(coming) :]]).update(retracted_at=at)
    record = filing.copy.record
    write_event(
        "filing.amended", object_id=filing.public_id, at=at, actor=by, audience_key=filing.audience_key, record=record,
        reason=reason, before=[value.value for value in before],
        after={"agency": filing.agency.slug, "element": element, "values": [value.value for value in values]},
    )  # fmt: skip
    if record.is_standing:
        describe(record, at=at)
    return True


def _standing(filing: Filing) -> list[Statement]:
    return list(Statement.objects.standing().filter(filing=filing).order_by("id"))


def _check(element: str, values: Sequence[Value], standing: Sequence[Statement]) -> None:
    """Raise FilingRefused where the filing could not have been made with these values."""
    message = sayings.NO_VALUE_OF.format(name=element)
    strange = [Problem(v.element, v.value, message, "") for v in values if v.element != element]
    others = [_value(statement) for statement in standing if statement.element != element]
    wrong = [problem for problem in check_filing([*others, *values]) if problem.element == element]
    if problems := strange + wrong:
        raise FilingRefused(problems)


def _value(statement: Statement) -> Value:
    return Value(statement.element, statement.value, statement.language, statement.scheme)
