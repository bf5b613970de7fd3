"""What was counted of a search, kept until something is filed, decided, withdrawn or published.

Counting is dear and asked for again and again: by every visitor's first page, and page after page of one result. What
is kept bears the state of the catalog it was counted in and the audiences that it was counted for, so nobody is told
what another may see, and nothing has to be forgotten by hand.
"""

import hashlib
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import caches
from django.db.models import Subquery

from catalog.models import Cursor, Event

from .narrowing import Narrowing

T = TypeVar("T")


def remembered(what: str, narrowing: Narrowing, work: Callable[[], T]) -> T:
    """Return what `work` counts of the search, from memory where nothing has changed since."""
    key = hashlib.sha256(
        repr((what, _state(), sorted(narrowing.audiences), sorted(narrowing.asked.items()))).encode()
    ).hexdigest()
    return caches["counts"].get_or_set(key, work)


def _state() -> list[tuple[str, int, int | None]]:
    """What followers have taken in, and the last thing that happened: entries change with the one or the other."""
    last = Event.objects.order_by("-pk").values("pk")[:1]
    return list(Cursor.objects.order_by("name").values_list("name", "sequence", Subquery(last)))
