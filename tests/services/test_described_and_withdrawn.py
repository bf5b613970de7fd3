"""What was only described is withdrawn, filed again and meant for others as any other filing is."""

import pytest
from django.utils import timezone

from catalog.metadata.validation import Value
from catalog.models import Filing, Record
from catalog.services import loading, reaudiencing, withdrawing
from catalog.services.loading import Item

pytestmark = pytest.mark.django_db

VALUES = [Value("title", "Depot"), Value("created", "1952")]


@pytest.fixture
def described(file_it, agency) -> Filing:
    return file_it(None, agency, key="item 7", title="Depot", created="1952").filing


def record_of(filing: Filing) -> Record:
    return Filing.objects.select_related("copy__record").get(pk=filing.pk).copy.record


def test_a_description_that_is_filed_again_has_the_address_it_had(described, file_it, agency, filer):
    address = record_of(described).public_id
    withdrawing.withdraw(filing=described, reason="Not ours.", by=filer, at=timezone.now())
    assert record_of(described).state == Record.State.WITHDRAWN
    again = file_it(None, agency, key="item 7", title="Depot", created="1952").filing
    assert again != described
    assert (record_of(again).public_id, record_of(again).state) == (address, Record.State.STANDING)


def test_a_table_brings_back_what_was_withdrawn(described, agency, filer):
    address = record_of(described).public_id
    withdrawing.withdraw(filing=described, reason="Not ours.", by=filer, at=timezone.now())
    loaded = loading.file_descriptions(
        agency=agency, source=described.source, items=[Item("item 7", VALUES), Item("item 8", VALUES)],
        audience="public", filed_by=filer, at=timezone.now(),
    )  # fmt: skip
    assert sorted(loaded.filed) == ["item 7", "item 8"]
    assert Record.objects.get(public_id=address).is_standing
    assert Record.objects.standing().count() == 2


def test_a_description_that_is_meant_for_others_stands_there_at_once(described, filer):
    before = record_of(described)
    reaudiencing.change_audience(
        filing=described, audience="internal", reason="Names persons.", by=filer, at=timezone.now()
    )
    now = record_of(described)
    assert (now.audience_key, now.state) == ("internal", Record.State.STANDING)
    assert Record.objects.get(pk=before.pk).state == Record.State.WITHDRAWN
