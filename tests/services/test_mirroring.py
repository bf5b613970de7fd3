"""The published fingerprints in memory: what is in it, and what leaves it."""

import pytest

from catalog.models import ImageFile, Page
from catalog.services import history, matching, mirroring

from .published import look, places, prints, published_page, tell, unpublished_page

pytestmark = pytest.mark.django_db


def names(page: Page) -> set[int]:
    return matching.near([prints(page)])[page.pk]


def test_a_page_is_named_with_those_like_it_and_no_other():
    one, other = published_page(look(1)), published_page(look(2))
    almost = look(1)
    almost[:, :6] ^= 0xFF  # 48 of 256 bits
    again = published_page(almost)
    assert names(one) == names(again) == {one.pk, again.pk}
    assert names(other) == {other.pk}


def test_a_page_that_shares_places_is_named_although_their_hashes_are_not_alike():
    one, part = published_page(look(1), places(1)), published_page(look(2), places(1))
    published_page(look(3), places(3))
    assert names(one) == names(part) == {one.pk, part.pk}
    ImageFile.objects.filter(pk=part.file_id).update(is_boilerplate=True)
    tell(part.file, "file.changed")
    history.publish()
    assert names(one) == {one.pk}


def test_what_is_published_after_the_start_is_taken_in():
    one = published_page(look(1))
    assert names(one) == {one.pk}
    twin = unpublished_page(look(1))
    assert names(one) == {one.pk}
    tell(twin.file, "file.examined")
    history.publish()
    assert names(one) == {one.pk, twin.pk}


@pytest.mark.parametrize("leaving", [{"state": "quarantined", "state_reason": "withdrawn"}, {"is_boilerplate": True}])
def test_a_file_leaves_and_comes_back_by_the_line_of_history_that_tells_of_it(leaving):
    one, twin = published_page(look(1)), published_page(look(1))
    assert names(one) == {one.pk, twin.pk}
    for change, left in ((leaving, True), ({"state": "intact", "state_reason": "", "is_boilerplate": False}, False)):
        ImageFile.objects.filter(pk=twin.file_id).update(**change)
        tell(twin.file, "file.changed")
        history.publish()
        assert names(one) == ({one.pk} if left else {one.pk, twin.pk})


def test_damaged_files_and_boilerplate_are_not_loaded():
    damaged, boilerplate = published_page(look(1)), published_page(look(2))
    ImageFile.objects.filter(pk=damaged.file_id).update(state="damaged", state_reason="cut off")
    ImageFile.objects.filter(pk=boilerplate.file_id).update(is_boilerplate=True)
    assert names(damaged) == names(boilerplate) == set()


@pytest.mark.parametrize("is_loaded", [False, True], ids=["while loading", "while following"])
def test_what_breaks_off_is_made_again(monkeypatch, is_loaded):
    add, mirror = mirroring.Mirror._add, mirroring.Mirror()
    if is_loaded:
        mirror.follow()
    one = published_page(look(1))

    def break_off(self, **which):
        raise OSError("the database went away")

    monkeypatch.setattr(mirroring.Mirror, "_add", break_off)
    with pytest.raises(OSError, match="went away"):
        mirror.follow()
    monkeypatch.setattr(mirroring.Mirror, "_add", add)
    mirror.follow()
    assert mirror.near(prints(one)) == {one.pk}


def test_a_load_in_small_batches_is_the_same(monkeypatch):
    pages = [published_page(look(seed)) for seed in range(5)]
    monkeypatch.setattr(mirroring, "PAGES_AT_ONCE", 2)
    monkeypatch.setattr(mirroring, "EVENTS_AT_ONCE", 1)
    pages += [published_page(look(seed)) for seed in range(5, 8)]
    assert [names(page) for page in pages] == [{page.pk} for page in pages]
    pages += [published_page(look(seed)) for seed in range(8, 11)]
    assert [names(page) for page in pages] == [{page.pk} for page in pages]


def test_a_question_is_one_query_however_much_is_asked(django_assert_num_queries):
    questions = [prints(published_page(look(seed))) for seed in range(4)]
    matching.near(questions)
    with django_assert_num_queries(1):
        matching.near(questions)


def test_a_page_without_hashes_is_near_nothing():
    one = published_page(look(1))
    assert matching.near([matching.PagePrints(one.pk, None, None, 50)]) == {one.pk: set()}
