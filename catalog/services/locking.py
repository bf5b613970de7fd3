"""The locks under which the records of an audience change."""

from catalog.models import AudienceGroup, Filing

from . import sayings


class ChangedMeanwhile(Exception):
    """Somebody changed for whom the filing is meant while this was asked for; it is to be looked at again."""


def lock_audience(key: str) -> None:
    """Wait for the audience's row and hold it until the transaction ends."""
    AudienceGroup.objects.get_or_create(key=key)
    AudienceGroup.objects.select_for_update().get(key=key)


def lock_audiences(*keys: str) -> None:
    """Lock several audiences, in the order of their keys, so that nobody waits for one who waits for them."""
    for key in sorted(set(keys)):
        lock_audience(key)


def lock_filing(filing: Filing, *other_keys: str) -> Filing:
    """Lock the audience of a filing, and others, in the order of their keys; return the filing as it is now.

    Raises ChangedMeanwhile where the filing has left its audience since it was read.
    """
    lock_audiences(filing.audience_key, *other_keys)
    now = Filing.objects.select_related("agency", "file", "copy__record", "copy__file").get(pk=filing.pk)
    if now.audience_key != filing.audience_key:
        raise ChangedMeanwhile(sayings.CHANGED_MEANWHILE)
    return now
