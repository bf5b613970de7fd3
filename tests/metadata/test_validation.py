import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.metadata.elements import ELEMENTS
from catalog.metadata.validation import (
    ENCODING_SCHEMES,
    LONGEST_VALUE,
    Value,
    check,
    check_filing,
    normalise,
    normalise_text,
)

ANY_VALUE = st.builds(
    Value, st.sampled_from([*ELEMENTS, "nonsense"]), st.text(max_size=40), st.text(max_size=5), st.text(max_size=5)
)


@given(ANY_VALUE)
def test_normalising_twice_is_the_same_as_once(value):
    assert normalise(normalise(value)) == normalise(value)


@given(ANY_VALUE)
def test_every_problem_is_a_sentence_that_names_element_and_example(value):
    for problem in check([value]):
        assert problem.element == value.element
        assert problem.message.endswith(f"write, say, {problem.example}.")
        assert len(problem.message) < 500


@pytest.mark.parametrize("name", ENCODING_SCHEMES)
def test_the_example_of_every_scheme_passes_it(name):
    scheme = ENCODING_SCHEMES[name]
    assert scheme.passes(scheme.example)


@pytest.mark.parametrize("element", [element for element in ELEMENTS.values() if not element.is_open])
def test_the_example_of_every_problem_would_pass(element):
    (problem,) = check([Value(element.name, "complete nonsense")])
    assert check([Value(element.name, problem.example)]) == []


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Value("type", "still image"), "“still image” is not a DCMI type; write, say, StillImage."),
        (Value("format", "tiff"), "“tiff” is not a media type; write, say, image/jpeg."),
        (Value("created", "05/03/1998"), "is not a date in EDTF; write, say, 1998-05-03."),
        (Value("created", "1998-02-30"), "is not a date in EDTF"),
        (Value("language", "en"), "is not a language code of ISO 639-2; write, say, eng."),
        (Value("license", "CC BY"), "is not an address; write, say, https://creativecommons.org/licenses/by/4.0/."),
        (Value("license", "javascript:alert(1)"), "is not an address"),
        (Value("spatial", "east=200; north=3", scheme="Point"), "is not a DCMI Point"),
        (Value("spatial", "northlimit=1", scheme="Box"), "is not a DCMI Box"),
        (Value("created", "1998", scheme="Point"), "but EDTF or W3CDTF is wanted"),
        (Value("title", "Mill Street", "english"), "no language tag; write, say, en."),
        (Value("title", "x" * (LONGEST_VALUE + 1)), "10,001 characters, more than 10,000"),
        (Value("title", "half \ud83d"), "damaged on the way"),
        (Value("title", " \x00 "), "is empty"),
        (Value("colour", "red"), "does not know"),
    ],
)
def test_a_value_that_breaks_its_scheme_is_refused_with_an_example(value, said):
    (problem,) = check([value])
    assert said in problem.message


@pytest.mark.parametrize(
    "value",
    [
        Value("created", "unknown"),
        Value("created", "1998~"),
        Value("issued", "1997-07-16T19:20+01:00", scheme="W3CDTF"),
        Value("spatial", "12 Mill Street"),
        Value("spatial", "7023900", scheme="TGN"),
        Value("subject", "Osei, Ama", scheme="person"),
        Value("subject", "sidewalks", scheme="a local list"),
        Value("title", "عنوان \u2067(12)\u2069", "ar"),
        Value("description", "🏗️ crane"),
        Value("language", "spa"),
        Value("license", "https://creativecommons.org/publicdomain/zero/1.0/"),
    ],
)
def test_a_value_that_follows_its_scheme_passes(value):
    assert check([value]) == []


def test_unknown_is_a_date_of_the_scene_but_not_of_publication():
    assert check([Value("created", "Unknown")]) == []
    assert normalise(Value("created", "Unknown")).value == "unknown"
    assert check([Value("issued", "unknown")])


def test_control_characters_are_stripped_and_what_people_typed_stays():
    assert normalise_text("  SONY\x00\x00\x1b \ufeff\u202eDSC\x9f ") == "SONY DSC"
    assert normalise_text("cafe\u0301") == "café"
    assert normalise_text("a\u200db \u2067c\u2069") == "a\u200db \u2067c\u2069"


def test_line_breaks_stay_in_a_description_alone():
    text = "first\r\nsecond\u2028third\tfourth"
    assert normalise(Value("description", text)).value == "first\nsecond\nthird fourth"
    assert normalise(Value("title", text)).value == "first second third fourth"


def test_a_filing_needs_a_title_and_a_date_or_unknown():
    assert [problem.element for problem in check_filing([])] == ["title", "created"]
    assert check_filing([Value("title", "North elevation"), Value("created", "unknown")]) == []


def test_a_filing_says_once_what_can_be_true_once():
    values = [Value("title", "a"), Value("title", "b"), Value("created", "1998"), Value("created", "1999")]
    problems = check_filing(values)
    assert [(problem.element, problem.value) for problem in problems] == [("created", "1998"), ("created", "1999")]
    assert check_filing([*values[:3], Value("created", " 1998 ")]) == []
