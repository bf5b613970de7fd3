from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from catalog.formats.entry import Text
from catalog.formats.graph.resources import dated, moment, number, outside_iri, resource, triples, worded, words
from catalog.formats.graph.vocabularies import DCTERMS, EDTF_DATATYPE, FOAF, XSD


def test_a_resource_is_described_with_all_that_it_points_at():
    agent = resource("https://a.example/agent", [FOAF.Agent], (FOAF.name, words("A. Osei")))
    image = resource("https://a.example/image", [], (DCTERMS.creator, agent), (DCTERMS.title, None))
    assert [str(triple.predicate) for triple in triples([image])] == [
        "<http://purl.org/dc/terms/creator>",
        "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>",
        "<http://xmlns.com/foaf/0.1/name>",
    ]


def test_a_shared_resource_is_described_once():
    agent = resource("https://a.example/agent", [FOAF.Agent], shared=True)
    images = [resource(f"https://a.example/{number}", [], (DCTERMS.creator, agent)) for number in (1, 2)]
    told = set()
    assert len(list(triples(images[:1], told))) == 2
    assert len(list(triples(images[1:], told))) == 1


def test_a_language_tag_that_is_none_is_left_out():
    assert words("hello", "en-US").language == "en-us"
    assert words("hello", "not a tag") == words("hello", "") == words("hello") == Literal("hello")


def test_blank_values_say_nothing_and_equal_ones_say_it_once():
    assert worded([Text("a"), Text(" \n"), Text("a"), Text("a", "en")]) == [Literal("a"), Literal("a", language="en")]


@pytest.mark.parametrize(
    ("text", "datatype"),
    [("1987", XSD.gYear), ("1987-04-30", XSD.date), ("1987~", EDTF_DATATYPE), ("about 1987", XSD.string)],
)
def test_a_date_has_the_most_exact_datatype_that_is_true(text, datatype):
    assert dated(text) == Literal(text, datatype=datatype)


def test_a_moment_is_written_in_utc_to_the_second():
    at = datetime(2026, 3, 4, 10, 20, 0, 999, tzinfo=timezone(timedelta(hours=-5)))
    assert moment(at) == Literal("2026-03-04T15:20:00Z", datatype=XSD.dateTime)
    assert moment(date(2026, 3, 4)) == Literal("2026-03-04", datatype=XSD.date)
    assert moment(None) is None


def test_a_datetime_without_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        moment(datetime(2026, 3, 4, 15, 20))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("value", "written"), [(0.91, "0.91"), (1e-7, "0.0000001"), (Decimal("1E+3"), "1000"), (-1, "-1")]
)
def test_a_number_is_a_plain_decimal(value, written):
    assert number(value) == Literal(written, datatype=XSD.decimal)


def test_what_no_decimal_can_say_is_a_double():
    assert number(float("nan")).datatype == number(float("inf")).datatype == XSD.double


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        (" https://a.example/x ", "https://a.example/x"),
        ("https://a.example/a b", "https://a.example/a%20b"),
        ("https://a.example/100%", "https://a.example/100%25"),
        ("https://a.example/%20", "https://a.example/%20"),
        ("https://a.example/é<x>", "https://a.example/%C3%A9%3Cx%3E"),
        ("urn:isbn:123", "urn:isbn:123"),
        ("dcat:Dataset", None),
        ("javascript:alert(1)", None),
        ("see https://a.example/", None),
        ("https://", None),
        ("https://a.example/#a#b", None),
        ("all rights reserved", None),
    ],
)
def test_an_address_is_made_an_iri_and_words_are_not(text, iri):
    assert outside_iri(text) == iri


@given(st.text())
def test_whatever_is_taken_for_an_iri_is_one(text):
    iri = outside_iri("https://a.example/" + text)
    assert iri is None or NamedNode(iri)
