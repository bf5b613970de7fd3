import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from catalog.formats.text import well_formed


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_survives_xml(text):
    element = etree.Element("a")
    element.text = well_formed(text)
    assert (etree.fromstring(etree.tostring(element, encoding="UTF-8")).text or "") == well_formed(text)


@pytest.mark.parametrize("text", ["plain", "tab\tand\nline", "بيت", "👩‍👩‍👧", "\x7f\x85"])
def test_what_xml_can_carry_stays_as_it_is(text):
    assert well_formed(text) == text


def test_what_xml_cannot_carry_becomes_the_replacement_character():
    assert well_formed("a\x00b\ud83d\uffff") == "a\ufffdb\ufffd\ufffd"


def test_line_ends_are_those_that_an_xml_parser_returns():
    assert well_formed("a\r\nb\rc\n") == "a\nb\nc\n"
