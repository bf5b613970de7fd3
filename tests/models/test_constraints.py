"""What the database itself refuses, on both engines."""

import pytest
from django.db import Error, IntegrityError, transaction
from django.utils import timezone

from catalog.models import (
    AudienceGroup,
    Copy,
    Decision,
    Event,
    Filing,
    Identifier,
    ImageFile,
    Job,
    Match,
    Publication,
    Record,
    Statement,
)
from catalog.services import history, jobs
from tests.conftest import drawn, jpeg, with_exif

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_records(file_it, run_jobs, agencies):
    for seed, slug in enumerate(("building", "metro")):
        file_it(jpeg(drawn(seed)), agencies[slug], key=slug)
    run_jobs()
    return list(Record.objects.order_by("id"))


def refused(error=IntegrityError):
    return pytest.raises(error)


def test_a_file_is_here_once(two_records):
    first = ImageFile.objects.first()
    with refused(), transaction.atomic():
        ImageFile.objects.create(sha256=first.sha256, size_bytes=1, media_type="image/png", received_at=timezone.now())


def test_a_file_has_one_copy_in_an_audience(two_records):
    copy = Copy.objects.first()
    with refused(), transaction.atomic():
        home = Record.objects.create(audience_key="public", filed_at=timezone.now(), modified_at=timezone.now())
        Copy.objects.create(
            file=copy.file, audience_key="public", record=home, home_record=home, made_at=timezone.now()
        )


def test_an_absorbed_record_points_to_a_standing_one_of_its_audience(two_records):
    a, b = two_records
    c = Record.objects.create(audience_key="public", filed_at=timezone.now(), modified_at=timezone.now())
    elsewhere = Record.objects.create(audience_key="internal", filed_at=timezone.now(), modified_at=timezone.now())
    Record.objects.filter(pk=b.pk).update(state="absorbed", absorbed_into=a)
    for target in (b, c, elsewhere):
        with refused(), transaction.atomic():
            Record.objects.filter(pk=c.pk).update(state="absorbed", absorbed_into=target)


def test_a_record_that_answers_for_another_is_not_absorbed_itself(file_it, run_jobs, agencies, two_records):
    a, b = two_records
    file_it(jpeg(drawn(9)), agencies["metro"], key="third")
    run_jobs()
    third = Record.objects.latest("id")
    Record.objects.filter(pk=b.pk).update(state="absorbed", absorbed_into=a)
    with refused(), transaction.atomic():
        Record.objects.filter(pk=a.pk).update(state="absorbed", absorbed_into=third)


def test_absorbed_and_pointing_go_together(two_records):
    a, b = two_records
    with refused(), transaction.atomic():
        Record.objects.filter(pk=a.pk).update(absorbed_into=b)
    with refused(), transaction.atomic():
        Record.objects.filter(pk=a.pk).update(state="absorbed")


def test_a_subject_has_one_effective_decision(two_records, officer):
    low, high = Copy.objects.order_by("id")
    common = {"audience_key": "public", "decided_by": officer, "decided_at": timezone.now()}
    Decision.objects.create(copy_low=low, copy_high=high, verdict="different", **common)
    with refused(), transaction.atomic():
        Decision.objects.create(copy_low=low, copy_high=high, verdict="same", **common)
    with refused(), transaction.atomic():
        Decision.objects.create(copy_low=high, copy_high=low, verdict="same", **common)
    Decision.objects.update(ended_at=timezone.now(), ended_by=officer, ending="undone")
    Decision.objects.create(copy_low=low, copy_high=high, verdict="same", **common)


def test_a_pair_has_one_match_a_method(two_records):
    low, high = ImageFile.objects.order_by("id")
    common = {"method": "m/1", "supports": "candidate", "made_at": timezone.now()}
    Match.objects.create(file_low=low, file_high=high, **common)
    with refused(), transaction.atomic():
        Match.objects.create(file_low=low, file_high=high, **common)
    with refused(), transaction.atomic():
        Match.objects.create(file_low=high, file_high=low, **{**common, "method": "m/2"})


