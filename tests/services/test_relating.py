"""Relations come to the same end whatever was related first, and come to an end."""

import secrets
from itertools import combinations, permutations

import numpy as np
import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.imaging.methods import LOCAL, PHASH
from catalog.imaging.residue import packed
from catalog.models import Agency, Copy, Filing, ImageFile, Job, Match, Page, Record, Relation, ReviewItem, Source
from catalog.services import evidencing, jobs, relating

pytestmark = pytest.mark.django_db

TURNS_MAX = 300
SUPPORTS = ("derivative", "same-scene", "different", "open", "illegible")
ILLEGIBLE = "illegible"
"""Open by itself; which of several originals leaves least of the copy may tell."""


@st.composite
def evidence(draw) -> dict[tuple[int, int], tuple[str, int | None, str]]:
    """Return {pair of pictures: (what evidence supports, which is the original, what found the pair)} of up to six."""
    count = draw(st.integers(3, 6))
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count)]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=2, unique=True))
    found = {}
    for pair in chosen:
        supports = draw(st.sampled_from(SUPPORTS))
        original = draw(st.sampled_from((None, *pair))) if supports == "derivative" else None
        if supports == ILLEGIBLE:
            original = tuple(draw(st.lists(st.sampled_from((0.3, 0.4, 1.2)), min_size=4, max_size=4)))
        found[pair] = supports, original, draw(st.sampled_from((PHASH, LOCAL)))
    return found


def standing_alone(agency: Agency, number: int) -> Record:
    """A record with one copy; the lower its number the better its file."""
    file = ImageFile.objects.create(
        sha256=f"{number:02}{secrets.token_hex(31)}", size_bytes=1, media_type="image/jpeg", state="intact",
        received_at=timezone.now(), examined_at=timezone.now(), settled_at=timezone.now(), rank=f"{number:04}",
    )  # fmt: skip
    Page.objects.create(
        file=file, number=1, width_px=900, height_px=700, mode="RGB", bit_depth=8, is_judgeable=True, has_working=True
    )
    now = timezone.now()
    record = Record.objects.create(audience_key="public", filed_at=now, modified_at=now)
    copy = Copy.objects.create(file=file, audience_key="public", record=record, home_record=record, made_at=now)
    source, _ = Source.objects.get_or_create(agency=agency, name="tests", defaults={"kind": Source.Kind.API})
    filing = Filing.objects.create(
        agency=agency, source=source, item_key=f"{number}", file=file, file_name="a.jpg", copy=copy, filed_at=now,
        audience="public", audience_key="public",
    )  # fmt: skip
    Record.objects.filter(pk=record.pk).update(state="standing", best_copy=copy, record_copy=filing)
    return record


def say(
    one: ImageFile, other: ImageFile, supports: str, original: ImageFile | None, method: str | None, left: tuple = ()
) -> None:
    """Write down the evidence about two files, which are candidates if a method found them.

    What cannot be read was made from the better one, the first; `left` is what that leaves in four places.
    """
    low, high = sorted((one, other), key=lambda file: file.pk)
    pages, leans = [], ""
    if supports == ILLEGIBLE:
        supports, leans, original = "open", "derivative", one
        grid = packed(np.array(left, np.float32).reshape(2, 2))
        finer = "a" if one.sha256 < other.sha256 else "b"
        whole = {"cover_a": 1.0, "cover_b": 1.0, "is_mirrored": False, "is_inverted": False}
        pages = [{"a": 1, "b": 1, "evidence": {"residue": grid, "differing": 0.0, "finer": finer, **whole}}]
    finding = {
        "is_clear": True, "fit": 0.9, "made_from": original.sha256 if original else "", "how": "", "region": None,
        "because": "As drawn.", "differences": [], "leans": leans,
    }  # fmt: skip
    if method:
        Match.objects.create(
            file_low=low, file_high=high, method=method, supports="candidate", made_at=timezone.now(),
            distance_bits=10 if method == PHASH else None, measurements={"votes": 30},
        )  # fmt: skip
    Match.objects.create(
        file_low=low, file_high=high, method=evidencing.METHOD, supports=supports, made_at=timezone.now(),
        measurements={"pages": pages, "finding": finding}, rule=evidencing.RULE,
    )  # fmt: skip


def related(agency: Agency, said: dict, order: list[int]) -> set[tuple[int, int, str]]:
    """Relate the records in this order, then whatever is stirred, and return links and questions; all is taken back."""
    with transaction.atomic():
        records = [standing_alone(agency, number) for number in range(1 + max(map(max, said)))]
        files = [record_of(r).best_copy.file for r in records]
        for (a, b), (supports, original, method) in said.items():
            left = original if supports == ILLEGIBLE else ()
            say(files[a], files[b], supports, files[original] if isinstance(original, int) else None, method, left)
        for a, b in combinations(range(len(records)), 2):
            if (a, b) not in said:
                say(files[a], files[b], "different", None, None)
        for number in order:
            if number < len(records):
                relating.relate_led_by(files[number], at=timezone.now())
        for _ in range(TURNS_MAX):
            if (job := jobs.take_next()) is None:
                break
            assert job.kind == Job.Kind.RELATE
            relating.relate_led_by(ImageFile.objects.get(pk=job.subject), at=timezone.now())
            jobs.finish(job)
        else:
            pytest.fail("relating does not come to an end")
        number_of = {record.pk: number for number, record in enumerate(records)}
        questions = {(number_of[q.better_id], number_of[q.worse_id], "open") for q in ReviewItem.objects.all()}
        links = {
            (number_of[r.from_copy.record_id], number_of[r.to_copy.record_id], r.kind)
            for r in Relation.objects.standing().select_related("from_copy", "to_copy")
        }
        transaction.set_rollback(True)
    return links | questions


