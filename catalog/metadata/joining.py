"""A Record's description, computed from the Statements of its filings.

Each element has a rule (`elements.Joining`). The result is a function of the set of statements alone: in which order
they are passed in does not matter. Where the filings contradict one another and both cannot be true, the record copy
is believed meanwhile and the contradiction is reported; an officer's value settles it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from .dates import begins, dates_agree, ends, vagueness
from .elements import ELEMENTS, PERSON, Element, Joining

Origin = Literal["filed", "embedded", "amendment", "officer", "rule"]
NumberInScheme = tuple[str, str]
"""A scheme's name and a normalised number in it."""

BY_OFFICER = "an officer"
BY_RECORD_COPY = "filed by the record copy"
MOST_COMPLETE = "the most complete"
FILED = "filed"
EARLIEST = "earliest"
LATEST = "latest"
MOST_SPECIFIC = "the most specific"
BY_ALL = "the filings agree"
FILED_FIRST = "filed first"
BY_RULE = "a rule"
EMBEDDED = "embedded in the file"


@dataclass(frozen=True)
class StatementValue:
    """One statement that stands (nothing supersedes it), as plain values.

    `at` is its moment in ISO 8601 and UTC, and orders statements; of two at one moment, as those read from one file,
    the shorter and then the smaller `key` comes first, so decimal keys keep the order in which they were given.
    """

    key: str
    element: str
    value: str
    language: str
    scheme: str
    origin: Origin
    filing_key: str
    agency: str
    at: str
    is_record_copy: bool


@dataclass(frozen=True)
class DescribedValue:
    """One value of the description, every filing and statement that says the same, and why it is here."""

    element: str
    value: str
    language: str
    scheme: str
    filing_keys: tuple[str, ...]
    statement_keys: tuple[str, ...]
    because: str


@dataclass(frozen=True)
class Contradiction:
    """Values of one element that cannot all be true, each with the filings that say so."""

    element: str
    alternatives: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Description:
    """The values in the order of the elements, and what the filings contradict one another about."""

    values: tuple[DescribedValue, ...]
    contradictions: tuple[Contradiction, ...]


def describe(statements: Iterable[StatementValue], rules: Mapping[str, Element] = ELEMENTS) -> Description:
    """Compute the description of a Record from the statements of all its filings.

    Statements about elements that `rules` does not have are left out.
    """
    by_element: dict[str, list[StatementValue]] = {}
    for statement in sorted(statements, key=_order):
        by_element.setdefault(statement.element, []).append(statement)
    values: list[DescribedValue] = []
    contradictions: list[Contradiction] = []
    for element in rules.values():
        said = [statement for statement in by_element.get(element.name, []) if _may_be_joined(statement)]
        values += _described(element, said)
        contradictions += _contradictions(element, said)
    return Description(tuple(values), tuple(contradictions))


def _order(statement: StatementValue) -> tuple[str, int, str, str, str]:
    return statement.at, len(statement.key), statement.key, statement.value, statement.filing_key


# --- who is heard ------------------------------------------------------------------------------------------------


def _may_be_joined(statement: StatementValue) -> bool:
    """A name that one department knows is not to be spread by another's copy of the picture."""
    is_person = statement.element == "subject" and statement.scheme == PERSON
    is_private = not statement.is_record_copy or statement.origin == "embedded"
    return not (is_person and is_private and statement.origin != "officer")


_FILED: tuple[Origin, ...] = ("filed", "amendment")
_RANKS: tuple[tuple[Origin, ...], ...] = (_FILED, ("rule",), ("embedded",))
"""Origins from the most to the least believed; a rule counts only where nobody filed, the file only where no rule."""


def _described(element: Element, said: list[StatementValue]) -> list[DescribedValue]:
    """Return the values of one element, from statements in order."""
    by_officers = [statement for statement in said if statement.origin == "officer"]
    if element.joining is Joining.UNION:
        return _union(_most_believed(said, (("officer", *_FILED), *_RANKS[1:])))
    if by_officers:
        return _latest_word(by_officers)
    heard = _most_believed(said, _RANKS)
    return _PICK[element.joining](heard) if heard else []


def _most_believed(said: list[StatementValue], ranks: tuple[tuple[Origin, ...], ...]) -> list[StatementValue]:
    for origins in ranks:
        if heard := [statement for statement in said if statement.origin in origins]:
            return heard
    return []


def _latest_word(by_officers: list[StatementValue]) -> list[DescribedValue]:
    """Return an officer's value, the last one said in each language."""
    last = {statement.language: statement for statement in by_officers}
    return [_value(statement, by_officers, BY_OFFICER) for statement in sorted(last.values(), key=_order)]


