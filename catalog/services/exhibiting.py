"""Exhibits: what a person who decides about a pair is shown, drawn when it is asked for.

A page asks for those of the next pair while a person looks at this one.
"""

import threading

from django.core.cache import cache

from catalog.imaging.exhibit import exhibit, jpeg
from catalog.models import ReviewItem

from .evidencing import comparison_of

KINDS = ("a", "b", "differences")
KEPT_SECONDS = 60 * 60
_one_at_a_time = threading.Lock()


def has_exhibit(item: ReviewItem) -> bool:
    """Tell whether the two pictures of a question can be laid over one another."""
    return any(page["evidence"] and page["evidence"]["registered"] for page in item.match.measurements.get("pages", []))


def picture_of(item: ReviewItem, kind: str) -> bytes | None:
    """Return a JPEG of the first copy's picture, of the second's laid over it, or of where they differ.

    All three show the same pixels at the same place. None where the two cannot be laid over one another.
    """
    key = f"exhibit:{item.match_id}:{item.match.made_at.timestamp()}:{item.copy_a.file_id}"
    drawn = cache.get(key)
    if drawn is None:
        with _one_at_a_time:  # the three pictures of a pair are asked for at once, and drawn together
            drawn = cache.get(key)
            if drawn is None:
                drawn = _drawn(item)
                cache.set(key, drawn, KEPT_SECONDS)
    return drawn.get(kind)


def _drawn(item: ReviewItem) -> dict[str, bytes]:
    comparison = comparison_of(item.match)
    if comparison is None:
        return {}
    shown = exhibit(comparison)
    first, second = (shown.a, shown.b)
    if item.copy_a.file.sha256 > item.copy_b.file.sha256:
        first, second = second, first
    return {"a": jpeg(first), "b": jpeg(second), "differences": jpeg(shown.differences)}