def record_of(record: Record) -> Record:
    return Record.objects.select_related("best_copy__file").get(pk=record.pk)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(said=evidence(), order=st.permutations(range(6)))
def test_relations_come_to_one_end_in_any_order(agency, said, order):
    assert related(agency, said, order) == related(agency, said, sorted(order))


def test_what_one_original_explains_is_not_said_again(agency):
    crops = {(0, 1): ("derivative", 0, LOCAL), (0, 2): ("derivative", 0, LOCAL), (1, 2): ("derivative", 1, LOCAL)}
    assert related(agency, crops, [2, 1, 0]) == {(1, 0, "derived-from"), (2, 0, "derived-from")}


def test_a_copy_that_outranks_its_original_takes_nothing_from_it(agency):
    """A larger copy with a watermark is made from the picture; so is a crop, which is like both."""
    said = {(0, 1): ("derivative", None, PHASH), (0, 2): ("derivative", 0, LOCAL), (1, 2): ("derivative", 1, LOCAL)}
    assert (2, 1, "derived-from") in related(agency, said, [0, 1, 2])


def test_a_tilted_form_is_not_asked_about_with_other_forms(agency):
    """Form 2 is a tilted copy of form 0; form 1 differs from form 0 in a digit, which the tilt makes hard to see."""
    said = {(0, 1): ("different", None, PHASH), (0, 2): ("derivative", 0, LOCAL), (1, 2): ("open", None, LOCAL)}
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
        assert related(agency, said, order) == {(2, 0, "derived-from")}


def test_what_may_be_either_of_two_alike_is_asked_about(agency):
    said = {(0, 1): ("open", None, PHASH), (0, 2): ("derivative", 0, LOCAL), (1, 2): ("open", None, LOCAL)}
    assert (1, 2, "open") in related(agency, said, [0, 1, 2])


def test_a_small_copy_of_a_form_is_linked_with_the_one_that_leaves_least_of_it(agency):
    """Form 2 is too small to be read; forms 0 and 1 differ in a digit, and 1 leaves more of it where that is."""
    said = {
        (0, 1): ("different", None, PHASH),
        (0, 2): (ILLEGIBLE, (0.3, 0.4, 0.4, 0.3), LOCAL),
        (1, 2): (ILLEGIBLE, (0.3, 0.4, 1.2, 0.4), LOCAL),
    }
    for order in permutations(range(3)):
        assert related(agency, said, list(order)) == {(2, 0, "derived-from")}


def test_two_that_were_made_from_one_original_are_not_asked_about(agency):
    said = {(0, 1): ("derivative", 0, PHASH), (0, 2): ("derivative", 0, PHASH), (1, 2): ("open", None, PHASH)}
    for order in permutations(range(3)):
        assert related(agency, said, list(order)) == {(1, 0, "derived-from"), (2, 0, "derived-from")}


def test_two_from_which_one_frame_may_have_been_made_are_asked_about(agency):
    """The framed copy 0 has the larger canvas; whether 1 and 2 are the same picture it does not tell."""
    said = {(0, 1): ("derivative", 1, PHASH), (0, 2): ("derivative", 2, PHASH), (1, 2): ("open", None, PHASH)}
    for order in permutations(range(3)):
        assert (1, 2, "open") in related(agency, said, list(order))


def test_a_small_copy_that_two_forms_fit_alike_is_asked_about(agency):
    left = (0.3, 0.4, 0.4, 0.3)
    said = {(0, 1): ("different", None, PHASH), (0, 2): (ILLEGIBLE, left, LOCAL), (1, 2): (ILLEGIBLE, left, LOCAL)}
    for order in permutations(range(3)):
        assert related(agency, said, list(order)) == {(0, 2, "open"), (1, 2, "open")}


def test_a_small_copy_is_linked_with_a_form_rather_than_with_a_copy_of_it(agency):
    left = (0.3, 0.4, 0.4, 0.3)
    said = {(0, 1): ("derivative", 1, PHASH), (0, 2): (ILLEGIBLE, left, LOCAL), (1, 2): (ILLEGIBLE, left, LOCAL)}
    assert related(agency, said, [0, 1, 2]) == {(0, 1, "derived-from"), (2, 1, "derived-from")}


def test_two_that_each_seem_made_from_the_other_come_to_an_end(agency):
    circle = {(0, 1): ("derivative", 1, LOCAL), (1, 2): ("derivative", 2, LOCAL), (0, 2): ("derivative", 0, LOCAL)}
    assert related(agency, circle, [0, 1, 2]) == related(agency, circle, [2, 0, 1])
