"""Looking: a pair is looked at by one person at a time, for ten minutes by the database's clock.

A hold that is over holds nothing, so nothing has to be cleaned up after those who went away.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from catalog.models import Copy, ReviewItem, User

from . import sayings

HOLD_SECONDS = 10 * 60
TRIES = 8
"""So many of the next pairs are reached for before the queue is looked at again."""


class HeldByAnother(Exception):
    """Somebody else is looking at the pair; `item` says who and until when."""

    def __init__(self, item: ReviewItem):
        super().__init__(sayings.LOOKED_AT.format(person=item.held_by))
        self.item = item


@transaction.atomic
def hold(item: ReviewItem, *, by: User) -> bool:
    """Hold a pair for this person, who lets go of every other one; False where somebody else is looking at it.

    On return the item says who holds it, and until when.
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # one window of a person after the other
    free = ReviewItem.objects.filter(pk=item.pk).free_for(by)
    if free.exists():
        ReviewItem.objects.filter(held_by=by).exclude(pk=item.pk).update(held_by=None, held_until=None)
    is_held = free.update(held_by=by, held_until=Now() + timedelta(seconds=HOLD_SECONDS))
    item.refresh_from_db(fields=["held_by", "held_until"])
    return bool(is_held)


def hold_next(queue: QuerySet[ReviewItem], *, by: User) -> ReviewItem | None:
    """Hold the first pair of a queue that nobody else looks at; None where there is none.

    Where others are quicker the next one is reached for.
    """
    while found := list(queue.free_for(by)[:TRIES]):
        for item in found:
            try:
                if hold(item, by=by):
                    return item
            except ReviewItem.DoesNotExist:
                continue  # it was decided meanwhile
    return None


def let_go(item: ReviewItem, *, by: User, until: datetime) -> None:
    """Let go of a pair that was held until this moment; where it was taken again since, that hold stays."""
    ReviewItem.objects.filter(pk=item.pk, held_by=by, held_until=until).update(held_by=None, held_until=None)


def refuse_held(copy_a: Copy, copy_b: Copy, *, by: User) -> None:
    """Raise HeldByAnother where somebody else is looking at these two."""
    pair = Q(copy_a=copy_a, copy_b=copy_b) | Q(copy_a=copy_b, copy_b=copy_a)
    held = ReviewItem.objects.filter(pair, held_until__gt=Now(), held_by__isnull=False).exclude(held_by=by)
    if item := held.select_related("held_by").first():
        raise HeldByAnother(item)
