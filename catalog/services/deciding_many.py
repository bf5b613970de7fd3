"""Deciding many pairs alike at once: proposed, looked through, confirmed, worked off in steps, and undone as one.

What is to be done stands in the pairs. Each is decided, or undone, in a transaction of its own under the lock of its
bulk, so a step that is done twice, or by two workers, is done once.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from catalog.models import Bulk, BulkPair, Decision, ReviewItem, User

from . import deciding, looking, sayings

MOST_PAIRS = 1000
PAIRS_A_STEP = 20
State = BulkPair.State
REFUSALS = (deciding.NotAllowed, deciding.AlreadyDecided, deciding.Contradiction, looking.HeldByAnother)


class NothingToDecide(Exception):
    """No pair is left that would be decided."""


def proposable(user: User, kind: str, misfit_max: int):
    """Return the questions that would be decided, the most likely first."""
    return deciding.queue_for(user).free_for(user).filter(kind=kind, misfit__lte=misfit_max)


@transaction.atomic
def propose(*, kind: str, misfit_max: int, verdict: str, by: User, at: datetime) -> Bulk:
    """Write down which pairs would be decided, at most MOST_PAIRS; nothing is decided yet. A person has one proposal.

    Raises NothingToDecide.
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    items = list(proposable(by, kind, misfit_max)[:MOST_PAIRS])
    if not items:
        raise NothingToDecide(sayings.NO_SUCH_PAIR)
    Bulk.objects.filter(made_by=by, confirmed_at__isnull=True).delete()
    bulk = Bulk.objects.create(kind=kind, misfit_max=misfit_max, verdict=verdict, made_by=by, made_at=at)
    BulkPair.objects.bulk_create(
        BulkPair(bulk=bulk, copy_a=item.copy_a, copy_b=item.copy_b, misfit=item.misfit) for item in items
    )
    return bulk


@transaction.atomic
def choose(bulk: Bulk, *, shown: Collection[int], left_out: Collection[int]) -> None:
    """Of the pairs that were shown, by their keys, leave these out and take the others in."""
    if _locked(bulk.pk).is_confirmed:
        return
    pairs = BulkPair.objects.filter(bulk=bulk, pk__in=shown)
    pairs.filter(pk__in=left_out).update(state=State.LEFT_OUT)
    pairs.exclude(pk__in=left_out).update(state=State.PROPOSED)


@transaction.atomic
def confirm(bulk: Bulk, *, reason: str, at: datetime) -> bool:
    """Let the pairs be decided that are not left out; return whether there is something to work off.

    Confirming twice is the same as once. Raises NothingToDecide.
    """
    bulk = _locked(bulk.pk)
    if bulk.is_confirmed:
        return False
    if not bulk.pairs.filter(state=State.PROPOSED).exists():
        raise NothingToDecide(sayings.ALL_LEFT_OUT)
    bulk.confirmed_at, bulk.reason = at, reason
    bulk.save(update_fields=["confirmed_at", "reason"])
    return True


@transaction.atomic
def undo(bulk: Bulk, *, by: User, at: datetime) -> bool:
    """Let all be taken back that was decided, and nothing more be decided; return whether there is something to do."""
    bulk = _locked(bulk.pk)
    if not bulk.is_confirmed or bulk.is_undone:
        return False
    bulk.undone_at, bulk.undone_by = at, by
    bulk.save(update_fields=["undone_at", "undone_by"])
    bulk.pairs.filter(state=State.PROPOSED).update(state=State.PASSED_OVER, why=sayings.TAKEN_BACK_BEFORE)
    return True


def work_on(key: int, *, at: datetime, most: int = PAIRS_A_STEP) -> bool:
    """Decide, or undo, some pairs of a bulk; return whether others wait."""
    return all(_next(key, at) for _ in range(most))


@transaction.atomic
def _next(key: int, at: datetime) -> bool:
    """Decide, or undo, one pair; return whether there was one."""
    bulk = _locked(key)
    pairs = bulk.pairs.select_related("copy_a", "copy_b", "decision")
    if bulk.is_undone:
        pair = pairs.filter(state=State.DECIDED).order_by("-misfit", "-pk").first()
        return pair is not None and _take_back(bulk, pair, at)
    pair = pairs.filter(state=State.PROPOSED).order_by("misfit", "pk").first() if bulk.is_confirmed else None
    return pair is not None and _decide(bulk, pair, at)


def _locked(key: int) -> Bulk:
    return Bulk.objects.select_for_update(of=("self",), no_key=True).select_related("made_by", "undone_by").get(pk=key)


def _decide(bulk: Bulk, pair: BulkPair, at: datetime) -> bool:
    if not ReviewItem.objects.filter(copy_a=pair.copy_a, copy_b=pair.copy_b).exists():
        return _note(pair, State.PASSED_OVER, why=sayings.ASKED_NO_LONGER)
    try:
        decision = deciding.decide(
            copy_a=pair.copy_a, copy_b=pair.copy_b, verdict=bulk.verdict, reason=bulk.reason, by=bulk.made_by, at=at,
            bulk=bulk,
        )  # fmt: skip
    except REFUSALS as refusal:
        return _note(pair, State.PASSED_OVER, why=str(refusal))
    return _note(pair, State.DECIDED, decision=decision)


def _take_back(bulk: Bulk, pair: BulkPair, at: datetime) -> bool:
    try:
        deciding.undo(decision=pair.decision, by=bulk.undone_by, at=at)
    except REFUSALS as refusal:
        return _note(pair, State.LEFT, why=str(refusal))
    return _note(pair, State.UNDONE)


def _note(pair: BulkPair, state: str, *, decision: Decision | None = None, why: str = "") -> bool:
    pair.state, pair.why, pair.decision = state, why, decision or pair.decision
    pair.save(update_fields=["state", "why", "decision"])
    return True
