"""What a person who decides is shown belongs to the copy it is shown for."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from catalog.models import Copy, Match, ReviewItem
from catalog.services import exhibiting
from catalog.services.evidencing import METHOD
from catalog.services.exhibiting import has_exhibit, picture_of
from tests.conftest import drawn, jpeg

pytestmark = pytest.mark.django_db

SIZE = 480, 360
SPOT = np.s_[140:180, 220:260]


@pytest.fixture
def pair(file_it, run_jobs, agency) -> tuple[Copy, Copy]:
    """A picture, and the same with a white patch on it."""
    patched = drawn(size=SIZE)
    ImageDraw.Draw(patched).rectangle((215, 135, 265, 185), fill=(255, 255, 255), outline=(0, 0, 0), width=3)
    file_it(jpeg(drawn(size=SIZE), quality=95), agency, key="plain")
    file_it(jpeg(patched, quality=95), agency, key="patched")
    run_jobs()
    plain, patched = (Copy.objects.get(filings__item_key=key) for key in ("plain", "patched"))
    return plain, patched


def asked_about(a: Copy, b: Copy) -> ReviewItem:
    return ReviewItem(match=Match.objects.get(method=METHOD), copy_a=a, copy_b=b)


def opened(item: ReviewItem, kind: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(picture_of(item, kind))))


def test_each_copy_is_shown_as_itself_whichever_is_named_first(pair):
    plain, patched = pair
    for item, white, other in ((asked_about(*pair), "b", "a"), (asked_about(patched, plain), "a", "b")):
        assert opened(item, white)[SPOT].mean() > 245
        assert opened(item, other)[SPOT].mean() < 235


def test_all_three_pictures_are_of_one_size(pair):
    item = asked_about(*pair)
    assert has_exhibit(item)
    assert {opened(item, kind).shape for kind in exhibiting.KINDS} == {(360, 480, 3)}


def test_an_unknown_kind_is_not_shown(pair):
    assert picture_of(asked_about(*pair), "c") is None


def test_what_was_drawn_is_kept_for_the_next_look(pair, monkeypatch):
    item = asked_about(*pair)
    first = picture_of(item, "a")
    monkeypatch.setattr(exhibiting, "comparison_of", lambda match: pytest.fail("drawn twice"))
    assert picture_of(item, "a") == first


def test_pictures_that_were_never_laid_over_one_another_are_not_shown(pair):
    item = asked_about(*pair)
    for page in item.match.measurements["pages"]:
        page["evidence"]["registered"] = False
    assert not has_exhibit(item)
    assert picture_of(item, "a") is None
