"""Its agency changes for whom a filing is, at once or when an embargo ends: it moves to the group of those."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from catalog import tasks
from catalog.models import Copy, Filing, Job, Record
from catalog.services import amending, feeding, jobs, reading, reaudiencing, searching, tracking, withdrawing
from catalog.services.filing import FilingRefused
from tests.conftest import drawn, jpeg, with_exif

from .test_withdrawing import filer_of_all, fresh, keeps_its_word, standing  # noqa: F401 - a fixture

WHY = "It shows a child."
LATER = "2999-01-01"


@pytest.fixture
def change(filer_of_all, run_jobs):  # noqa: F811
    """Let a filing be for others, and let the workers do what follows."""

    def change_and_settle(filing, audience, embargo_until="", at=None):
        done = reaudiencing.change_audience(
            filing=fresh(filing), audience=audience, embargo_until=embargo_until, reason=WHY, by=filer_of_all,
            at=at or timezone.now(),
        )  # fmt: skip
        run_jobs()
        return done

    return change_and_settle


@pytest.fixture
def next_century(monkeypatch):
    """Every embargo is over."""

    def pass_by():
        moment = datetime(3000, 1, 1, tzinfo=UTC)
        monkeypatch.setattr(tasks.timezone, "now", lambda: moment)

    return pass_by


def follow() -> None:
    while feeding.follow():
        pass


def test_a_narrowed_record_is_gone_for_the_public_and_stands_for_its_agency(file_it, run_jobs, agency, change, filer):
    filing = file_it(jpeg(drawn()), agency, title="Zanzibar").filing
    run_jobs()
    (public,) = standing()
    follow()
    change(filing, "restricted")
    (own,) = standing()
    assert (own.audience_key, own.title) == ("restricted:building", "Zanzibar")
    assert (fresh(public).state, fresh(public).title) == ("withdrawn", "")
    assert tracking.records_gone_for(filer).get() == public
    assert reading.read_tombstone(fresh(public), None).reason == ""
    assert searching.find(user=None, words="zanzibar").total == 0
    assert searching.find(user=filer, words="zanzibar").total == 1
    follow()
    assert feeding.find_item(None, public.public_id).is_deleted
    assert feeding.find_item(None, own.public_id) is None
    assert not feeding.find_item(filer, own.public_id).is_deleted
    keeps_its_word()


def test_widening_it_again_gives_the_old_address_back(file_it, run_jobs, agency, change):
    filing = file_it(jpeg(drawn()), agency).filing
    run_jobs()
    (public,) = standing()
    change(filing, "internal")
    change(filing, "public")
    assert standing() == [public]
    assert Copy.objects.standing().get() == fresh(filing).copy
    keeps_its_word()


def test_it_meets_what_was_filed_for_the_others(file_it, run_jobs, agencies, change):
    data = jpeg(drawn())
    public = file_it(data, agencies["building"], key="a", title="Mill").filing
    hidden = file_it(with_exif(data, artist="A. Osei"), agencies["police"], key="b", audience="restricted").filing
    run_jobs()
    assert len(standing()) == 2
    change(hidden, "public")
    (record,) = standing()
    assert record.copies.standing().count() == 2
    keeps_its_word()
    change(public, "restricted")
    assert {(r.audience_key, r.copies.standing().count()) for r in standing()} == {
        ("public", 1), ("restricted:building", 1)
    }  # fmt: skip
    assert fresh(record).is_standing
    keeps_its_word()


def test_evidence_is_asked_for_where_the_two_never_met(file_it, run_jobs, agencies, change):
    picture = drawn(4, size=(640, 480))
    file_it(jpeg(picture), agencies["building"], key="a")
    hidden = file_it(jpeg(picture, quality=60), agencies["police"], key="b", audience="restricted").filing
    run_jobs()
    change(hidden, "public")
    (record,) = standing()
    assert record.copies.standing().count() == 2
    keeps_its_word()


def test_the_reason_is_for_those_who_see_it_now(file_it, run_jobs, agencies, change):
    data = jpeg(drawn())
    file_it(data, agencies["metro"], key="a")
    moved = file_it(data, agencies["building"], key="b", name="zanzibar.jpg").filing
    run_jobs()
    (public,) = standing()
    change(moved, "internal")
    said = [(e.sentence, e.reason) for e in reading.read_record(fresh(public), None).history]
    assert ("Building and Safety’s filing belongs to this record no more.", "") in said
    assert not [one for one in said if "zanzibar" in one[0] or WHY in one[1]]
    inside = Record.objects.standing().get(audience_key="internal")
    assert WHY in [e.reason for e in reading.read_record(inside, None).history]


def test_nothing_happens_twice(file_it, run_jobs, agency, change):
    filing = file_it(jpeg(drawn()), agency).filing
    run_jobs()
    assert not change(filing, "public").is_new
    assert change(filing, "internal").is_new
    assert not change(filing, "internal").is_new


def test_a_filing_that_never_stood_moves_without_a_trace(file_it, run_jobs, agency, change):
    filing = file_it(jpeg(drawn()), agency).filing
    change(filing, "internal")
    assert [r.audience_key for r in standing()] == ["internal"]
    assert not Record.objects.gone().exists()
    keeps_its_word()


def test_only_its_agency_changes_it_and_says_why(file_it, run_jobs, agencies, person, filer_of_all):  # noqa: F811
    filing = file_it(jpeg(drawn()), agencies["building"]).filing
    run_jobs()
    asked = {"filing": filing, "audience": "internal", "reason": WHY, "at": timezone.now()}
    for stranger in (person("viewer", viewer=[agencies["building"]]), person("other", officer=[agencies["metro"]])):
        with pytest.raises(amending.NotAllowed):
            reaudiencing.change_audience(by=stranger, **asked)
    for wrong in ({"reason": ""}, {"audience": "friends"}, {"embargo_until": "soon"}, {"embargo_until": "1999-01-01"}):
        with pytest.raises(FilingRefused):
            reaudiencing.change_audience(by=filer_of_all, **asked | wrong)
    withdrawing.withdraw(filing=filing, reason=WHY, by=filer_of_all, at=timezone.now())
    with pytest.raises(withdrawing.AlreadyWithdrawn):
        reaudiencing.change_audience(by=filer_of_all, **asked)


# ---- embargo ---------------------------------------------------------------------------------------------------


def embargoed(file_it, agency, **how) -> Filing:
    return file_it(jpeg(drawn()), agency, embargo_until=LATER, **how).filing


def test_an_embargoed_filing_is_seen_by_its_agency_alone(file_it, run_jobs, agency, filer):
    filing = embargoed(file_it, agency, title="Zanzibar")
    run_jobs()
    (record,) = standing()
    assert record.audience_key == "restricted:building"
    assert (filing.audience, filing.audience_after, str(filing.embargo_until)) == ("restricted", "public", LATER)
    assert searching.find(user=None, words="zanzibar").total == 0
    assert searching.find(user=filer, words="zanzibar").total == 1


def test_the_sweep_ends_an_embargo_on_its_day_although_no_message_came(file_it, run_jobs, agency, next_century):
    filing = embargoed(file_it, agency)
    run_jobs()
    tasks.sweep()
    assert not Job.objects.filter(kind=Job.Kind.DISCLOSE).exists()
    next_century()
    tasks.sweep()
    tasks.sweep()
    run_jobs()
    (record,) = standing()
    assert record.audience_key == "public"
    assert (fresh(filing).audience, fresh(filing).embargo_until, fresh(filing).audience_after) == ("public", None, "")
    assert Job.objects.filter(kind=Job.Kind.DISCLOSE).count() == 1
    keeps_its_word()


def test_an_embargo_that_was_put_off_is_not_ended(file_it, run_jobs, agency, change, next_century, monkeypatch):
    filing = embargoed(file_it, agency)
    run_jobs()
    stale = fresh(filing)
    change(filing, "public", "3500-01-01")
    assert not reaudiencing.end_embargo(stale, at=datetime(3000, 1, 1, tzinfo=UTC)).is_new
    jobs.enqueue(Job.Kind.DISCLOSE, filing.public_id)
    next_century()
    run_jobs()
    assert str(fresh(filing).embargo_until) == "3500-01-01"


def test_the_agency_lifts_an_embargo_or_withdraws_before(file_it, run_jobs, agency, change, filer, next_century):
    filing = embargoed(file_it, agency)
    run_jobs()
    change(filing, "public")
    assert [r.audience_key for r in standing()] == ["public"]
    change(filing, "internal", LATER)
    withdrawing.withdraw(filing=fresh(filing), reason=WHY, by=filer, at=timezone.now())
    next_century()
    tasks.sweep()
    run_jobs()
    assert not standing()
    assert Record.objects.filter(audience_key="internal").count() == 0


def test_a_job_that_failed_for_good_waits_for_an_operator(file_it, run_jobs, agency, next_century):
    filing = embargoed(file_it, agency)
    run_jobs()
    next_century()
    tasks.sweep()
    moment = datetime(3000, 1, 1, tzinfo=UTC)
    Job.objects.filter(kind=Job.Kind.DISCLOSE).update(state=Job.State.SET_ASIDE, ended_at=moment)
    assert reaudiencing.note_embargoes_over(at=moment) == 0
    jobs.retry(Job.objects.get(kind=Job.Kind.DISCLOSE))
    run_jobs()
    assert fresh(filing).audience == "public"


@pytest.mark.parametrize("wrong", ["soon", "2030-02-30", "1999-01-01", "01/02/2030", "today"])
def test_a_day_that_is_none_or_over_is_refused_with_one_that_would_pass(file_it, agency, wrong):
    text = timezone.localdate().isoformat() if wrong == "today" else wrong
    with pytest.raises(FilingRefused) as refused:
        file_it(jpeg(drawn()), agency, embargo_until=text)
    (problem,) = refused.value.problems
    assert (problem.element, problem.value) == ("embargo_until", text)
    assert problem.example in problem.message
    file_it(jpeg(drawn()), agency, embargo_until=problem.example)
    assert timezone.localdate() + timedelta(days=1) <= Filing.objects.get().embargo_until
