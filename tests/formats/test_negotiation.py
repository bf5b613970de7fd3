from string import ascii_letters

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.formats.negotiation import choose

AVAILABLE = ("text/html", "text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples")
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize("header", ["", "*/*", " , ;q=1, nonsense"])
def test_who_asks_for_nothing_in_particular_gets_our_first(header):
    assert choose(header, AVAILABLE) == "text/html"


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        (FIREFOX, "text/html"),
        ("text/turtle", "text/turtle"),
        ("TEXT/Turtle", "text/turtle"),
        ("application/ld+json, text/turtle;q=0.9", "application/ld+json"),
        ("application/ld+json;q=0.5, text/turtle;q=0.51", "text/turtle"),
        ("application/*", "application/rdf+xml"),
        ("text/*;q=0.3, text/html;q=0.1, */*;q=0.2", "text/turtle"),
        ("text/html;q=0, */*", "text/turtle"),
        ("text/turtle;charset=utf-8", "text/turtle"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "application/ld+json"),
        ('text/x;a="one, text/turtle;q=1", application/n-triples', "application/n-triples"),
        ("text/turtle ; Q=0.2 , text/html ; q=0.1", "text/turtle"),
        ("text/turtle;q=2, application/n-triples;q=0.1", "application/n-triples"),
    ],
)
def test_the_best_acceptable_type_is_chosen(header, chosen):
    assert choose(header, AVAILABLE) == chosen


@pytest.mark.parametrize(
    "header", ["image/png", "text/turtle;q=0", "*/*;q=0", "text/html;level=1", "text/html;q=0.000"]
)
def test_nothing_acceptable_is_none(header):
    assert choose(header, AVAILABLE) is None


def test_a_range_with_parameters_is_more_specific_than_one_without():
    header = "text/html;q=0.4, text/html;level=1;q=0.9"
    assert choose(header, ["text/html", "text/html;level=1"]) == "text/html;level=1"


def test_nothing_available_is_none():
    assert choose("*/*", []) is None


def test_a_hostile_header_costs_no_more_than_its_length():
    assert choose("a/b" + "; " * 50_000 + '"' + '\\"' * 50_000, AVAILABLE) is not None


@given(st.text())
def test_any_header_has_an_answer(header):
    assert choose(header, AVAILABLE) in (*AVAILABLE, None)


names = st.text(ascii_letters, min_size=1, max_size=4)
media_types = st.builds("{}/{}".format, names, names)
qualities = st.integers(min_value=0, max_value=1000)


@given(st.dictionaries(media_types.map(str.lower), qualities, min_size=1))
def test_among_exact_ranges_the_highest_quality_wins_and_the_first_of_equals(wanted):
    header = ", ".join(f"{media_type};q={quality / 1000:.3f}" for media_type, quality in wanted.items())
    best = max(wanted, key=wanted.get)
    assert choose(header, list(wanted)) == (best if wanted[best] else None)


@given(media_types, qualities, qualities, qualities)
def test_the_most_specific_range_decides_whatever_the_others_say(media_type, exact, family, rest):
    kind = media_type.partition("/")[0]
    header = f"*/*;q={rest / 1000:.3f}, {media_type};q={exact / 1000:.3f}, {kind}/*;q={family / 1000:.3f}"
    assert choose(header, [media_type]) == (media_type if exact else None)