def test_a_number_is_there_once_in_its_scheme(schemes):
    Identifier.objects.create(scheme=schemes["apn"], value="5149-015-902")
    Identifier.objects.create(scheme=schemes["permit"], value="5149-015-902")
    with refused(), transaction.atomic():
        Identifier.objects.create(scheme=schemes["apn"], value="5149-015-902")


def test_a_statement_is_about_one_thing(two_records):
    filing = Filing.objects.first()
    common = {"element": "title", "value": "x", "made_at": timezone.now()}
    with refused(), transaction.atomic():
        Statement.objects.create(filing=filing, record=two_records[0], origin="filed", **common)
    with refused(), transaction.atomic():
        Statement.objects.create(origin="filed", **common)


def test_history_is_only_added_to(two_records):
    history.publish()
    for rows in (Event.objects, Publication.objects):
        with refused(Error), transaction.atomic():
            rows.filter(pk=rows.first().pk).delete()
    with refused(Error), transaction.atomic():
        Event.objects.update(reason="another")
    with refused(Error), transaction.atomic():
        Publication.objects.update(published_at=timezone.now())


def test_a_piece_of_work_is_open_once(db):
    Job.objects.create(kind="settle", subject="1")
    with refused(), transaction.atomic():
        Job.objects.create(kind="settle", subject="1")
    assert jobs.enqueue("settle", 1).pk == Job.objects.get().pk


def test_the_filings_audience_and_its_key_agree(file_it, agencies):
    filing = file_it(jpeg(drawn()), agencies["police"], audience="restricted").filing
    assert filing.audience_key == "restricted:police"
    assert AudienceGroup.objects.filter(key="restricted:police").exists()
    with refused(), transaction.atomic():
        Filing.objects.filter(pk=filing.pk).update(audience_key="public")


def test_public_ids_are_random_and_long(two_records):
    a, b = (r.public_id for r in two_records)
    assert a != b
    assert len(a) == len(b) == 26


def test_the_same_picture_with_other_metadata_keeps_its_home(file_it, run_jobs, agencies):
    data = jpeg(drawn())
    file_it(data, agencies["building"], key="a")
    file_it(with_exif(data, artist="B"), agencies["metro"], key="b")
    run_jobs()
    absorbed = Record.objects.get(state="absorbed")
    assert absorbed.home_copy.record == absorbed.absorbed_into


def test_a_filing_is_withdrawn_with_a_reason_or_not_at_all(two_records):
    filing = Filing.objects.first()
    for fields in ({"withdrawn_at": timezone.now()}, {"withdrawn_because": "So."}):
        with refused(), transaction.atomic():
            Filing.objects.filter(pk=filing.pk).update(**fields)


def test_an_embargoed_filing_is_for_its_agency_alone(two_records):
    filing = Filing.objects.first()
    for fields in (
        {"embargo_until": timezone.localdate(), "audience_after": "public"},
        {"embargo_until": timezone.localdate(), "audience": "restricted", "audience_key": "restricted:building"},
        {"audience_after": "public"},
    ):
        with refused(), transaction.atomic():
            Filing.objects.filter(pk=filing.pk).update(**fields)


def test_an_item_has_one_first_filing_until_it_is_withdrawn(two_records):
    filing = Filing.objects.first()
    again = Filing(
        agency=filing.agency, source=filing.source, item_key=filing.item_key, file=filing.file, copy=filing.copy,
        file_name="again", audience="public", audience_key="public", filed_at=timezone.now(),
    )  # fmt: skip
    with refused(), transaction.atomic():
        again.save()
    Filing.objects.filter(pk=filing.pk).update(withdrawn_at=timezone.now(), withdrawn_because="So.")
    again.save()
    assert Filing.objects.current().filter(item_key=filing.item_key).get() == again


def test_only_what_was_described_has_no_bytes(db):
    now = timezone.now()
    ImageFile.objects.create(state="described", received_at=now, examined_at=now, settled_at=now)
    for wrong in (
        {"state": "received"},
        {"state": "described", "sha256": "a" * 64, "examined_at": now, "settled_at": now},
        {"state": "described"},
        {"state": "intact", "sha256": "a" * 64},
    ):
        with refused(), transaction.atomic():
            ImageFile.objects.create(received_at=now, **wrong)
