"""What the filings of a record contradict one another about, and whether a decision holds: computed, never kept apart.

A decision about a conflict is about the values that stood against each other when it was made. It holds while the
filings contradict one another about these or fewer; another value opens the conflict again. Where the filings come to
agree it sleeps, and what they say counts: it wakes with the contradiction.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from catalog.metadata.joining import Contradiction, identifier_contradiction
from catalog.models import NUMBERS, Assignment, Conflict, Decision, Filing, Record, Ruling, Statement


@dataclass(frozen=True, slots=True)
class Dispute:
    """One contradiction: each value with its filings, as a Conflict keeps them, and the decision that holds."""

    element: str
    alternatives: list[dict]
    state: str
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Weighed:
    """What officers said of a record and counts now, and what its filings contradict one another about."""

    heard: list[Statement]
    disputes: list[Dispute]


def spoken_by_officers(record: Record) -> list[Statement]:
    """Return what was set by officers for a record, or for one that it answers for, earliest first."""
    own = Q(record=record) | Q(record__absorbed_into=record)
    return list(Statement.objects.standing().filter(own).select_related("decision__conflict").order_by("made_at", "id"))


def weigh(
    record: Record, spoken: Sequence[Statement], contradictions: Iterable[Contradiction], filings: list[Filing]
) -> Weighed:
    """Hold what filings contradict one another about against what was decided.

    `spoken` is what officers set, `contradictions` what filings alone contradict one another about, numbers left out.
    """
    ruled, open_numbers = _contradictions_of_numbers(filings)
    said = {c.element: c for c in contradictions} | ruled
    decisions = _decisions_about(record, spoken) if said or spoken else {}
    awake = {
        element: [d for d in of_element if d.conflict_id is None or element in said]
        for element, of_element in decisions.items()
    }
    last = {element: of_element[-1] for element, of_element in awake.items() if of_element}
    heard = [s for s in spoken if s.decision is None or s.decision == last.get(s.element)]
    undisputed = {s.element for s in spoken if s.decision is None and s.origin == Statement.Origin.OFFICER}
    disputes = [
        _dispute(open_numbers.get(element, contradiction), last.get(element), element in ruled.keys() - open_numbers)
        for element, contradiction in said.items()
        if element not in undisputed
    ]
    return Weighed(heard, disputes)


def write_disputes(record: Record, disputes: Iterable[Dispute], at: datetime) -> bool:
    """Let the record's conflicts be these; return whether anything changed. Those that are over keep their rows."""
    now = {dispute.element: dispute for dispute in disputes}
    known = {conflict.element: conflict for conflict in record.conflicts.all()}
    over = [c.pk for e, c in known.items() if e not in now and c.state != Conflict.State.SETTLED]
    settle_conflicts(Conflict.objects.filter(pk__in=over))
    written = [_write(record, known.get(element), dispute, at) for element, dispute in now.items()]
    return bool(over) or any(written)


def settle_conflicts(conflicts) -> None:
    """Say of conflicts that nothing contradicts any more; what it was is forgotten here."""
    conflicts.update(state=Conflict.State.SETTLED, alternatives=[], decision=None)


def _write(record: Record, known: Conflict | None, dispute: Dispute, at: datetime) -> bool:
    decision_id = dispute.decision.pk if dispute.decision else None
    fields = {"alternatives": dispute.alternatives, "state": dispute.state, "decision_id": decision_id}
    if known is None:
        Conflict.objects.create(record=record, element=dispute.element, noticed_at=at, **fields)
        return True
    if all(getattr(known, name) == value for name, value in fields.items()):
        return False
    if dispute.state == Conflict.State.OPEN != known.state:
        fields["noticed_at"] = at
    Conflict.objects.filter(pk=known.pk).update(**fields)
    return True


def _dispute(contradiction: Contradiction, decision: Decision | None, is_ruled: bool) -> Dispute:
    """Return a contradiction with the decision, if it holds; `is_ruled` where it has marked numbers so that none is."""
    alternatives = [{"value": value, "filings": list(keys)} for value, keys in contradiction.alternatives]
    state = _state(alternatives, decision, is_ruled)
    holds = state in (Conflict.State.DECIDED, Conflict.State.SENT_BACK)
    return Dispute(contradiction.element, alternatives, state, decision if holds else None)


