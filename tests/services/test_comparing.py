"""Which sheets count as candidates by places does not depend on what was filed first."""

from itertools import combinations

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import ImageFile, Match, Page
from catalog.services import comparing
from catalog.services.comparing import SHEETS_BY_HASH_MAX, SHEETS_BY_PLACES_MAX, SHEETS_OF_CROWD_MAX, Nearness

pytestmark = pytest.mark.django_db

COUNT = SHEETS_BY_PLACES_MAX + 6


def file_of(number: int, is_sheet: bool) -> ImageFile:
    file = ImageFile.objects.create(
        sha256=f"{number:064}", size_bytes=1, media_type="image/jpeg", state="intact", rank=f"{number:04}",
        received_at=timezone.now(), examined_at=timezone.now(),
    )  # fmt: skip
    Page.objects.create(file=file, number=1, width_px=9, height_px=7, mode="L", bit_depth=8, is_page=is_sheet)
    return file


def counted(order: list[int], sheets: list[bool], votes: dict[frozenset[int], int]) -> set[frozenset[int]]:
    """Compare the files in this order and return the pairs that count in the end; all is taken back."""
    with transaction.atomic():
        files = [file_of(number, is_sheet) for number, is_sheet in enumerate(sheets)]
        for place, number in enumerate(order):
            near = {
                files[other].pk: [Nearness(False, None, 0, votes[frozenset((number, other))], 1, 1)]
                for other in order[:place]
            }
            found = comparing._nearest(files[number], near)
            matches = [comparing._candidate(files[number], other, one) for other, one in found]
            comparing.keep_matches(matches, at=timezone.now())
        kept = list(Match.objects.select_related("file_low", "file_high"))
        ignored = comparing.outranked(kept)
        number_of = {file.pk: number for number, file in enumerate(files)}
        transaction.set_rollback(True)
    return {frozenset((number_of[m.file_low_id], number_of[m.file_high_id])) for m in kept if m.pk not in ignored}


def by_definition(sheets: list[bool], votes: dict[frozenset[int], int]) -> set[frozenset[int]]:
    """A sheet names the nearest of all, whatever is no sheet names everything."""
    named = set()
    for one, is_sheet in enumerate(sheets):
        others = sorted((-votes[frozenset((one, other))], other) for other in range(len(sheets)) if other != one)
        most = SHEETS_BY_PLACES_MAX if is_sheet else None
        named |= {frozenset((one, other)) for _, other in others[:most]}
    return named


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_the_same_pairs_count_in_any_order(data):
    sheets = data.draw(st.lists(st.sampled_from([True, True, True, False]), min_size=COUNT, max_size=COUNT))
    values = data.draw(st.lists(st.integers(12, 30), min_size=COUNT * (COUNT - 1) // 2, max_size=COUNT * COUNT))
    votes = {frozenset(pair): value for pair, value in zip(combinations(range(COUNT), 2), values, strict=False)}
    order = data.draw(st.permutations(range(COUNT)))
    assert counted(order, sheets, votes) == by_definition(sheets, votes)


def test_a_sheet_that_loses_one_of_its_nearest_is_looked_at_again():
    first, *others = [file_of(number, is_sheet=True) for number in range(SHEETS_BY_PLACES_MAX + 2)]
    for other in others:
        assert first.pk not in comparing.crowded_by(other)
        near = [Nearness(False, None, 0, 20, 1, 1)]
        comparing.keep_matches([comparing._candidate(other, first, near)], at=timezone.now())
    assert first.pk in comparing.crowded_by(others[-1])


def test_of_a_crowd_those_with_the_most_places_in_common_are_compared_too():
    """A stamp moves a form's hash as far from its original as from all other forms."""
    sheet, original, *others = [file_of(number, is_sheet=True) for number in range(60)]
    near = {other.pk: [Nearness(True, 38, 0, 25, 1, 1)] for other in others}
    near[original.pk] = [Nearness(True, 42, 0, 180, 1, 1)]
    found = [other for other, _ in comparing._nearest(sheet, near)]
    assert original in found
    assert len(found) == SHEETS_BY_HASH_MAX + SHEETS_OF_CROWD_MAX


def test_of_a_crowd_those_with_the_same_strokes_are_compared_first():
    """A second scan moves a form's hash farther than another number in it, but not its strokes."""
    sheet, original, *others = [file_of(number, is_sheet=True) for number in range(60)]
    near = {other.pk: [Nearness(True, 8, 0, 100, 1, 1, other_strokes=12)] for other in others}
    near[original.pk] = [Nearness(True, 30, 0, 20, 1, 1, other_strokes=1)]
    assert comparing._nearest(sheet, near)[0][0] == original


def test_of_pictures_the_nearest_by_hash_are_compared_first():
    picture, near_one, far_one = [file_of(number, is_sheet=False) for number in range(3)]
    near = {near_one.pk: [Nearness(True, 8, 0, 20, 1, 1)], far_one.pk: [Nearness(True, 30, 0, 100, 1, 1)]}
    assert [other for other, _ in comparing._nearest(picture, near)] == [near_one, far_one]
