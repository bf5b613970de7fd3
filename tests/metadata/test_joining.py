from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.metadata.elements import ELEMENTS
from catalog.metadata.joining import Description, StatementValue, describe, identifier_contradiction

RECORD_COPY, OTHER, THIRD = "building", "metro", "housing"


def state(
    element: str,
    value: str,
    filing: str = OTHER,
    *,
    at: int = 1,
    origin: str = "filed",
    language: str = "",
    scheme: str = "",
) -> StatementValue:
    return StatementValue(
        key=f"{filing}-{element}-{origin}-{at}-{value}",
        element=element,
        value=value,
        language=language,
        scheme=scheme,
        origin=origin,
        filing_key=filing,
        agency=filing,
        at=f"2026-01-{at:02}T00:00:00Z",
        is_record_copy=filing == RECORD_COPY,
    )


def values(description: Description, element: str) -> list[str]:
    return [value.value for value in description.values if value.element == element]


def contradicted(description: Description) -> list[str]:
    return [contradiction.element for contradiction in description.contradictions]


# --- one filing's word -------------------------------------------------------------------------------------------


def test_the_title_is_the_record_copys_own_even_where_another_says_more():
    description = describe([state("title", "A much longer title of Metro's"), state("title", "Depot", RECORD_COPY)])
    (title,) = description.values
    assert (title.value, title.because, title.filing_keys) == ("Depot", "filed by the record copy", (RECORD_COPY,))
    assert description.contradictions == ()


def test_where_the_record_copy_is_silent_the_most_complete_description_is_taken():
    short, long = state("description", "A depot."), state("description", "A depot on Mill Street.", THIRD)
    (description,) = describe([short, long, state("title", "Depot", RECORD_COPY)]).values[1:]
    assert (description.value, description.because) == ("A depot on Mill Street.", "the most complete")


def test_a_title_comes_in_each_of_its_languages():
    said = [
        state("title", "Bridge", language="en"),
        state("title", "Puente", language="es", at=2),
        state("title", "B", THIRD),
    ]
    assert values(describe(said), "title") == ["Bridge", "Puente"]


def test_everybody_who_says_the_same_is_named():
    (title,) = describe(
        [state("title", "Depot", RECORD_COPY), state("title", "DEPOT"), state("title", "Shed", THIRD)]
    ).values
    assert title.filing_keys == (RECORD_COPY, OTHER)
    assert len(title.statement_keys) == 2


# --- union -------------------------------------------------------------------------------------------------------


def test_subjects_are_united_and_the_first_spelling_stays():
    said = [
        state("subject", "Sidewalk", at=1),
        state("subject", "SIDEWALK", RECORD_COPY, at=2),
        state("subject", "curb", at=3),
    ]
    assert values(describe(said), "subject") == ["Sidewalk", "curb"]


def test_names_of_people_depicted_are_only_the_record_copys():
    named = [
        state("subject", "Osei, Ama", scheme="person"),
        state("subject", "Roe, Jane", RECORD_COPY, scheme="person"),
    ]
    description = describe([*named, state("subject", "sidewalk")])
    assert set(values(description, "subject")) == {"Roe, Jane", "sidewalk"}
    assert all("Osei" not in str(value) for value in description.values)


def test_a_name_that_both_filings_know_does_not_tell_that_the_other_knows_it():
    both = [state("subject", "Roe, Jane", filing, scheme="person") for filing in (RECORD_COPY, OTHER)]
    (subject,) = describe(both).values
    assert subject.filing_keys == (RECORD_COPY,)


def test_a_hidden_name_does_not_keep_the_files_own_keywords_away():
    said = [state("subject", "Roe, Jane", scheme="person"), state("subject", "curb", RECORD_COPY, origin="embedded")]
    assert values(describe(said), "subject") == ["curb"]


# --- dates -------------------------------------------------------------------------------------------------------


