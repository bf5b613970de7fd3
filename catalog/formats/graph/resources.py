"""Trees of described resources, and the triples that they stand for.

A `Resource` is a node with its statements; a statement's object may be a Resource in turn, so whoever
points at a thing also says what it is (the SHACL profiles want that), and no thing is described that
nothing points at. There are no blank nodes: the same record is the same set of triples wherever it is read.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from typing import NamedTuple
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple

from catalog.formats.dates import is_edtf, xsd_type
from catalog.formats.entry import Text
from catalog.formats.graph.vocabularies import EDTF_DATATYPE, RDF, XSD
from catalog.formats.text import well_formed

_ABSOLUTE = re.compile(r"https?://[^/?#]|urn:[a-z0-9][a-z0-9-]{0,31}:.", re.IGNORECASE)
_BARE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")


class Resource(NamedTuple):
    """A node, its classes first among its statements. `shared`: many records point at the same one."""

    node: NamedNode
    statements: tuple[tuple[NamedNode, "NamedNode | Literal | Resource"], ...]
    shared: bool = False


Statement = tuple[NamedNode, NamedNode | Literal | Resource | None]


def resource(
    address: str,
    classes: Iterable[NamedNode],
    *statements: Statement,
    shared: bool = False,
) -> Resource:
    """Describe what lies at `address`; a statement whose object is None says nothing and is left out."""
    types = ((RDF.type, class_) for class_ in classes)
    said = (statement for statement in statements if statement[1] is not None)
    return Resource(NamedNode(address), (*types, *said), shared)


def triples(resources: Iterable[Resource], told: set[Resource] | None = None) -> Iterator[Triple]:
    """Yield the triples of the resources and of all that they point at, one subject after the other.

    A shared resource is described once; `told` remembers which were, from one call to the next.
    """
    told = set() if told is None else told
    waiting = deque(resources)
    while waiting:
        subject, statements, shared = described = waiting.popleft()
        if shared and described in told:
            continue
        if shared:
            told.add(described)
        for predicate, value in statements:
            if isinstance(value, Resource):
                waiting.append(value)
                value = value.node
            yield Triple(subject, predicate, value)


def words(text: str, language: str | None = None) -> Literal:
    """Return text as a literal; a language tag that BCP 47 does not allow is left out."""
    try:
        return Literal(well_formed(text), language=language or None)
    except ValueError:
        return Literal(well_formed(text))


def worded(values: Iterable[Text]) -> list[Literal]:
    """Return the values that say something, each once, in their order."""
    return list(dict.fromkeys(words(value.text, value.language) for value in values if value.text.strip()))


def dated(text: str) -> Literal:
    """Return a date with the most exact datatype that is true: XML Schema's, EDTF, or mere words."""
    if name := xsd_type(text):
        return Literal(text, datatype=XSD[name])
    return Literal(text, datatype=EDTF_DATATYPE) if is_edtf(text) else words(text)


def moment(at: date | datetime | None) -> Literal | None:
    """Return an aware datetime as xsd:dateTime in UTC to the second, a day as xsd:date.

    Raises ValueError for a datetime without zone, which names no moment.
    """
    if at is None:
        return None
    if not isinstance(at, datetime):
        return Literal(at.isoformat(), datatype=XSD.date)
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone")
    utc = at.astimezone(UTC).replace(microsecond=0, tzinfo=None)
    return Literal(f"{utc.isoformat()}Z", datatype=XSD.dateTime)


def number(value: float | Decimal) -> Literal:
    """Return a measured value as xsd:decimal, or as xsd:double where it is infinite or not a number."""
    if not isfinite(value):
        return Literal(float(value))
    return Literal(format(Decimal(str(value)), "f"), datatype=XSD.decimal)


def outside_iri(text: str) -> str | None:
    """Return a web address or URN, with what an IRI may not hold percent-encoded; None if the text is neither."""
    candidate = _BARE_PERCENT.sub("%25", well_formed(text.strip()))
    if not _ABSOLUTE.match(candidate):
        return None
    encoded = quote(candidate, safe="%:/?#@!$&'()*+,;=~")
    try:
        return NamedNode(encoded).value
    except ValueError:
        return None