# --- union -------------------------------------------------------------------------------------------------------


def _union(heard: list[StatementValue]) -> list[DescribedValue]:
    """Return every value once, in the spelling that came first.

    An officer's value is one more value: to take one away, an officer's statement supersedes it.
    """
    alike: dict[tuple[str, str], list[StatementValue]] = {}
    for statement in heard:
        alike.setdefault(_sameness(statement), []).append(statement)
    return [_value(same[0], same, FILED) for same in alike.values()]


def _sameness(statement: StatementValue) -> tuple[str, str]:
    return statement.scheme, " ".join(statement.value.casefold().split())


# --- one filing's word -------------------------------------------------------------------------------------------


def _record_copys_own(heard: list[StatementValue]) -> list[DescribedValue]:
    """Return what the record copy says, in each of its languages, else what the most complete filing says."""
    own = [statement for statement in heard if statement.is_record_copy]
    if own:
        return _once_a_language(own, heard, BY_RECORD_COPY)
    fullest = min(heard, key=lambda statement: (-len(statement.value), *_order(statement)))
    same_filing = [statement for statement in heard if statement.filing_key == fullest.filing_key]
    return _once_a_language(same_filing, heard, MOST_COMPLETE)


def _once_a_language(said: list[StatementValue], heard: list[StatementValue], because: str) -> list[DescribedValue]:
    fullest: dict[str, StatementValue] = {}
    for statement in sorted(said, key=lambda statement: (-len(statement.value), *_order(statement))):
        fullest.setdefault(statement.language, statement)
    return [_value(statement, heard, because) for statement in sorted(fullest.values(), key=_order)]


def _agreed(heard: list[StatementValue]) -> list[DescribedValue]:
    """Return the value that all give, else the record copy's, else the first that was filed."""
    own = [statement for statement in heard if statement.is_record_copy]
    winner = (own or heard)[0]
    agree = len({_comparable(statement.value) for statement in heard}) == 1
    because = BY_RECORD_COPY if own else BY_ALL if agree else FILED_FIRST
    return [_value(winner, heard, because)]


# --- dates -------------------------------------------------------------------------------------------------------


def _most_specific(heard: list[StatementValue]) -> list[DescribedValue]:
    """Return the most specific date if all agree (1998 and 1998-05-03 do), else the record copy's own, else the first.

    Where several dates stand in one file, the first that was read leads and the others can only make it more specific.
    """
    if _disagreeing({statement.value for statement in heard}, dates_agree):
        own = [statement for statement in heard if statement.is_record_copy]
        lead, *others = own or heard
        winner = min([lead, *(s for s in others if dates_agree(s.value, lead.value))], key=_specificity)
        return [_value(winner, heard, BY_RECORD_COPY if own else FILED_FIRST)]
    winner = min(heard, key=_specificity)
    return [_value(winner, heard, BY_RECORD_COPY if winner.is_record_copy else MOST_SPECIFIC)]


def _specificity(statement: StatementValue) -> tuple[object, ...]:
    return *vagueness(statement.value), not statement.is_record_copy, *_order(statement)


def _earliest(heard: list[StatementValue]) -> list[DescribedValue]:
    winner = min(heard, key=lambda statement: (begins(statement.value), *_specificity(statement)))
    return [_value(winner, heard, EARLIEST)]


def _latest(heard: list[StatementValue]) -> list[DescribedValue]:
    winner = min(heard, key=lambda statement: (-ends(statement.value), *_specificity(statement)))
    return [_value(winner, heard, LATEST)]


_PICK: dict[Joining, Callable[[list[StatementValue]], list[DescribedValue]]] = {
    Joining.RECORD_COPY: _record_copys_own,
    Joining.AGREED: _agreed,
    Joining.MOST_SPECIFIC: _most_specific,
    Joining.EARLIEST: _earliest,
    Joining.LATEST: _latest,
}


# --- a value and its witnesses -----------------------------------------------------------------------------------

_BECAUSE_OF_ORIGIN = {"officer": BY_OFFICER, "rule": BY_RULE, "embedded": EMBEDDED}


def _value(chosen: StatementValue, heard: list[StatementValue], because: str) -> DescribedValue:
    """Return the chosen value with everybody who says the same. What nobody filed says so, whatever the rule."""
    same = [statement for statement in heard if _sameness(statement) == _sameness(chosen)]
    return DescribedValue(
        element=chosen.element,
        value=chosen.value,
        language=chosen.language,
        scheme=chosen.scheme,
        filing_keys=tuple(sorted({statement.filing_key for statement in same})),
        statement_keys=tuple(sorted({statement.key for statement in same}, key=lambda key: (len(key), key))),
        because=_BECAUSE_OF_ORIGIN.get(chosen.origin, because),
    )


