"""Saved searches: what a person asks again and again."""

from datetime import datetime

from django.db import transaction

from catalog.models import SavedSearch, User

from . import sayings

SEARCHES_MAX = 100


class TooMany(Exception):
    """Somebody has as many saved searches as there may be; the message says what to do."""


def save_search(*, owner: User, name: str, asked: str, at: datetime) -> SavedSearch:
    """Save a search, or give the one that asks the same another name. Raises TooMany."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)
        is_new = not SavedSearch.objects.filter(owner=owner, asked=asked).exists()
        if is_new and SavedSearch.objects.filter(owner=owner).count() >= SEARCHES_MAX:
            raise TooMany(sayings.MANY_SEARCHES.format(number=SEARCHES_MAX))
        values = {"name": name, "saved_at": at}
        return SavedSearch.objects.update_or_create(owner=owner, asked=asked, defaults=values)[0]
