"""The lock under which the records of one audience change."""

from catalog.models import AudienceGroup


def lock_audience(key: str) -> None:
    """Wait for the audience's row and hold it until the transaction ends."""
    AudienceGroup.objects.get_or_create(key=key)
    AudienceGroup.objects.select_for_update().get(key=key)