# --- contradictions ----------------------------------------------------------------------------------------------


def _contradictions(element: Element, said: list[StatementValue]) -> list[Contradiction]:
    """Return the element's contradiction, if it can have one value, filings differ, and no officer has spoken."""
    if not element.has_one_value or any(statement.origin == "officer" for statement in said):
        return []
    filings = _filings_by_value((s.value, s.filing_key) for s in said if s.origin in _FILED)
    agree = dates_agree if element.joining is Joining.MOST_SPECIFIC else _same_thing
    if not any(len(filings[one] | filings[other]) > 1 for one, other in _disagreeing(filings, agree)):
        return []
    return [Contradiction(element.name, _alternatives(filings))]


def _disagreeing(values: Collection[str], agree: Callable[[str, str], bool]) -> list[tuple[str, str]]:
    return [(one, other) for one, other in combinations(sorted(values), 2) if not agree(one, other)]


def _same_thing(one: str, other: str) -> bool:
    return _comparable(one) == _comparable(other)


def _comparable(text: str) -> str:
    """Return a value without what makes no difference: case, spaces, an address's http or https and last slash."""
    folded = " ".join(text.casefold().split())
    return folded.removeprefix("https://").removeprefix("http://").rstrip("/")


def _filings_by_value(said: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Return the keys of the filings that give each value; values that differ in spelling alone stay apart, as said."""
    filings: dict[str, set[str]] = {}
    for value, filing_key in said:
        filings.setdefault(value, set()).add(filing_key)
    return filings


def _alternatives(filings: Mapping[str, Collection[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((value, tuple(sorted(filings[value]))) for value in sorted(filings))


# --- identifiers -------------------------------------------------------------------------------------------------


def identifier_contradiction(
    sets: Mapping[str, Collection[NumberInScheme]],
    successors: Mapping[NumberInScheme, Collection[NumberInScheme]],
) -> Contradiction | None:
    """Return the contradiction between the numbers that filings give, or None.

    One picture may show many parcels, so two filings contradict each other about a scheme only where both give numbers
    of it, share none, and no number of one came from or became a number of the other (a parcel split or renumbered,
    over any number of steps). `sets` maps a filing's key to its numbers, `successors` a number to those that took its
    place. The alternatives are each filing's numbers of the schemes in question, as `scheme number, scheme number`.
    """
    related = _succession(successors)
    schemes = sorted({scheme for numbers in sets.values() for scheme, _ in numbers})
    contested = [scheme for scheme in schemes if _is_contested(_of_scheme(sets, scheme), related)]
    if not contested:
        return None
    said = (
        (", ".join(f"{scheme} {number}" for _, number in sorted(numbers)), filing_key)
        for scheme in contested
        for filing_key, numbers in _of_scheme(sets, scheme).items()
    )
    return Contradiction("identifier", _alternatives(_filings_by_value(said)))


def _of_scheme(sets: Mapping[str, Collection[NumberInScheme]], scheme: str) -> dict[str, frozenset[NumberInScheme]]:
    """Return the numbers of one scheme by filing, without the filings that give none."""
    chosen = {key: frozenset(number for number in numbers if number[0] == scheme) for key, numbers in sets.items()}
    return {key: numbers for key, numbers in chosen.items() if numbers}


def _is_contested(
    by_filing: dict[str, frozenset[NumberInScheme]], related: Callable[[NumberInScheme], frozenset[NumberInScheme]]
) -> bool:
    said = sorted(set(by_filing.values()), key=sorted)
    widened = {numbers: numbers.union(*map(related, numbers)) for numbers in said}
    return any(
        widened[one].isdisjoint(other) and widened[other].isdisjoint(one) for one, other in combinations(said, 2)
    )


def _succession(
    successors: Mapping[NumberInScheme, Collection[NumberInScheme]],
) -> Callable[[NumberInScheme], frozenset[NumberInScheme]]:
    """Return a function from a number to all that took its place, at once or in steps; circles do no harm."""

    def later(number: NumberInScheme) -> frozenset[NumberInScheme]:
        found: set[NumberInScheme] = set()
        to_follow = [number]
        while to_follow:
            new = set(successors.get(to_follow.pop(), ())) - found
            found |= new
            to_follow += new
        return frozenset(found)

    return later