def _state(alternatives: list[dict], decision: Decision | None, is_ruled: bool) -> str:
    if decision is None:
        return Conflict.State.OPEN
    if is_ruled:
        return Conflict.State.DECIDED
    if not {one["value"] for one in alternatives} <= set(decision.about):
        return Conflict.State.OPEN
    if decision.verdict == Decision.Verdict.SENT_BACK:
        return Conflict.State.SENT_BACK if decision.notices.waiting().exists() else Conflict.State.OPEN
    if decision.verdict == Decision.Verdict.ONE_RIGHT and decision.conflict.is_of_numbers:
        return Conflict.State.OPEN  # a number that it called wrong was filed again
    return Conflict.State.DECIDED


def _decisions_about(record: Record, spoken: Iterable[Statement]) -> dict[str, list[Decision]]:
    """Return what was decided of each element for a record, or for one that it answers for, earliest first."""
    own = Q(conflict__record=record) | Q(conflict__record__absorbed_into=record)
    found: dict[str, set[Decision]] = defaultdict(set)
    for decision in Decision.objects.effective().filter(own).select_related("conflict"):
        found[decision.conflict.element].add(decision)
    for statement in spoken:
        if statement.decision is not None:
            found[statement.element].add(statement.decision)
    return {element: sorted(some, key=lambda d: (d.decided_at, d.pk)) for element, some in found.items()}


# --- numbers -----------------------------------------------------------------------------------------------------


def _contradictions_of_numbers(filings: list[Filing]) -> tuple[dict[str, Contradiction], dict[str, Contradiction]]:
    """Return, by subject, what numbers contradict one another as filed, and what does after decisions about that."""
    wrong = {a.pk for f in filings for a in f.assignments.all() if a.status == Assignment.Status.WRONG}
    by_conflict = Ruling.objects.effective().filter(assignment__in=wrong, decision__conflict__isnull=False)
    ruled = set(by_conflict.values_list("assignment", flat=True)) if wrong else set()
    successors = _successors(filings)
    left = _by_scheme(filings, wrong, successors)
    return (_by_scheme(filings, wrong - ruled, successors) if ruled else left), left


def restate_numbers(record: Record, filings: Iterable[Filing]) -> None:
    """Let each number of these filings have the state that the latest decision gives it, else the one it was filed in.

    A decision about a conflict speaks for its record, and for the one that answers for that; the filings have their
    assignments fetched with them.
    """
    rulings: dict[int, list[Ruling]] = defaultdict(list)
    said = Ruling.objects.filter(assignment__filing__in=filings).select_related("decision__conflict__record")
    for ruling in said.order_by("decision__decided_at", "decision"):
        rulings[ruling.assignment_id].append(ruling)
    for assignment in (a for f in filings for a in f.assignments.all() if a.pk in rulings):
        base = Assignment.Status.ASSERTED if assignment.is_filed else Assignment.Status.WRONG
        heard = [r.status for r in rulings[assignment.pk] if _speaks_for(r.decision, record)]
        status = heard[-1] if heard else str(base)
        if assignment.status != status:
            assignment.status = status
            assignment.save(update_fields=["status"])


def _speaks_for(decision: Decision, record: Record) -> bool:
    if decision.conflict is None:
        return decision.is_effective
    return decision.is_effective and record.pk in (
        decision.conflict.record_id,
        decision.conflict.record.absorbed_into_id,
    )


def _by_scheme(filings: list[Filing], without: set[int], successors) -> dict[str, Contradiction]:
    """Return the contradictions between the numbers that filings bear, one scheme at a time."""
    by_scheme: dict[str, dict[str, set[tuple[str, str]]]] = {}
    for filing in filings:
        for assignment in filing.assignments.all():
            if assignment.pk not in without:
                slug = assignment.identifier.scheme.slug
                numbers = by_scheme.setdefault(slug, {}).setdefault(filing.public_id, set())
                numbers.add((slug, assignment.identifier.value))
    found = {slug: identifier_contradiction(sets, successors) for slug, sets in by_scheme.items() if len(sets) > 1}
    return {f"{NUMBERS}{slug}": Contradiction(f"{NUMBERS}{slug}", c.alternatives) for slug, c in found.items() if c}


def _successors(filings: list[Filing]) -> dict[tuple[str, str], set[tuple[str, str]]]:
    pairs = (
        Assignment.objects.filter(filing__in=filings, identifier__successors__isnull=False)
        .values_list(
            "identifier__scheme__slug",
            "identifier__value",
            "identifier__successors__scheme__slug",
            "identifier__successors__value",
        )
        .distinct()
    )
    after: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for scheme, value, next_scheme, next_value in pairs:
        after.setdefault((scheme, value), set()).add((next_scheme, next_value))
    return after
