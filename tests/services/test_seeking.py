"""Search by picture: what somebody's copy of a picture belongs to, within what they may see."""

import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from PIL import Image, ImageOps

from catalog import tasks
from catalog.models import ImageFile, Job, PictureFinding, PictureSearch, Record
from catalog.services import jobs, seeking, withdrawing
from catalog.services.store import Refused, store
from tests.conftest import drawn, jpeg, with_exif

Kind = PictureFinding.Kind
NOBODY = AnonymousUser()


@pytest.fixture
def seek(run_jobs):
    """Ask about bytes, let a worker look, and return [(kind, title of the record)] as this person sees it."""

    def look(data: bytes, user=NOBODY, *, reader=None) -> list[tuple[str, str]]:
        search, _ = seeking.ask(asked_by=user, chunks=[data], file_name="mine.jpg", at=timezone.now())
        run_jobs()
        search.refresh_from_db()
        look.search = search
        return [(row.kind, record.title) for row, record in seeking.findings_for(search, reader or user)]

    return look


@pytest.fixture
def mill(file_it, run_jobs, agency) -> Record:
    file_it(jpeg(drawn(31, (800, 600))), agency, title="Mill Street")
    file_it(jpeg(drawn(32, (800, 600))), agency, key="other", title="Elm Street")
    run_jobs()
    return Record.objects.get(title="Mill Street")


def test_the_same_bytes_belong_to_their_record(seek, mill):
    assert seek(jpeg(drawn(31, (800, 600))))[0] == (Kind.SAME, "Mill Street")
    assert seek.search.findings.first().because == seeking.PROVEN["bytes"]


def test_other_metadata_make_no_other_picture(seek, mill):
    seek(with_exif(jpeg(drawn(31, (800, 600))), artist="B. Ito"))
    assert seek.search.findings.first().because == seeking.PROVEN["coded"]


@pytest.mark.parametrize("size", [(800, 600), (400, 300)])
def test_a_copy_belongs_to_its_record(seek, mill, size):
    copy = drawn(31, (800, 600)).resize(size, Image.Resampling.LANCZOS)
    assert seek(jpeg(copy, quality=60)) == [(Kind.SAME, "Mill Street")]


def test_what_was_cut_or_mirrored_was_made_from_it(seek, mill):
    whole = drawn(31, (800, 600))
    for one in (whole.crop((80, 60, 700, 540)), ImageOps.mirror(whole)):
        assert seek(jpeg(one)) == [(Kind.DERIVATIVE, "Mill Street")]
        assert seek.search.findings.first().because


def test_nothing_is_found_for_another_picture(seek, mill):
    assert seek(jpeg(drawn(99, (800, 600)))) == []
    assert seek.search.state == PictureSearch.State.ANSWERED


def test_nobody_learns_of_what_they_may_not_see(seek, file_it, run_jobs, agencies, person):
    data = jpeg(drawn(41, (800, 600)))
    file_it(data, agencies["police"], audience="restricted", title="Booking")
    run_jobs()
    theirs = person("ana", viewer=[agencies["police"]])
    assert seek(data) == []
    assert seek(data, person("ben", viewer=[agencies["metro"]])) == []
    assert seek(data, theirs) == [(Kind.SAME, "Booking")]
    assert seek(data, theirs, reader=NOBODY) == []


def test_an_answer_follows_its_record(seek, mill, filer):
    """What was found is said by the record that answers for it now, and not at all when it is gone."""
    assert seek(jpeg(drawn(31, (800, 600)))) == [(Kind.SAME, "Mill Street")]
    withdrawing.withdraw(filing=mill.record_copy, reason="By mistake.", by=filer, at=timezone.now())
    assert seeking.findings_for(seek.search, NOBODY) == []


def test_what_cannot_be_read_is_refused_in_words(seek, mill):
    broken = jpeg(drawn(31))[:300]
    assert seek(broken) == []
    assert seek.search.state == PictureSearch.State.REFUSED
    assert seek.search.refusal


def test_what_is_no_picture_is_refused_at_once(db):
    with pytest.raises(Refused):
        seeking.ask(asked_by=NOBODY, chunks=[b"<svg/>"], file_name="x.svg", at=timezone.now())
    assert not PictureSearch.objects.exists()


def test_nothing_is_kept_of_the_picture(seek, mill):
    files = ImageFile.objects.count()
    seek(jpeg(drawn(31, (800, 600)), quality=70))
    assert ImageFile.objects.count() == files
    assert not list((store().places.root / "sought").iterdir())
    assert seek.search.spool_name == ""
    with Image.open(io.BytesIO(bytes(seek.search.thumbnail))) as small:
        assert max(small.size) <= 400


def test_a_search_is_forgotten_after_a_day(seek, mill):
    seek(jpeg(drawn(31)))
    waiting, _ = seeking.ask(asked_by=NOBODY, chunks=[jpeg(drawn(31))], file_name="", at=timezone.now())
    assert seeking.forget_before(timezone.now() - timedelta(days=1)) == 0
    assert seeking.forget_before(timezone.now()) == 2
    assert not store().places.exists(waiting.spool_name)


def test_looking_twice_is_the_same_as_once(seek, mill):
    seek(jpeg(drawn(31, (800, 600))))
    job = jobs.enqueue(Job.Kind.SEEK, seek.search.pk)
    tasks.seek(jobs.claim(job.pk))
    assert seek.search.findings.count() == 1


def test_what_somebody_waits_for_comes_first(file_it, agency):
    file_it(jpeg(drawn(31)), agency)
    _, job = seeking.ask(asked_by=NOBODY, chunks=[jpeg(drawn(31))], file_name="", at=timezone.now())
    assert jobs.take_next() == job


def test_only_who_asked_opens_the_answer(seek, mill, person):
    ana, ben = person("ana"), person("ben")
    seek(jpeg(drawn(31)), ana)
    assert PictureSearch.objects.open_to(ana).exists()
    assert not PictureSearch.objects.open_to(ben).exists()
    assert not PictureSearch.objects.open_to(NOBODY).exists()
