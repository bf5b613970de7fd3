"""The day on which an embargo ends, as filers write it."""

import re
from datetime import date

from . import sayings

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class BadEmbargo(ValueError):
    """The text names no day on which an embargo could end; the message says what would pass."""

    def __init__(self, text: str, wrong: str, today: date):
        self.example = f"{today.year + 1}-01-01"
        super().__init__(sayings.NO_EMBARGO.format(value=text[:60], wrong=wrong, example=self.example))


def parse_embargo(text: str, today: date) -> date | None:
    """Return the first day on which others may see it, None where nothing is written. Raises BadEmbargo."""
    text = text.strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise BadEmbargo(text, sayings.NO_DAY, today)
    if day <= today:
        raise BadEmbargo(text, sayings.NOT_IN_THE_FUTURE, today)
    return day
