"""Counts of what narrows a search: under the other choices and the reader's rights, exact or said to be the least."""

import pytest
from django.utils.datastructures import MultiValueDict

from catalog import tasks
from catalog.metadata.validation import Value
from catalog.services import faceting, searching
from catalog.services.narrowing import Narrowing

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(file_it, agencies):
    """Eight descriptions: four of Metro, three of Housing, one that only Police may see."""
    for n in range(4):
        file_it(None, agencies["metro"], key=f"m{n}", title="Platform", created=str(1998 + n % 2), values=rails(n))
    for n in range(3):
        file_it(None, agencies["housing"], key=f"h{n}", title="Door", created="1998")
    file_it(None, agencies["police"], key="p", title="Room", created="1950", audience="restricted", values=rails(9))
    tasks.publish()
    return agencies


def rails(n: int) -> list[Value]:
    return [Value("subject", "Rails"), Value("subject", f"Number {n}"), Value("spatial", "Mill Street")]


def counts(user=None, **asked) -> dict[str, dict[str, int]]:
    params = MultiValueDict({name: value if isinstance(value, list) else [value] for name, value in asked.items()})
    found = faceting.facets_of(Narrowing.of(user, params))
    return {name: {one.value: one.count for one in values} for name, values in found.items()}


def test_everything_is_counted_by_every_facet(city):
    told = counts()
    assert told["agency"] == {"metro": 4, "housing": 3}
    assert list(told["year"].items()) == [("1999", 2), ("1998", 5)]
    assert told["subject"]["Rails"] == told["place"]["Mill Street"] == 4
    assert told["source"] == {"api": 7}
    assert told["format"] == told["has"] == {}


def test_a_facet_is_counted_under_the_other_choices_but_not_its_own(city):
    told = counts(agency="metro", year="1999")
    assert told["agency"] == {"metro": 2}
    assert told["year"] == {"1998": 2, "1999": 2}
    assert told["subject"]["Rails"] == 2
    told = counts(agency=["metro", "housing"], year="1998")
    assert told["agency"] == {"housing": 3, "metro": 2}


def test_nobody_counts_what_they_may_not_see(city, person):
    sergeant = person("sergeant", viewer=[city["police"]])
    assert counts(sergeant)["agency"] == {"metro": 4, "housing": 3, "police": 1}
    assert "1950" not in counts()["year"]
    assert counts(person("planner", viewer=[city["metro"]])) == counts()


def test_counts_beyond_the_most_are_exact_for_everything_and_else_the_least(city, monkeypatch):
    monkeypatch.setattr(faceting, "MAX_COUNT", 3)
    monkeypatch.setattr(searching, "MAX_COUNT", 3)
    everything = faceting.facets_of(Narrowing.of(None))
    told = {one.value: (one.count, one.is_least) for one in everything["agency"]}
    assert told.pop("metro", (3, True)) == (3, True)
    assert told.pop("housing", (3, False)) == (3, False)
    some = faceting.facets_of(Narrowing.of(None, MultiValueDict({"year": ["1998"]})))
    assert sum(one.count for one in some["agency"]) == 3
    assert all(one.is_least for one in some["agency"])


def test_facets_ask_the_database_as_often_however_much_there_is(city, django_assert_num_queries):
    with django_assert_num_queries(2):
        counts()
    with django_assert_num_queries(4):
        counts(agency="metro", year="1998")
