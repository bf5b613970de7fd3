"""What a search is narrowed by, alone and together, and what is said of what makes no sense."""

import pytest
from django.utils.datastructures import MultiValueDict

from catalog.metadata.validation import Value
from catalog.models import SearchEntry, SearchFacet
from catalog.services import searching
from catalog.services.narrowing import Narrowing

pytestmark = pytest.mark.django_db


@pytest.fixture
def described(file_it, agencies):
    """File a description alone: described("metro", "Platform", created="1998", values=[...])."""

    def describe(slug: str, title: str, **how) -> None:
        values = [Value(element, value, "", scheme) for element, value, scheme in how.pop("said", ())]
        file_it(None, agencies[slug], key=title, title=title, values=values, **how)
        from catalog import tasks

        tasks.publish()

    return describe


def titles(user=None, **asked) -> list[str]:
    params = MultiValueDict({name: value if isinstance(value, list) else [value] for name, value in asked.items()})
    found = searching.find(user=user, asked=params)
    assert not found.narrowing.errors
    return sorted(entry.record.title for entry in found.results)


def errors(**asked) -> dict[str, str]:
    told = Narrowing.of(None, MultiValueDict({name: [value] for name, value in asked.items()})).errors
    return {name: " ".join(said) for name, said in told.items()}


def test_values_of_one_facet_widen_and_several_facets_narrow(described):
    described("metro", "Platform", created="1998", said=[("subject", "Rails", ""), ("spatial", "Mill Street", "")])
    described("metro", "Tunnel", created="1999", said=[("subject", "Rails", ""), ("subject", "Dark", "")])
    described("housing", "Door", created="1998", said=[("spatial", "Mill Street", "")])
    assert titles(agency="metro") == ["Platform", "Tunnel"]
    assert titles(agency=["metro", "housing"]) == ["Door", "Platform", "Tunnel"]
    assert titles(agency="metro", year="1998") == ["Platform"]
    assert titles(subject=["Dark", "Rails"]) == ["Platform", "Tunnel"]
    assert titles(place="Mill Street", year=["1998", "1999"]) == ["Door", "Platform"]
    assert titles(source="api") == ["Door", "Platform", "Tunnel"]
    assert titles(source="form") == []
    assert titles(q="door", agency="metro") == []


def test_a_record_in_conflict_filed_twice_is_found_as_both(described, pair, schemes, agencies, filed):
    described("housing", "Door")
    assert titles(has="copies") == [pair.title]
    assert titles(has="conflict") == [pair.title]
    assert titles(has=["conflict", "copies"]) == [pair.title]
    assert titles(format="image/jpeg") == [pair.title]


@pytest.fixture
def pair(file_it, run_jobs, agencies):
    from tests.conftest import drawn, jpeg

    for slug, created in (("building", "1998"), ("metro", "2004")):
        file_it(jpeg(drawn(3)), agencies[slug], title="Corner", created=created)
    run_jobs()
    return SearchEntry.objects.get().record


@pytest.fixture
def filed():
    return None


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"since": "1998"}, ["about 1998", "day", "decade", "later", "open"]),
        ({"until": "1998"}, ["about 1998", "day", "decade", "earlier"]),
        ({"since": "1998-05-03", "until": "1998-05-03"}, ["about 1998", "day", "decade"]),
        ({"since": "1998-05-04", "until": "1998-06"}, ["about 1998", "decade"]),
        ({"since": "May 1998", "until": "3 May 1998"}, ["about 1998", "day", "decade"]),
        ({"since": "1990", "until": "1996"}, ["decade"]),
        ({"since": "2030"}, ["open"]),
    ],
)
def test_dates_that_meet_the_range_are_found(described, asked, found):
    dates = {
        "day": "1998-05-03", "about 1998": "1998~", "decade": "199X", "earlier": "1952", "later": "2004-03",
        "open": "2005/..", "nobody knows": "unknown",
    }  # fmt: skip
    for title, created in dates.items():
        described("metro", title, created=created)
    assert titles(**asked) == found


def test_points_and_boxes_are_found_where_they_lie(described):
    described("metro", "Point", said=[("spatial", "east=-118.25; north=34.05; name=Corner", "Point")])
    box = "northlimit=34.3; southlimit=34.2; eastlimit=-118.4; westlimit=-118.6"
    described("metro", "Box", said=[("coverage", box, "Box")])
    described("metro", "Fiji", said=[("spatial", "east=179.9; north=-17.5", "Point")])
    described("metro", "Words", said=[("spatial", "Mill Street", "")])
    assert titles(bounds="-118.3,34,-118.2,34.1") == ["Point"]
    assert titles(bounds="-118.3,34,-118.2,34.1", place="Corner") == ["Point"]
    assert titles(bounds="-119,34,-118,35") == ["Box", "Point"]
    assert titles(bounds="170,-20,-170,0") == ["Fiji"]
    assert titles(bounds="-118.55,34.2,-118.45,34.3") == ["Box"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"since": "12/13/98"}, "“12/13/98” is no date"),
        ({"until": "1998-02-30"}, "“1998-02-30” is no date"),
        ({"since": "unknown"}, "“unknown” is no date"),
        ({"since": "2004", "until": "1998"}, "this date lies before the first"),
        ({"bounds": "1,2,3"}, "Write west, south, east and north"),
        ({"bounds": "0,91,1,92"}, "Write west, south, east and north"),
        ({"bounds": "nan,0,1,inf"}, "Write west, south, east and north"),
        ({"bounds": "0,5,1,4"}, "Write west, south, east and north"),
        ({"year": "98"}, "four digits"),
        ({"source": "post"}, "Known: form"),
        ({"format": "text/html"}, "Known: image/jpeg"),
        ({"has": "teeth"}, "Known: conflict, copies"),
        ({"number": "apn:12"}, "ten digits"),
        ({"number": "5149015902"}, "a colon and the number"),
    ],
)
def test_what_makes_no_sense_is_told_in_words(schemes, asked, words):
    told = errors(**asked)
    assert list(told) == [list(asked)[-1]]
    assert words in told[list(asked)[-1]]


def test_a_person_who_must_not_be_named_narrows_nothing(file_it, run_jobs, agencies):
    """What the description leaves out (catalog.metadata.joining) is not among the facets."""
    from tests.conftest import drawn, jpeg

    name = Value("subject", "Ama Osei", "", "person")
    file_it(jpeg(drawn(3)), agencies["building"], title="Corner")
    file_it(jpeg(drawn(3)), agencies["metro"], title="Stop", values=[name])
    run_jobs()
    assert not SearchFacet.objects.filter(value="Ama Osei").exists()


def test_an_index_of_another_version_is_written_anew(described, monkeypatch):
    described("metro", "Platform", created="1998", said=[("subject", "Rails", "")])
    SearchFacet.objects.filter(kind="subject").delete()
    assert not searching.follow()
    monkeypatch.setattr(searching, "SEARCH", "search/next")
    while searching.follow():
        pass
    assert titles(subject="Rails") == ["Platform"]
