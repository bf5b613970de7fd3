"""The overview's figures agree with a plain count, whatever happens, and nobody's change by what they may not see."""

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from catalog.models import Agency, Copy, Filing, ImageFile, Record, Source, Tally
from catalog.services import deciding, history, reaudiencing, tallying, withdrawing
from tests.conftest import drawn, jpeg, tiny

pytestmark = pytest.mark.django_db


def follow() -> None:
    history.publish_all()
    while tallying.follow():
        pass


def told(user=None) -> tuple:
    follow()
    found = tallying.overview(user)
    between = sorted((one.agency, one.beside, one.count) for one in found.duplicates)
    return found.records, found.images, found.filings, between, found.saved_bytes


def test_a_duplicate_is_counted_between_its_department_and_the_one_whose_file_is_kept(agencies, file_it, run_jobs):
    data = jpeg(drawn(1))
    for slug in ("building", "housing", "metro"):
        file_it(data, agencies[slug])
    file_it(jpeg(drawn(2)), agencies["metro"], key="other")
    run_jobs()
    between = [("Housing", "Building and Safety", 1), ("Metro", "Building and Safety", 1)]
    assert told() == (2, 2, 4, between, 2 * len(data))


def test_taking_the_same_in_again_changes_nothing(agencies, file_it, run_jobs):
    for slug in ("building", "housing"):
        file_it(jpeg(drawn(1)), agencies[slug])
    run_jobs()
    before = told()
    tallying.Cursor.objects.filter(name=tallying.TALLIES).update(sequence=0)
    assert told() == before


def test_what_is_restricted_changes_no_public_figure(agencies, file_it, run_jobs, person):
    data = jpeg(drawn(1))
    file_it(data, agencies["building"])
    run_jobs()
    public = told()
    file_it(data, agencies["police"], audience="restricted", key="a")
    file_it(tiny(drawn(1)), agencies["police"], audience="restricted", key="b")
    file_it(data, agencies["metro"], audience="internal")
    run_jobs()
    assert told() == public
    assert told(person("outsider", officer=[agencies["metro"]]))[2] == 2
    member = person("member", viewer=[agencies["police"]])
    assert told(member)[2] == 4
    assert "Police records" not in {one.agency for one in tallying.overview(None).filed}


def test_withdrawing_narrowing_and_deciding_are_followed(agencies, file_it, run_jobs, officer):
    whole = drawn(3, (640, 480))
    one, other = file_it(jpeg(whole), agencies["building"]), file_it(tiny(whole), agencies["metro"])
    run_jobs()
    assert told()[:2] == (2, 2)
    copies = {"copy_a": one.filing.copy, "copy_b": other.filing.copy}
    deciding.decide(verdict="same", reason="", by=officer, at=timezone.now(), **copies)
    run_jobs()
    assert told()[:4] == (1, 2, 2, [("Metro", "Building and Safety", 1)])
    withdrawing.withdraw(filing=other.filing, reason="by mistake", by=officer, at=timezone.now())
    run_jobs()
    assert told()[:4] == (1, 1, 1, [])
    filing = Filing.objects.get(pk=one.filing.pk)
    reaudiencing.change_audience(
        filing=filing, audience="restricted", reason="not yet", by=officer, at=timezone.now()
    )  # fmt: skip
    run_jobs()
    assert told() == (0, 0, 0, [], 0)


class TestSums(TestCase):
    """Records of any shape, changed in any order, add up to what counting them all gives."""

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(
            st.tuples(
                st.integers(0, 3),
                st.sampled_from(["public", "internal", "restricted:police"]),
                st.lists(st.tuples(st.integers(0, 2), st.integers(1, 999)), max_size=4),
            ),
            max_size=12,
        )
    )
    def test_sums_agree_with_a_plain_count(self, changes):
        now = timezone.now()
        agencies = [Agency.objects.create(slug=f"a{n}", name=f"Agency {n}") for n in range(3)]
        sources = [Source.objects.create(agency=agency, name="s", kind="api") for agency in agencies]
        records: dict[int, Record] = {}
        for step, (which, audience, filings) in enumerate(changes):
            record = records.get(which) or Record.objects.create(audience_key=audience, filed_at=now, modified_at=now)
            records[which] = record
            Filing.objects.filter(copy__record=record).update(withdrawn_at=now, withdrawn_because="x")
            Copy.objects.filter(record=record).update(ended_at=now)
            audience = record.audience_key
            for n, (agency, size) in enumerate(filings):
                home = record if not Copy.objects.filter(home_record=record).exists() else Record.objects.create(
                    audience_key=audience, filed_at=now, modified_at=now
                )  # fmt: skip
                file = ImageFile.objects.create(sha256=f"{step:032x}{n:032x}", size_bytes=size, received_at=now)
                copy = Copy.objects.create(
                    file=file, audience_key=audience, record=record, home_record=home, made_at=now
                )  # fmt: skip
                filing = Filing.objects.create(
                    agency=agencies[agency], source=sources[agency], item_key=f"{step}-{n}", file=file, copy=copy,
                    audience=audience.partition(":")[0], audience_key=audience, filed_at=now,
                )  # fmt: skip
                if n == 0:
                    record.best_copy, record.record_copy = copy, filing
            record.state = Record.State.STANDING if filings else Record.State.WITHDRAWN
            record.save()
            tallying.tally([record])
        assert _kept() == _counted(records.values())


def _kept() -> dict:
    rows = Tally.objects.filter(count__gt=0)
    return {(r.audience_key, r.kind, r.agency, r.beside): (r.count, r.size_bytes) for r in rows}


def _counted(records) -> dict:
    found: dict = {}

    def add(*part, size=0):
        number, total = found.get(part, (0, 0))
        found[part] = number + 1, total + size

    for record in (r for r in records if r.is_standing):
        audience = record.audience_key
        add(audience, "record", 0, 0)
        for filing in Filing.objects.standing().filter(copy__record=record, copy__ended_at__isnull=True):
            size = filing.file.size_bytes
            add(audience, "image", 0, 0)
            add(audience, "filed", filing.agency_id, 0, size=size)
            if filing.copy_id != record.best_copy_id:
                add(audience, "duplicate", filing.agency_id, record.record_copy.agency_id, size=size)
    return found
