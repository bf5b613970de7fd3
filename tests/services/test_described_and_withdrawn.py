"""What was only described is withdrawn, filed again and meant for others as any other filing is."""

import pytest
from django.utils import timezone

from catalog.metadata.validation import Value
from catalog.models import Copy, Filing, Record
from catalog.services import deciding, loading, reaudiencing, withdrawing
from catalog.services.loading import Item
from tests.conftest import drawn, jpeg

from .test_withdrawing import fresh, keeps_its_word

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


# ---- the picture came later, and leaves ------------------------------------------------------------------------


@pytest.fixture
def pictured(described, file_it, run_jobs, agency) -> Filing:
    """The filing of the picture that came to the description."""
    filing = file_it(jpeg(drawn()), agency, key="item 7", title="Depot from the street").filing
    run_jobs()
    assert fresh(filing).copy == fresh(described).copy
    return filing


def has_no_picture(client, described: Filing, address: str) -> None:
    """The description stands at its address, and nobody gets the bytes any more."""
    record = record_of(described)
    assert (record.public_id, record.state, record.title) == (address, Record.State.STANDING, "Depot")
    assert record.best_copy.file == fresh(described).file
    (copy,) = client.get(f"/api/records/{address}/").json()["copies"]
    assert copy["sha256"] is None
    for public_id in Copy.objects.values_list("public_id", flat=True):
        assert client.get(f"/copy/{public_id}/original").status_code in (404, 410)
    keeps_its_word()


def test_a_withdrawn_picture_leaves_its_description_without_one(client, described, pictured, run_jobs, filer):
    address = record_of(described).public_id
    withdrawing.withdraw(filing=fresh(pictured), reason="A child.", by=filer, at=timezone.now())
    run_jobs()
    has_no_picture(client, described, address)


def test_a_restricted_picture_leaves_its_description_without_one(client, described, pictured, run_jobs, filer):
    address = record_of(described).public_id
    reaudiencing.change_audience(
        filing=fresh(pictured), audience="restricted", reason="A child.", by=filer, at=timezone.now()
    )
    run_jobs()
    has_no_picture(client, described, address)
    assert record_of(pictured).audience_key == "restricted:building"


def test_the_picture_comes_to_its_description_again(described, pictured, file_it, run_jobs, agency, filer):
    address = record_of(described).public_id
    for _ in range(2):
        withdrawing.withdraw(filing=fresh(pictured), reason="A child.", by=filer, at=timezone.now())
        run_jobs()
        pictured = file_it(jpeg(drawn()), agency, key="item 7", title="Depot from the street").filing
        run_jobs()
        (record,) = Record.objects.standing()
        assert (record.public_id, record.title) == (address, "Depot from the street")
        keeps_its_word()


def test_others_keep_their_picture_when_it_leaves_a_description(
    described, pictured, file_it, run_jobs, agencies, filer
):
    theirs = file_it(jpeg(drawn(), quality=60), agencies["metro"], key="theirs", title="From the line").filing
    run_jobs()
    (record,) = Record.objects.standing()
    withdrawing.withdraw(filing=fresh(pictured), reason="A child.", by=filer, at=timezone.now())
    run_jobs()
    assert record_of(described) == record
    assert {r.title for r in Record.objects.standing()} == {"Depot", "From the line"}
    assert record_of(theirs) != record
    keeps_its_word()


def test_a_description_is_not_set_apart_from_its_picture(described, pictured, officer):
    for filing in (described, pictured):
        with pytest.raises(deciding.Contradiction):
            deciding.set_apart(filing=fresh(filing), reason="", by=officer, at=timezone.now())


def test_a_picture_that_is_set_apart_takes_its_description_along(
    described, pictured, file_it, run_jobs, agencies, officer
):
    file_it(jpeg(drawn()), agencies["metro"], key="theirs", title="From the line")
    run_jobs()
    decision = deciding.set_apart(filing=fresh(pictured), reason="", by=officer, at=timezone.now())
    run_jobs()
    assert fresh(pictured).copy == fresh(described).copy
    assert Record.objects.standing().count() == 2
    keeps_its_word()
    deciding.undo(decision=decision, by=officer, at=timezone.now())
    run_jobs()
    assert Record.objects.standing().count() == 1
    keeps_its_word()


def test_a_picture_that_others_may_see_now_comes_to_its_description(described, file_it, run_jobs, agency, filer):
    address = record_of(described).public_id
    picture = file_it(jpeg(drawn()), agency, key="item 7", title="Depot from the street", audience="restricted").filing
    run_jobs()
    reaudiencing.change_audience(
        filing=fresh(picture), audience="public", reason="It is known.", by=filer, at=timezone.now()
    )
    run_jobs()
    (record,) = Record.objects.standing()
    assert (record.public_id, record.title) == (address, "Depot from the street")
    assert record.best_copy.file == picture.file
    keeps_its_word()
