"""Writing history, and giving committed events their place in the published order."""

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from catalog.models import Cursor, Event, EventPayload, Publication, Record, Unpublished, User

from .inserting import insert

PUBLISHED = "published"
LONGEST_REASON = 2000
"""So many characters a person may give as the reason of a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of history that is to be written, with the values before and after."""

    verb: str
    object_id: str
    at: datetime
    actor: User | None = None
    audience_key: str = ""
    record: Record | None = None
    reason: str = ""
    before: Any = None
    after: Any = None


def write_event(verb: str, **told: Any) -> int:
    """Write one line of history, in the transaction of the change that it tells of; return its key.

    The other arguments are those of Line.
    """
    return write_events([Line(verb=verb, **told)])[0]


def write_events(lines: Iterable[Line]) -> list[int]:
    """Write lines of history in their order, in the transaction of the changes that they tell of; return their keys.

    Each keeps a salted digest; the values lie in a payload that can be erased without breaking it.
    """
    salted = [(line, secrets.token_hex(16)) for line in lines]
    keys = insert(
        Event,
        [
            {
                "verb": line.verb,
                "object_id": line.object_id,
                "at": line.at,
                "actor_id": line.actor.pk if line.actor else None,
                "audience_key": line.audience_key,
                "record_id": line.record.pk if line.record else None,
                "reason": line.reason,
                "digest": payload_digest(salt, line.before, line.after),
            }
            for line, salt in salted
        ],
    )
    payloads = [
        {"event_id": key, "salt": salt, "before": line.before, "after": line.after}
        for key, (line, salt) in zip(keys, salted, strict=True)
    ]
    insert(EventPayload, payloads)
    insert(Unpublished, [{"event_id": key} for key in keys])
    return keys


def payload_digest(salt: str, before: Any, after: Any) -> str:
    """SHA-256 over the salt and the canonical JSON (sorted keys, no spaces) of both values, as hexadecimal."""
    values = json.dumps([before, after], sort_keys=True, separators=(",", ":"), cls=DjangoJSONEncoder)
    return hashlib.sha256(f"{salt}{values}".encode()).hexdigest()


@transaction.atomic
def publish(limit: int = 5000) -> int:
    """Number the committed events that wait, in their order, under the publisher's lock; return how many.

    An event that is committed later is numbered later, whatever its id: no follower of the numbers skips it.
    """
    Cursor.objects.get_or_create(name=PUBLISHED)
    cursor = Cursor.objects.select_for_update().get(name=PUBLISHED)
    waiting = list(Unpublished.objects.order_by("event_id").values_list("event_id", flat=True)[:limit])
    if not waiting:
        return 0
    now = timezone.now()
    insert(
        Publication,
        [
            {"sequence": sequence, "event_id": event_id, "published_at": now}
            for sequence, event_id in enumerate(waiting, cursor.sequence + 1)
        ],
    )
    Unpublished.objects.filter(event_id__in=waiting).delete()
    cursor.sequence += len(waiting)
    cursor.save(update_fields=["sequence"])
    return len(waiting)


def changed_after(sequence: int, limit: int) -> tuple[int, QuerySet[Record]]:
    """Return the number of the last of the next published events, and the records that these tell of.

    Where nothing was published since, the number is the one that was given. Whoever follows computes what it keeps
    from records as they are now, so taking an event in twice does no harm.
    """
    rows = list(
        Publication.objects.filter(sequence__gt=sequence)
        .order_by("sequence")
        .values_list("sequence", "event__verb", "event__record", "event__object_id")[:limit]
    )
    about = {record for _, _, record, _ in rows if record}
    named = [object_id for _, verb, _, object_id in rows if verb.startswith("record.")]
    last = rows[-1][0] if rows else sequence
    return last, Record.objects.filter(Q(pk__in=about) | Q(public_id__in=named))


def publish_all() -> None:
    """Give every committed event its number."""
    while publish():
        pass
