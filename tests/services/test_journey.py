"""From file to record, through the real tasks."""

import io

import pytest
from django.utils import timezone
from PIL import Image

from catalog.models import Copy, Decision, ImageFile, Record, ReviewItem, SearchEntry
from catalog.services import deciding, faceting, searching
from catalog.services.reading import read_record
from tests.conftest import drawn, jpeg, tiny, with_exif


def standing():
    return list(Record.objects.standing().order_by("id"))


def test_a_picture_becomes_a_record_that_is_found(file_it, run_jobs, agency):
    receipt = file_it(jpeg(drawn()), agency, title="North elevation of the mill")
    assert receipt.outcome == "filed"
    assert receipt.filing.copy.record.state == Record.State.PENDING
    run_jobs()
    (record,) = standing()
    assert record.title == "North elevation of the mill"
    assert record.best_copy.file.state == ImageFile.State.INTACT
    found = searching.find(user=None, words="elevations")
    assert [e.record for e in found.results] == [record]
    agencies = faceting.facets_of(found.narrowing)["agency"]
    assert [(one.value, one.count) for one in agencies] == [("building", 1)]


def test_the_same_bytes_of_two_agencies_are_one_record_with_two_filings(file_it, run_jobs, agencies):
    data = jpeg(drawn())
    file_it(data, agencies["building"])
    run_jobs()
    second = file_it(data, agencies["metro"], title="The mill from the line")
    assert second.outcome == "already here"
    run_jobs()
    (record,) = standing()
    assert Copy.objects.count() == 1
    assert read_record(record, None).copies[0].filings[1].filing.agency == agencies["metro"]
    assert searching.find(user=None, words="line").total == 1


def test_other_metadata_in_the_file_is_the_same_picture_and_a_person_can_split_and_undo(
    file_it, run_jobs, agencies, officer
):
    data = jpeg(drawn())
    first = file_it(data, agencies["building"], key="a", title="Mill")
    second = file_it(with_exif(data, artist="A. Osei"), agencies["metro"], key="b", title="Corridor")
    run_jobs()
    (record,) = standing()
    home_of_second = second.filing.copy.home_record
    home_of_second.refresh_from_db()
    assert home_of_second.state == Record.State.ABSORBED
    assert home_of_second.absorbed_into == record
    before = record.description

    a, b = Copy.objects.order_by("id")
    decision = deciding.decide(
        copy_a=a, copy_b=b, verdict="different", reason="Other day", by=officer, at=timezone.now()
    )
    run_jobs()
    assert len(standing()) == 2
    assert searching.find(user=None, words="corridor").total == 1
    assert not ReviewItem.objects.exists()

    deciding.undo(decision=decision, by=officer, at=timezone.now())
    run_jobs()
    (again,) = standing()
    assert again == record
    assert again.description == before
    assert first.filing.copy.home_record == record


def test_what_only_looks_alike_is_never_merged_but_asked(file_it, run_jobs, agencies, officer):
    picture = drawn(size=(640, 480))
    file_it(jpeg(picture), agencies["building"], key="a")
    file_it(tiny(picture), agencies["metro"], key="b")
    run_jobs()
    assert len(standing()) == 2
    (item,) = deciding.queue_for(officer)
    assert "only a person can say" in item.because
    decision = deciding.decide(
        copy_a=item.copy_a, copy_b=item.copy_b, verdict="same", reason="", by=officer, at=timezone.now()
    )
    assert len(standing()) == 1
    assert not ReviewItem.objects.exists()
    with pytest.raises(deciding.AlreadyDecided):
        deciding.decide(
            copy_a=item.copy_a, copy_b=item.copy_b, verdict="different", reason="", by=officer, at=timezone.now()
        )
    deciding.undo(decision=decision, by=officer, at=timezone.now())
    assert len(standing()) == 2
    assert ReviewItem.objects.count() == 1


