"""What was counted of a search: asked again it is not counted again, until something happens; nobody gets another's."""

import pytest
from django.core.cache import caches
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from catalog import tasks
from catalog.models import Filing
from catalog.services import searching, withdrawing
from catalog.services.narrowing import Narrowing
from catalog.services.remembering import remembered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def memory(settings):
    settings.CACHES = {
        **settings.CACHES,
        "counts": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "remembering"},
    }
    caches["counts"].clear()
    yield
    caches["counts"].clear()


@pytest.fixture
def filed(file_it, agencies):
    for key, audience in (("a", "public"), ("b", "public"), ("c", "internal")):
        file_it(None, agencies["metro"], key=key, title="Platform", audience=audience)
    tasks.publish()
    return agencies


def total(user=None, words="platform") -> int:
    return searching.find(user=user, words=words).total


def test_what_has_not_changed_is_counted_once(filed):
    times = []
    for _ in range(3):
        remembered("times", Narrowing.of(None), lambda: times.append(1) or 7)
    remembered("times", Narrowing.of(None, MultiValueDict({"q": ["other"]})), lambda: times.append(1) or 8)
    assert len(times) == 2


def test_nobody_is_told_what_was_counted_for_another(filed, person):
    assert total(person("planner", viewer=[filed["metro"]])) == 3
    assert total() == 2


def test_what_is_filed_is_counted_when_the_search_has_it(filed, file_it):
    assert total() == 2
    file_it(None, filed["metro"], key="d", title="Platform")
    tasks.publish()
    assert total() == 3


def test_what_is_withdrawn_is_gone_from_the_count_at_once(filed, person):
    assert total() == 2
    clerk = person("clerk", filer=[filed["metro"]])
    withdrawing.withdraw(filing=Filing.objects.get(item_key="a"), by=clerk, reason="A mistake", at=timezone.now())
    assert total() == 1
