import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.metadata.identifiers import EXAMPLES, NORMALISERS, BadIdentifier, looks_like, normalise

NUMBERLIKE = st.text("0123456789ABCxyz -–/._:#ﬁ²", max_size=30) | st.text(max_size=20)
TOKENS = st.lists(st.text("0123456789aBxﬁ²５", min_size=1, max_size=6), min_size=1, max_size=4)
SEPARATED = st.builds(str.join, st.sampled_from([" ", "-", " – ", "/", ".", "_", " . "]), TOKENS)


@pytest.mark.parametrize(
    ("normaliser", "raw", "normal"),
    [
        ("apn", "5149015902", "5149-015-902"),
        ("apn", "5149 015 902", "5149-015-902"),
        ("apn", "5149–015–902", "5149-015-902"),
        ("apn", "APN: 5149-015-902", "5149-015-902"),
        ("apn", "５１４９-015-902", "5149-015-902"),
        ("pin", "129-5a205   123", "129-5A205 123"),
        ("permit", "21016-10000-12345", "21016-10000-12345"),
        ("permit", "21016 - 10000 - 12345", "21016-10000-12345"),
        ("permit", "b-2024/118", "B-2024-118"),
        ("project", "e 1908412", "E-1908412"),
        ("asset", "SL_00123", "SL-00123"),
        ("accession", "2001 . 35.41413", "2001.35.41413"),
    ],
)
def test_a_number_has_one_spelling(normaliser, raw, normal):
    assert normalise(normaliser, raw) == normal


@pytest.mark.parametrize(
    ("normaliser", "raw"),
    [("apn", "5149-015"), ("apn", ""), ("pin", "123"), ("permit", "none"), ("permit", "12*34"), ("asset", "9" * 65)],
)
def test_what_has_not_its_schemes_form_is_refused_with_an_example(normaliser, raw):
    with pytest.raises(BadIdentifier, match=f"write, say, {EXAMPLES[normaliser]}"):
        normalise(normaliser, raw)


@given(st.sampled_from(sorted(NORMALISERS)), SEPARATED | NUMBERLIKE)
def test_normalising_twice_is_the_same_as_once(normaliser, raw):
    try:
        normal = normalise(normaliser, raw)
    except BadIdentifier:
        return
    assert normalise(normaliser, normal) == normal


@given(st.from_regex(r"[0-9]{4}[ .–-]?[0-9]{3}[ .–-]?[0-9]{3}", fullmatch=True))
def test_a_parcel_number_is_its_ten_digits_whatever_stands_between(raw):
    normal = normalise("apn", raw)
    assert normalise("apn", normal) == normal
    assert normal.replace("-", "") == "".join(character for character in raw if character.isdigit())


@pytest.mark.parametrize("normaliser", NORMALISERS)
def test_every_example_is_its_own_spelling_and_is_found_in_a_search_box(normaliser):
    example = EXAMPLES[normaliser]
    assert normalise(normaliser, example) == example
    assert example in looks_like(example.lower())


@given(NUMBERLIKE)
def test_whatever_is_searched_for_raises_nothing(raw):
    assert all(isinstance(form, str) for form in looks_like(raw))


@pytest.mark.parametrize("words", ["12 Mill Street", "north elevation", "", "photo 1998", "sidewalk", "x" * 200])
def test_plain_words_look_like_no_number(words):
    assert looks_like(words) == []


def test_a_permit_with_letters_before_it_looks_like_a_number():
    assert "ENG-2019-001" in looks_like("eng-2019-001")