def test_different_is_remembered_when_one_of_them_comes_again(file_it, run_jobs, agencies, officer):
    data = jpeg(drawn())
    file_it(data, agencies["building"], key="a")
    file_it(with_exif(data, artist="A. Osei"), agencies["metro"], key="b")
    run_jobs()
    a, b = Copy.objects.order_by("id")
    deciding.decide(copy_a=a, copy_b=b, verdict="different", reason="", by=officer, at=timezone.now())
    file_it(data, agencies["housing"], key="c")
    file_it(with_exif(data, artist="A. Osei"), agencies["streets"], key="d")
    run_jobs()
    assert len(standing()) == 2
    assert {r.copies.count() for r in standing()} == {1}


def test_identical_bytes_can_be_set_apart_and_put_back(file_it, run_jobs, agencies, officer):
    data = jpeg(drawn())
    file_it(data, agencies["building"], key="a")
    second = file_it(data, agencies["metro"], key="b")
    run_jobs()
    decision = deciding.set_apart(filing=second.filing, reason="Placeholder", by=officer, at=timezone.now())
    run_jobs()
    assert len(standing()) == 2
    deciding.undo(decision=decision, by=officer, at=timezone.now())
    run_jobs()
    (record,) = standing()
    assert record.copies.standing().get().filings.count() == 2


def test_audiences_never_mix(file_it, run_jobs, agencies, person):
    data = jpeg(drawn())
    file_it(data, agencies["building"], key="a", title="Mill")
    file_it(data, agencies["police"], key="b", audience="restricted", title="Booking")
    run_jobs()
    assert len(standing()) == 2
    planner, sergeant = person("planner", viewer=[agencies["housing"]]), person("sergeant", viewer=[agencies["police"]])
    assert searching.find(user=planner, words="booking").total == 0
    assert searching.find(user=sergeant, words="booking").total == 1
    assert SearchEntry.objects.visible_to(None).count() == 1


def test_a_truncated_file_is_damaged_and_stands_alone(file_it, run_jobs, agency):
    data = jpeg(drawn(size=(800, 600)))
    file_it(data[: len(data) // 2], agency)
    run_jobs()
    (record,) = standing()
    assert record.best_copy.file.state == ImageFile.State.DAMAGED
    assert record.best_copy.file.state_reason


def test_what_cannot_be_read_is_quarantined_with_its_reason(file_it, run_jobs, agency):
    receipt = file_it(b"\xff\xd8\xff" + b"nothing of a picture" * 20, agency)
    run_jobs()
    receipt.filing.file.refresh_from_db()
    assert receipt.filing.file.state == ImageFile.State.QUARANTINED
    assert receipt.filing.file.state_reason
    assert standing() == []
    assert Decision.objects.count() == 0


def test_no_question_is_left_about_a_record_that_was_joined(file_it, run_jobs, agencies, officer):
    picture = drawn(size=(640, 480))
    data = jpeg(picture)
    file_it(tiny(picture), agencies["metro"], key="small")
    file_it(with_exif(data, artist="A. Osei"), agencies["metro"], key="tagged")
    run_jobs()
    assert ReviewItem.objects.count() == 1
    file_it(data, agencies["building"], key="plain")
    run_jobs()
    asked = ReviewItem.objects.select_related("better", "worse")
    assert [(i.better.state, i.worse.state) for i in asked] == [("standing", "standing")]


def test_a_png_written_from_a_jpeg_joins_it_and_stays_behind_it(file_it, run_jobs, agencies):
    data = jpeg(drawn())
    png = io.BytesIO()
    Image.open(io.BytesIO(data)).save(png, "PNG")
    file_it(data, agencies["building"], key="a")
    file_it(png.getvalue(), agencies["metro"], key="b")
    run_jobs()
    (record,) = standing()
    assert record.copies.count() == 2
    assert record.best_copy.file.media_type == "image/jpeg"
    assert record.best_copy_because.startswith("The other was written from a JPEG, whose losses its pixels still show")