def test_the_most_specific_of_agreeing_dates_is_taken():
    description = describe(
        [state("created", "1998", RECORD_COPY), state("created", "1998-05-03"), state("created", "199X", THIRD)]
    )
    assert values(description, "created") == ["1998-05-03"]
    assert description.values[0].because == "the most specific"
    assert description.contradictions == ()


def test_dates_that_disagree_are_a_contradiction_and_the_record_copy_is_believed_meanwhile():
    description = describe([state("created", "1998", RECORD_COPY, at=9), state("created", "1999-05-03")])
    assert values(description, "created") == ["1998"]
    (contradiction,) = description.contradictions
    assert contradiction.alternatives == (("1998", (RECORD_COPY,)), ("1999-05-03", (OTHER,)))


def test_two_exact_dates_disagree_within_the_year_that_the_record_copy_knows():
    said = [state("created", "1998", RECORD_COPY), state("created", "1998-05"), state("created", "1998-06", THIRD)]
    description = describe(said)
    assert values(description, "created") == ["1998"]
    assert contradicted(description) == ["created"]


def test_unknown_gives_way_to_every_date():
    description = describe([state("created", "unknown", RECORD_COPY), state("created", "1998")])
    assert values(description, "created") == ["1998"]
    assert description.contradictions == ()


def test_an_officer_settles_a_contradiction():
    said = [state("created", "1998", RECORD_COPY), state("created", "1999")]
    description = describe([*said, state("created", "1997", RECORD_COPY, origin="officer", at=3)])
    assert values(description, "created") == ["1997"]
    assert description.values[0].because == "an officer"
    assert description.contradictions == ()


def test_the_last_word_of_officers_counts():
    words = [state("license", f"https://example.org/{at}", origin="officer", at=at) for at in (1, 3, 2)]
    assert values(describe(words), "license") == ["https://example.org/3"]


def test_the_earliest_publication_and_the_latest_change_are_taken():
    said = [
        state(element, day, filing)
        for element in ("issued", "modified")
        for day, filing in (("2001", OTHER), ("1999-05", THIRD))
    ]
    description = describe(said)
    assert values(description, "issued") == ["1999-05"]
    assert values(description, "modified") == ["2001"]
    assert description.contradictions == ()


# --- one value ---------------------------------------------------------------------------------------------------


def test_two_licences_contradict_each_other():
    by, zero = "https://creativecommons.org/licenses/by/4.0/", "https://creativecommons.org/publicdomain/zero/1.0/"
    description = describe([state("license", by, at=1), state("license", zero, THIRD, at=2)])
    assert values(description, "license") == [by]
    assert description.values[0].because == "filed first"
    assert contradicted(description) == ["license"]


def test_one_licence_in_two_spellings_is_no_contradiction():
    spellings = ("http://creativecommons.org/licenses/by/4.0", "https://creativecommons.org/licenses/by/4.0/")
    description = describe(
        [state("license", url, filing) for url, filing in zip(spellings, (OTHER, THIRD), strict=True)]
    )
    assert description.contradictions == ()
    assert description.values[0].because == "the filings agree"


def test_a_file_that_thousands_filed_is_described_at_once():
    dates = [state("created", f"199{number % 10}", f"filing {number}") for number in range(5_000)]
    subjects = [state("subject", f"subject {number % 50}", f"filing {number}") for number in range(5_000)]
    description = describe([*dates, *subjects])
    assert len(values(description, "subject")) == 50
    assert len(description.contradictions[0].alternatives) == 10


def test_a_filing_does_not_contradict_itself():
    description = describe([state("type", "Text"), state("type", "StillImage", at=2)])
    assert description.contradictions == ()


# --- the file's own word -----------------------------------------------------------------------------------------


def test_the_file_is_heard_only_where_nobody_filed():
    said = [state("created", "1998"), state("created", "2011-01-13T14:33:39", RECORD_COPY, origin="embedded")]
    assert values(describe(said), "created") == ["1998"]
    (created,) = describe(said[1:]).values
    assert (created.value, created.because) == ("2011-01-13T14:33:39", "embedded in the file")


