"""Records without a picture: described, found and harvested, until one day the picture comes."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from catalog.formats.rdf import record_triples
from catalog.models import Copy, Event, Filing, ImageFile, Job, Record
from catalog.services import deciding, entries, feeding, searching, tracking
from tests.conftest import drawn, jpeg

from .test_comings_and_goings import follows_what_is_filed
from .test_withdrawing import keeps_its_word


@pytest.fixture
def described(file_it, run_jobs, agency) -> Record:
    """A record of which only a description was filed, under the item key `item`."""
    receipt = file_it(None, agency, key="item", title="North elevation", created="1998")
    run_jobs()
    return Record.objects.get(pk=receipt.filing.copy.record_id)


def now(record: Record) -> Record:
    return Record.objects.select_related("best_copy__file", "record_copy").get(pk=record.pk)


def test_a_description_without_a_picture_is_a_record_at_once(file_it, agency):
    receipt = file_it(None, agency, key="item", title="North elevation")
    (record,) = Record.objects.standing()
    assert (receipt.outcome, receipt.jobs) == ("filed", ())
    assert (record.title, record.record_copy) == ("North elevation", receipt.filing)
    assert record.best_copy.file.state == ImageFile.State.DESCRIBED
    assert list(Event.objects.order_by("id").values_list("verb", flat=True)) == [
        "filing.received", "record.stands", "record.described",
    ]  # fmt: skip


def test_the_same_description_again_adds_nothing(file_it, agency, described):
    again = file_it(None, agency, key="item", title="North elevation")
    assert again.is_repeat
    assert Filing.objects.count() == 1


def test_two_descriptions_are_never_one_record(file_it, run_jobs, agencies):
    for slug in ("building", "metro"):
        file_it(None, agencies[slug], key="item", title="The same words")
    run_jobs()
    assert Record.objects.standing().count() == 2


def test_it_is_found_and_harvested_and_says_calmly_that_there_is_no_picture(client, described):
    assert searching.find(user=None, words="elevation").total == 1
    assertContains(client.get("/"), "North elevation")
    page = client.get(described.get_absolute_url())
    assertContains(page, "no picture has been filed with it yet")
    assertNotContains(page, "<img")
    feeding.closed_until()
    (item,) = feeding.newest(None, 10)
    assert item.entry.copies == ()
    said = " ".join(map(str, record_triples(item.entry, entries.catalog_entry())))
    assert "distribution" not in said
    assert "checksum" not in said


def test_the_api_has_no_checksum_of_what_was_not_filed(client, described):
    (copy,) = client.get(f"/api/records/{described.public_id}/").json()["copies"]
    assert (copy["sha256"], copy["size_bytes"], copy["condition"]) == (None, None, "described")
    public_id = described.best_copy.public_id
    assert client.get(f"/copy/{public_id}/original").status_code == 404
    assert client.get(f"/copy/{public_id}/described").status_code == 404
    assert client.get(f"/copy/{public_id}/description.xml").status_code == 200


def test_the_picture_that_comes_later_goes_to_the_same_record(client, file_it, run_jobs, agency, described):
    feeding.closed_until()
    receipt = file_it(jpeg(drawn()), agency, key="item", title="North elevation, 1998")
    assert receipt.filing.supersedes.item_key == "item"
    assertContains(client.get(described.get_absolute_url()), "it is being examined")
    assert tracking.progress_of(receipt.filing, AnonymousUser()).state == tracking.RECEIVED
    run_jobs()
    (record,) = Record.objects.standing()
    assert record == described
    assert (record.title, record.record_copy) == ("North elevation, 1998", receipt.filing)
    assert record.best_copy.file.state == ImageFile.State.INTACT
    assertContains(client.get(record.get_absolute_url()), "<img")
    while feeding.follow():
        pass
    (item,) = feeding.newest(None, 10)
    assert [copy.sha256 for copy in item.entry.copies] == [record.best_copy.file.sha256]


def test_a_picture_that_was_here_already_joins_the_two_records(client, file_it, run_jobs, agencies, described):
    data = jpeg(drawn())
    file_it(data, agencies["metro"], key="theirs", title="From the line")
    run_jobs()
    other = Record.objects.get(title="From the line")
    file_it(data, agencies["building"], key="item", title="North elevation")
    run_jobs()
    other.refresh_from_db()
    assert now(described).is_standing
    assert other.answering == described
    assert client.get(other.get_absolute_url()).status_code == 301
    assert described.copies.standing().count() == 2


def test_a_better_picture_that_comes_later_takes_the_worse_one_in(file_it, run_jobs, agencies, described):
    better = drawn(size=(1600, 1200))
    file_it(jpeg(better.resize((800, 600))), agencies["metro"], key="theirs", title="Small")
    run_jobs()
    file_it(jpeg(better), agencies["building"], key="item", title="Large")
    run_jobs()
    (record,) = Record.objects.standing()
    assert (record, record.best_copy.file.size_bytes) == (described, len(jpeg(better)))
    assert record.copies.standing().count() == 2


def test_a_picture_for_fewer_eyes_leaves_the_description_where_it_is(file_it, run_jobs, agency, described):
    file_it(jpeg(drawn()), agency, key="item", title="Restricted", audience="restricted")
    run_jobs()
    assert now(described).title == "North elevation"
    assert set(Record.objects.standing().values_list("audience_key", flat=True)) == {"public", "restricted:building"}


def test_a_picture_that_cannot_be_read_says_so_on_the_record(client, file_it, run_jobs, agency, described):
    file_it(jpeg(drawn())[:200], agency, key="item", title="North elevation")
    run_jobs()
    assertContains(client.get(described.get_absolute_url()), "it cannot be read")


BAD = jpeg(drawn())[:200]
OTHER_BAD = jpeg(drawn(2))[:200]


def shows_its_picture(described: Record, receipt) -> None:
    """The record goes on at its address with the picture of this filing, and no other is found."""
    (record,) = Record.objects.standing()
    assert (record, record.title) == (described, "North elevation, again")
    assert (record.best_copy.file, record.record_copy) == (receipt.filing.file, receipt.filing)
    keeps_its_word()
    follows_what_is_filed()


def test_a_good_picture_follows_one_that_cannot_be_read(file_it, run_jobs, agency, described):
    for bad in (BAD, OTHER_BAD):
        file_it(bad, agency, key="item", title="North elevation")
        run_jobs()
    receipt = file_it(jpeg(drawn()), agency, key="item", title="North elevation, again")
    assert now(described).best_copy.file == receipt.filing.file
    run_jobs()
    shows_its_picture(described, receipt)


def test_a_good_picture_follows_one_that_turns_out_to_be_unreadable(file_it, run_jobs, agency, described):
    for bad in (BAD, OTHER_BAD):
        file_it(bad, agency, key="item", title="North elevation")
    receipt = file_it(jpeg(drawn()), agency, key="item", title="North elevation, again")
    own = receipt.filing.copy.record
    run_jobs()
    shows_its_picture(described, receipt)
    own.refresh_from_db()
    assert own.answering == described


def test_a_good_picture_that_is_seen_before_the_bad_one_goes_to_the_description_all_the_same(
    file_it, run_jobs, agencies, described
):
    bad = file_it(BAD, agencies["building"], key="item", title="North elevation").jobs
    Job.objects.filter(pk__in=[job.pk for job in bad]).update(not_before=timezone.now() + timedelta(days=1))
    theirs = file_it(jpeg(drawn(), quality=60), agencies["metro"], key="theirs", title="From the line").filing.copy
    receipt = file_it(jpeg(drawn()), agencies["building"], key="item", title="North elevation, again")
    run_jobs()
    assert Record.objects.standing().count() == 2
    Job.objects.filter(pk__in=[job.pk for job in bad]).update(not_before=timezone.now() - timedelta(seconds=1))
    run_jobs()
    (record,) = Record.objects.standing()
    assert (record, record.best_copy.file) == (described, receipt.filing.file)
    keeps_its_word()
    follows_what_is_filed()
    theirs.refresh_from_db()
    assert (theirs.record, theirs.home_record.answering) == (described, described)


@pytest.mark.parametrize("is_seen", [True, False], ids=["seen before", "seen after"])
def test_others_who_filed_the_bad_picture_keep_it(file_it, run_jobs, agencies, described, is_seen):
    file_it(BAD, agencies["building"], key="item", title="North elevation")
    theirs = file_it(BAD, agencies["metro"], key="theirs", title="From the line").filing
    if is_seen:
        run_jobs()
    receipt = file_it(jpeg(drawn()), agencies["building"], key="item", title="North elevation, again")
    run_jobs()
    shows_its_picture(described, receipt)
    theirs.refresh_from_db()
    assert (theirs.copy.file, theirs.copy.record.state) == (theirs.file, Record.State.PENDING)


@pytest.mark.parametrize("is_seen", [True, False], ids=["seen before", "seen after"])
def test_a_record_does_not_wait_for_the_picture_of_another_item(file_it, run_jobs, agencies, described, is_seen):
    for slug, key in (("building", "item"), ("metro", "theirs")):
        file_it(BAD, agencies[slug], key=key, title="North elevation")
    if is_seen:
        run_jobs()
    theirs = file_it(jpeg(drawn()), agencies["metro"], key="theirs", title="From the line").filing
    run_jobs()
    assert {r.title: r.best_copy.file.state for r in Record.objects.standing()} == {
        "North elevation": ImageFile.State.QUARANTINED,
        "From the line": ImageFile.State.INTACT,
    }
    assert theirs.copy.record != described
    keeps_its_word()


def test_a_good_picture_for_fewer_eyes_leaves_the_bad_one_where_it_is(file_it, run_jobs, agency, described):
    file_it(BAD, agency, key="item", title="North elevation")
    file_it(jpeg(drawn()), agency, key="item", title="Restricted", audience="restricted")
    run_jobs()
    assert now(described).title == "North elevation"
    assert Record.objects.get(audience_key="restricted:building").title == "Restricted"
    keeps_its_word()


def test_nobody_decides_about_what_cannot_be_seen(file_it, run_jobs, agencies, officer, described):
    file_it(jpeg(drawn()), agencies["metro"], key="theirs")
    run_jobs()
    a, b = Copy.objects.order_by("id")
    with pytest.raises(deciding.Contradiction, match="nothing to compare"):
        deciding.decide(copy_a=a, copy_b=b, verdict="same", reason="", by=officer, at=timezone.now())
