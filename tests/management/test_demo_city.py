"""The demo city, filed and worked through: each case comes out as it is told. One city for all tests of this module."""

import os
from importlib.util import find_spec
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from catalog import tasks
from catalog.models import Decision, Filing, ImageFile, Job, Record, Relation, ReviewItem, SearchEntry, User
from catalog.services import matching
from catalog.services.store import store
from tests.conftest import work_through

PACKAGES = ("interior_photos", "skimage", "sklearn")
MISSING = [name for name in PACKAGES if find_spec(name) is None]


@pytest.fixture(scope="module")
def _demo(django_db_setup, django_db_blocker, tmp_path_factory):
    """File the city and work through it once; all of it is taken back after the module."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr(settings, "DATA_DIR", tmp_path_factory.mktemp("demo"))
        patch.setattr(settings, "MATCHER", "embedded")
        patch.setattr(tasks, "_send", lambda *_: None)
        store.cache_clear()
        matching.mirror.cache_clear()
        call_command("load_demo", stdout=StringIO())
        work_through()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(_demo, db):
    """The city; what a test changes in it is taken back."""


@pytest.fixture
def photographs(demo):
    """The city with its photographs."""
    if MISSING:
        reason = f"requirements-demo.txt is not installed: {', '.join(MISSING)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def filing(office: str, key: str) -> Filing:
    return Filing.objects.select_related("file", "copy__record").get(agency__slug=office, item_key=key)


def record(office: str, key: str) -> Record:
    return filing(office, key).copy.record


def are_asked_about(one: Record, other: Record) -> bool:
    pair = {one.pk, other.pk}
    return any({item.better_id, item.worse_id} == pair for item in ReviewItem.objects.all())


def are_linked(one: Record, other: Record) -> bool:
    pair = {one.pk, other.pk}
    ends = Relation.objects.standing().values_list("from_copy__record", "to_copy__record")
    return any(set(between) == pair for between in ends)


def seen_by(record: Record) -> set[str]:
    return {u.username for u in User.objects.all() if Record.objects.visible_to(u).filter(pk=record.pk).exists()}


# ---- drawn -------------------------------------------------------------------------------------------------------


def test_a_question_waits_for_the_visitor(demo):
    stamped, plain = (
        record("building", "mail/2019/alder_640_unit_5.jpg"),
        record("housing", "alder-640/HC-2019-0377.jpg"),
    )
    assert are_asked_about(stamped, plain)


def test_every_job_ends(demo):
    assert not Job.objects.exclude(state=Job.State.DONE).exists()


def test_the_same_bytes_are_one_record_with_two_filings(demo):
    one = filing("building", "2022/00307/scan 0034.jpg")
    other = filing("housing", "foundry-27/insp_report_B22016-00307.jpg")
    assert one.copy == other.copy
    assert one.copy.record.record_copy == one


def test_other_metadata_in_the_file_are_merged(demo):
    one = filing("streets", "E1908412/asbuilt_ramp_NW.jpg")
    other = filing("metro", "stops/mill-st/curb ramp NW (city).jpg")
    assert one.file != other.file
    assert one.copy.record == other.copy.record


def test_the_same_pixels_in_another_format_are_merged(demo):
    assert record("building", "2021/12345/A1.0_site_plan.png") == record("housing", "mill-412/A1.0 site plan.tif")


def test_forms_that_differ_in_a_digit_are_kept_apart(demo):
    one, other = (record("building", f"2021/1234{digit}/report_2021-06-08.png") for digit in (5, 6))
    assert one != other
    assert not are_linked(one, other)


@pytest.mark.parametrize(
    ("office", "key"),
    [
        ("building", "2021/12345/A1.0_site_plan_corr.png"),
        ("housing", "mill-412/plan_cropped.jpg"),
    ],
)
def test_a_marked_up_or_cropped_plan_is_not_merged_but_found(demo, office, key):
    plan = record("building", "2021/12345/A1.0_site_plan.png")
    assert record(office, key) != plan
    assert are_asked_about(record(office, key), plan) or are_linked(record(office, key), plan)


def test_the_broken_file_is_damaged(demo):
    file = filing("building", "2023/05519/scan 0091.jpg").file
    assert file.state == ImageFile.State.DAMAGED
    assert file.state_reason


def test_the_unreadable_file_is_quarantined(demo):
    file = filing("streets", "2018/SW-00731/DSC_0093.JPG").file
    assert file.state == ImageFile.State.QUARANTINED
    assert file.state_reason


def test_several_pages_and_sixteen_bits_are_read(demo):
    assert filing("building", "2022/08830/B22016-10000-08830_final.pdf").file.page_count == 2
    assert filing("housing", "orchard-300/HC-2020-0614.tif").file.page_count == 3
    assert filing("streets", "microfilm/R118_F0440.tif").file.pages.get().bit_depth == 16


def test_a_restricted_report_is_seen_by_its_agency_alone(demo):
    report = record("police", "2016-040913/property_report.jpg")
    assert seen_by(report) == {"police", "police-officer", "officer", "administrator"}
    assert not SearchEntry.objects.visible_to(None).filter(record=report).exists()


# ---- with photographs --------------------------------------------------------------------------------------------


def test_one_picture_with_three_metadata_is_one_record(photographs):
    taken = filing("building", "2020/02264/IMG_4398.JPG")
    for office, key in (("housing", "orchard-118/unit 3/living room.jpg"), ("metro", "press/2020/orchard_living.jpg")):
        assert record(office, key) == taken.copy.record
    assert taken.copy.record.best_copy == taken.copy
    assert not taken.copy.record.conflicts.exists()


def test_another_parcel_and_another_date_are_the_only_conflicts(photographs):
    parcels = record("building", "2024/01933/B24016-10000-01933_att2.jpg")
    dates = record("building", "2021/00512/DSC_0291.JPG")
    conflicts = Record.objects.standing().filter(conflicts__isnull=False).values_list("pk", "conflicts__element")
    assert set(conflicts) == {(parcels.pk, "identifier:apn"), (dates.pk, "created")}


@pytest.mark.parametrize(
    ("original", "changed"),
    [
        (("housing", "300-orchard-avenue/20201018_161130.jpg"), ("metro", "press/2020/sofa_web.jpg")),
        (("metro", "corridor/2021/DSC_2056.JPG"), ("housing", "station/staff room (rotated).jpg")),
        (("building", "2023/04121/IMG_4702.JPG"), ("streets", "encroachments/415-mill/FW_ photo.jpg")),
        (("building", "2020/04007/IMG_3320.JPG"), ("metro", "web/cabin_interior.webp")),
        (("housing", "118-orchard-avenue/shelf wall.jpg"), ("building", "orchard-118/IMG_0874.HEIC")),
        (("building", "2022/08830/IMG_5108.JPG"), ("housing", "mill-412/kitchen_trimmed.jpg")),
        (("building", "2022/08830/IMG_5108.JPG"), ("building", "2022/08830/kitchen_marked.jpg")),
    ],
    ids=["smaller", "turned", "re-encoded", "webp", "heic", "cropped", "marked up"],
)
def test_a_changed_copy_is_found(photographs, original, changed, request):
    one, other = record(*original), record(*changed)
    if request.node.callspec.id in ("cropped", "marked up"):
        assert one != other
        assert are_linked(one, other)
    else:
        assert one == other or are_asked_about(one, other)


def test_a_burst_stays_three_pictures(photographs):
    shots = [record("building", f"2020/01408/IMG_471{number}.JPG") for number in (1, 2, 3)]
    assert len(set(shots)) == 3
    assert are_asked_about(shots[0], shots[1]) or are_linked(shots[0], shots[1])


def test_restricted_bytes_are_no_copy_of_the_public_ones(photographs):
    restricted = filing("police", "2020-118822/rear_room_01.jpg")
    public = filing("building", "2020/01408/rear_room.jpg")
    assert restricted.file == public.file
    assert restricted.copy.record != public.copy.record
    assert not Record.objects.visible_to(None).filter(pk=restricted.copy.record.pk).exists()
    assert Record.objects.visible_to(None).filter(pk=public.copy.record.pk).exists()
    assert "planner" not in seen_by(restricted.copy.record)


def test_an_internal_picture_is_for_those_who_signed_in(photographs):
    internal = record("housing", "300-orchard-avenue/20180519_153000.jpg")
    assert "auditor" in seen_by(internal)
    assert not Record.objects.visible_to(None).filter(pk=internal.pk).exists()


def test_every_year_from_2015_on_has_a_picture(photographs):
    years = set(SearchEntry.objects.visible_to(None).values_list("year", flat=True))
    assert set(range(2015, 2027)) <= years


def test_the_officer_decides_a_few_pairs_once(photographs, monkeypatch):
    monkeypatch.setattr(tasks, "_send", lambda *_: None)
    for made in (3, 0):
        call_command("load_demo", "--decide", stdout=(out := StringIO()))
        assert f"decided {made} pairs" in out.getvalue()
        work_through()
    of_pairs = Decision.objects.effective().filter(copy_low__isnull=False)
    assert set(of_pairs.values_list("verdict", flat=True)) == {"same", "derivative", "same-scene"}
    decided = Relation.objects.standing().filter(decision__isnull=False)
    assert {r.kind for r in decided} == {Relation.Kind.DERIVED_FROM, Relation.Kind.SAME_SCENE}
    assert record("metro", "press/2020/sofa_web.jpg") == record("housing", "300-orchard-avenue/20201018_161130.jpg")
