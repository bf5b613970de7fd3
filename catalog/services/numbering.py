"""What is filed under one number: a parcel, a permit. What a reader sees of it, and what does not fit."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from catalog.models import Agency, Assignment, Filing, Identifier, Membership, Record, Scheme, SearchEntry, SearchFacet

SHOWN_MAX = 50
"""So many mismatches, and so many filings that are being examined, are shown at once."""
COUNTED_MAX = 10_000
"""Departments are counted over so many records."""


@dataclass(frozen=True, slots=True)
class Filed:
    """Under which number one filing is, or was marked as wrongly being."""

    filing: Filing
    identifier: Identifier
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A record of which some filings bear this number and others another one of its scheme, or bear it wrongly."""

    record: Record
    filed: tuple[Filed, ...]

    @property
    def is_contradicted(self) -> bool:
        return len({one.identifier.pk for one in self.filed if not one.is_wrong}) > 1


@dataclass(frozen=True, slots=True)
class NumberView:
    scheme: Scheme
    value: str
    identifier: Identifier | None
    """None where nothing was ever said of the number."""
    agencies: tuple[tuple[Agency, int], ...]
    """Who filed records under it, with how many."""
    mismatches: tuple[Mismatch, ...]
    has_more_mismatches: bool
    examined: tuple[Filing, ...]
    """The reader's own departments' filings that wait to be examined."""


def read_number(scheme: Scheme, value: str, user) -> NumberView:
    """Gather what this person may see of a number, but the records that bear it, which are searched for."""
    identifier = Identifier.objects.filter(scheme=scheme, value=value).first()
    if identifier is None:
        return NumberView(scheme, value, None, (), (), False, ())
    keys = _mismatched(identifier, user)
    return NumberView(
        scheme=scheme,
        value=value,
        identifier=identifier,
        agencies=tuple(_agencies(scheme, value, user)),
        mismatches=tuple(_mismatches(identifier, keys[:SHOWN_MAX])),
        has_more_mismatches=len(keys) > SHOWN_MAX,
        examined=tuple(_examined(identifier, user)),
    )


def _agencies(scheme: Scheme, value: str, user) -> Iterable[tuple[Agency, int]]:
    bearing = SearchFacet.objects.filter(kind=SearchFacet.Kind.IDENTIFIER, value=f"{scheme.slug}:{value}")
    entries = SearchEntry.objects.visible_to(user).filter(pk__in=bearing.values("entry")).values("pk")[:COUNTED_MAX]
    of_agency = SearchFacet.objects.filter(kind=SearchFacet.Kind.AGENCY, entry__in=entries)
    counted = dict(of_agency.values_list("value").annotate(count=Count("pk")))
    agencies = Agency.objects.filter(slug__in=counted)
    return sorted(((agency, counted[agency.slug]) for agency in agencies), key=lambda one: (-one[1], one[0].name))


def _mismatched(identifier: Identifier, user) -> list[int]:
    """Return the keys of records with a filing that bears the number and something that does not fit, newest first."""
    of_filings = Assignment.objects.filter(filing__withdrawn_at__isnull=True, filing__copy__ended_at__isnull=True)
    bearing = of_filings.filter(identifier=identifier).values("filing__copy__record")
    right = of_filings.exclude(status=Assignment.Status.WRONG)
    another = right.filter(identifier__scheme=identifier.scheme_id).exclude(identifier=identifier)
    wrong = of_filings.filter(identifier=identifier, status=Assignment.Status.WRONG)
    elsewhere = another.filter(filing__copy__record__in=bearing)
    of_records = Record.objects.visible_to(user).standing().filter(pk__in=bearing)
    found = of_records.filter(
        Q(pk__in=elsewhere.values("filing__copy__record")) | Q(pk__in=wrong.values("filing__copy__record"))
    )
    return list(found.order_by("-filed_at", "-pk").values_list("pk", flat=True)[: SHOWN_MAX + 1])


def _mismatches(identifier: Identifier, keys: list[int]) -> Iterable[Mismatch]:
    if not keys:
        return
    assigned = Assignment.objects.filter(
        filing__copy__record__in=keys, filing__copy__ended_at__isnull=True, filing__withdrawn_at__isnull=True,
        identifier__scheme=identifier.scheme_id,
    )  # fmt: skip
    joined = ("filing__agency", "filing__copy", "identifier")
    of_record: dict[int, list[Filed]] = defaultdict(list)
    for one in assigned.select_related(*joined).order_by("filing__filed_at", "filing_id", "identifier__value"):
        is_wrong = one.status == Assignment.Status.WRONG
        of_record[one.filing.copy.record_id].append(Filed(one.filing, one.identifier, is_wrong))
    records = Record.objects.select_related("best_copy__file", "record_copy__agency").in_bulk(keys)
    for key in keys:
        yield Mismatch(records[key], tuple(of_record[key]))


def _examined(identifier: Identifier, user) -> Iterable[Filing]:
    """Return the filings under the number that the reader's own departments wait for, the latest first."""
    if user is None or not user.is_authenticated:
        return ()
    own = Membership.objects.filter(user=user).values("agency")
    waiting = Filing.objects.visible_to(user).standing().filter(
        agency__in=own, copy__record__state=Record.State.PENDING, assignments__identifier=identifier
    )  # fmt: skip
    return waiting.select_related("agency", "file", "copy__record").distinct().order_by("-filed_at", "-pk")[:SHOWN_MAX]