def test_files_do_not_contradict_each_other():
    said = [
        state("created", day, filing, origin="embedded") for day, filing in (("1998", OTHER), ("1999", RECORD_COPY))
    ]
    description = describe(said)
    assert values(description, "created") == ["1999"]
    assert description.contradictions == ()


def test_a_rule_counts_more_than_the_file_and_less_than_a_filing():
    rule, file = state("type", "Text", origin="rule"), state("type", "Image", RECORD_COPY, origin="embedded")
    assert describe([rule, file]).values[0].because == "a rule"
    assert values(describe([rule, file, state("type", "StillImage", THIRD)]), "type") == ["StillImage"]


# --- order -------------------------------------------------------------------------------------------------------

STATEMENTS = st.builds(
    state,
    st.sampled_from(["title", "subject", "created", "license", "issued", "modified", "type"]),
    st.sampled_from(["1998", "1998-05", "1999", "unknown", "Depot", "DEPOT", "a depot", "2004?"]),
    st.sampled_from([RECORD_COPY, OTHER, THIRD]),
    at=st.integers(1, 3),
    origin=st.sampled_from(["filed", "amendment", "embedded", "officer", "rule"]),
    language=st.sampled_from(["", "en"]),
    scheme=st.sampled_from(["", "person"]),
)


@given(st.lists(STATEMENTS, max_size=8, unique_by=lambda statement: statement.key), st.randoms())
def test_any_order_gives_the_same_description(statements, random):
    shuffled = random.sample(statements, len(statements))
    assert describe(statements) == describe(shuffled)


@given(st.lists(STATEMENTS, max_size=8, unique_by=lambda statement: statement.key))
def test_every_value_was_stated_and_every_element_stated_has_a_value(statements):
    description = describe(statements)
    stated = {(s.element, s.value, s.language, s.scheme) for s in statements}
    assert {(v.element, v.value, v.language, v.scheme) for v in description.values} <= stated
    assert {v.element for v in description.values} >= {s.element for s in statements if s.scheme != "person"}
    for value in description.values:
        assert value.statement_keys
        assert set(value.filing_keys) <= {s.filing_key for s in statements}


def test_values_come_in_the_order_of_the_elements():
    description = describe([state(element, "1998") for element in reversed(ELEMENTS)])
    assert [value.element for value in description.values] == list(ELEMENTS)


# --- identifiers -------------------------------------------------------------------------------------------------


def apns(*numbers: str) -> set[tuple[str, str]]:
    return {("apn", number) for number in numbers}


def test_disjoint_numbers_of_one_scheme_contradict():
    contradiction = identifier_contradiction({"a": apns("1", "2"), "b": apns("3")}, {})
    assert contradiction.element == "identifier"
    assert contradiction.alternatives == (("apn 1, apn 2", ("a",)), ("apn 3", ("b",)))


@pytest.mark.parametrize(
    ("sets", "successors"),
    [
        ({}, {}),
        ({"a": apns("1")}, {}),
        ({"a": apns("1"), "b": apns("1")}, {}),
        ({"a": apns("1", "2"), "b": apns("2", "3")}, {}),
        ({"a": apns("1"), "b": set()}, {}),
        ({"a": apns("1"), "b": {("permit", "7")}}, {}),
        ({"a": apns("1"), "b": apns("3")}, {("apn", "1"): apns("2"), ("apn", "2"): apns("3")}),
        ({"a": apns("3"), "b": apns("1")}, {("apn", "1"): apns("2", "3"), ("apn", "3"): apns("1")}),
    ],
)
def test_what_may_be_true_together_is_no_contradiction(sets, successors):
    for order in permutations(sets):
        assert identifier_contradiction({key: sets[key] for key in order}, successors) is None


def test_only_the_contested_scheme_is_told():
    sets = {"a": apns("1") | {("permit", "7")}, "b": apns("2") | {("permit", "7")}}
    assert "permit" not in str(identifier_contradiction(sets, {}))
