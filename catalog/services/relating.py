"""Relations and questions: what a record has to do with the other records that its pictures look like.

For each pair of records the evidence about their two best copies decides: linked, asked about, or nothing. A
person's standing decision about them goes before it. All is a function of evidence, decisions and the groups as
they stand, so it comes out alike whatever was filed first.

What is said of a pair belongs to the worse of the two and depends on nothing but what is said of better ones.
So whatever changes is carried on from better records to worse ones alone, and comes to an end.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from catalog.imaging import residue
from catalog.imaging.methods import PHASH
from catalog.models import Copy, Decision, ImageFile, Job, Match, Page, Record, Relation, ReviewItem

from . import jobs, sayings
from .comparing import candidates_of, outranked
from .evidencing import Finding, Pairs, comparable
from .history import write_event
from .locking import lock_audience
from .reviewing import Question, ask, looks_alike

KINDS = {
    Match.Supports.DERIVATIVE: Relation.Kind.DERIVED_FROM,
    Match.Supports.SAME_SCENE: Relation.Kind.SAME_SCENE,
    Match.Supports.SHARES_PAGES: Relation.Kind.SHARES_PAGES,
}


@dataclass(slots=True)
class Tied:
    """Another record that some file of this one is a candidate of: the candidates, nearest first."""

    record: Record
    candidates: list[Match]

    @property
    def is_near_by_hash(self) -> bool:
        return any(match.method == PHASH for match in self.candidates)


@dataclass(frozen=True, slots=True)
class Link:
    """A relation that evidence supports, as it shall stand between two best copies."""

    made: Copy
    original: Copy
    kind: str
    match: Match

    @property
    def key(self) -> tuple[int, int, str]:
        return self.made.pk, self.original.pk, self.kind

    def is_derivation_of(self, record: Record) -> bool:
        """Tell whether the pictures themselves say that the record was made from the other one."""
        says = Finding.of(self.match).made_from == self.original.file.sha256
        return self.kind == Relation.Kind.DERIVED_FROM and self.made.record_id == record.pk and says

    def other(self, record: Record) -> int:
        """Return the key of the other record."""
        return self.original.record_id if self.made.record_id == record.pk else self.made.record_id


# ---- the two steps ---------------------------------------------------------------------------------------------


def measure_links(file: ImageFile, *, seconds: float | None = None) -> None:
    """Measure, without a lock, what relating the records needs of which this file is the best copy.

    Raises OutOfTime when the seconds are over; what was measured by then is kept.
    """
    pairs = Pairs(measures=True, seconds=seconds)
    for record in _led_by(file):
        _Around(record).own(pairs)


def relate_led_by(file: ImageFile, *, at: datetime) -> None:
    """Relate the records of which this file is the best copy, each under the lock of its audience."""
    for record in _led_by(file):
        with transaction.atomic():
            lock_audience(record.audience_key)
            if still := Record.objects.standing().filter(pk=record.pk).select_related("best_copy__file").first():
                relate(still, at=at)


def _led_by(file: ImageFile):
    return list(
        Record.objects.standing()
        .filter(best_copy__file=file)
        .select_related("best_copy__file")
        .order_by("audience_key", "pk")
    )


def relate(record: Record, *, at: datetime) -> None:
    """Let the relations and questions of a standing record follow from what is known; call it under the lock.

    What is not measured yet is left to a job, and so are worse records for which something changes by it.
    """
    pairs, around = Pairs(measures=False), _Around(record)
    own = around.own(pairs)
    is_missing = bool(pairs.missing)
    worse = around.of_worse(own, pairs)
    illegible = {other.pk for other, _ in worse.illegible}
    stirred = _write_links(record, own.links, worse.links, illegible, at=at)
    stirred |= ask(record, own.questions + worse.questions, left_to=illegible, at=at)
    stirred |= around.not_heard_by(worse.illegible, pairs)
    relate_later(stirred | worse.unmeasured | ({record.pk} if is_missing else set()))


def relate_later(records: Collection[int]) -> None:
    """Leave it to jobs to relate these records, by their keys, where they stand and look like any other."""
    candidates = Match.objects.filter(supports=Match.Supports.CANDIDATE)
    alike = Copy.objects.standing().filter(
        Exists(candidates.filter(file_low=OuterRef("file"))) | Exists(candidates.filter(file_high=OuterRef("file"))),
        record__in=records,
    )
    standing = Record.objects.standing().filter(pk__in=alike.values("record")).order_by("pk")
    for file in standing.values_list("best_copy__file", flat=True):
        jobs.enqueue(Job.Kind.RELATE, file)


def rank(record: Record) -> tuple[str, int]:
    return record.best_copy.file.rank, record.best_copy.apart


# ---- which records, and what becomes of each -------------------------------------------------------------------


def _tied(record: Record) -> list[Tied]:
    """Return the standing records of the audience with which the record shares a candidate, best first."""
    own = Copy.objects.standing().filter(record=record, file__is_boilerplate=False)
    files = set(own.values_list("file", flat=True))
    candidates: dict[int, list[Match]] = defaultdict(list)
    matches = list(candidates_of(files).select_related("file_low", "file_high"))
    ignored = outranked(matches)
    for match in matches:
        if match.pk in ignored:
            continue
        for one, other in ((match.file_low_id, match.file_high_id), (match.file_high_id, match.file_low_id)):
            if one in files:
                candidates[other].append(match)
    others = Copy.objects.standing().filter(
        file__in=candidates,
        file__is_boilerplate=False,
        audience_key=record.audience_key,
        record__state=Record.State.STANDING,
    )
    found: dict[int, Tied] = {}
    for copy in others.exclude(record=record).select_related("record__best_copy__file"):
        tied = found.setdefault(copy.record_id, Tied(copy.record, []))
        tied.candidates += candidates[copy.file_id]
    for tied in found.values():
        tied.candidates.sort(key=_nearness)
    return sorted(_telling(record, list(found.values())), key=lambda tied: rank(tied.record))


def _telling(record: Record, tied: list[Tied]) -> list[Tied]:
    """Leave out sheets that are merely of one template: one of the two best copies has to be a candidate itself."""
    best = record.best_copy.file_id
    files = {best, *(one.record.best_copy.file_id for one in tied)}
    sheets = set(Page.objects.filter(file__in=files, is_page=True).values_list("file", flat=True))
    if best not in sheets:
        return tied
    return [
        one
        for one in tied
        if (other := one.record.best_copy.file_id) not in sheets
        or any({best, other} & {match.file_low_id, match.file_high_id} for match in one.candidates)
    ]


def _nearness(match: Match) -> tuple:
    """Order by distance, then by votes, then by the files themselves: never by what came first."""
    bits = 257 if match.distance_bits is None else match.distance_bits
    return bits, -match.measurements.get("votes", 0), sorted((match.file_low.sha256, match.file_high.sha256))


@dataclass(slots=True)
class Outcome:
    """What evidence says of a record and others.

    made_from   the records that the record was made from, as far as that is certain: they explain what else it is like
    akin        those, and records of which one was made from the other, whichever it was: they answer questions
    unmeasured  the records of which evidence is missing
    illegible   the records that one of the two may be a copy of, too small or soft to be read: which fits best tells
    """

    links: list[Link] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    made_from: set[int] = field(default_factory=set)
    akin: set[int] = field(default_factory=set)
    unmeasured: set[int] = field(default_factory=set)
    illegible: list[tuple[Record, Match]] = field(default_factory=list)


class _Around:
    """A record, and what is tied to it.

    Where both of a pair were made from one original nothing more is said of them: a crop and a frame of one
    photograph are linked to it, not to one another. What is near by hash is compared even so: it may be the same.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        tied = _tied(record)
        others = [one.record.pk for one in tied]
        self.by_key = {one.record.pk: one.record for one in tied}
        answered = _answered(record.pk, others)
        self.better = [one for one in tied if rank(one.record) < rank(record) and one.record.pk not in answered]
        self.worse = [one for one in tied if rank(one.record) > rank(record) and one.record.pk not in answered]
        self.comparable = comparable({record.best_copy.file_id, *(one.record.best_copy.file_id for one in tied)})
        self.origins, self.akin = _origins([record.pk, *others])
        self.decided_origins = self.origins[record.pk] & answered

    def own(self, pairs: Pairs) -> Outcome:
        """Return what stands between the record and better ones, the best first."""
        outcome = Outcome(made_from=set(self.decided_origins), akin=set(self.decided_origins))
        for one in self.better:
            if link := self._judge(one, outcome, outcome.made_from & self.origins[one.record.pk], pairs):
                self._note(link, outcome)
        self._choose_original(outcome, pairs)
        self._leave_out_explained(outcome, outcome, pairs)
        return outcome

    def _choose_original(self, outcome: Outcome, pairs: Pairs) -> None:
        """Link a sheet that cannot be read with the one original that fits it best, or ask about those that may be.

        Of those that no other beats it is the one that shows most of the sheet, and least beside it. Where another of
        them is not the same sheet, nothing tells which of the two it is.
        """
        likely = [
            (other, match)
            for other, match in outcome.illegible
            if not any(
                _fits_better(found, match) and self.are_different(rival, other, pairs)
                for rival, found in outcome.illegible
            )
        ] or outcome.illegible
        if not likely:
            return
        others = [other for other, _ in likely]
        original, match = min(
            likely,
            key=lambda one: (
                _by_extent(one[1], self.record),
                self._is_made_from_any(one[0], others, pairs),
                rank(one[0]),
            ),
        )
        if any(self.are_different(original, other, pairs) for other, _ in likely if other != original):
            outcome.questions += [_question(self.record, other, match) for other, match in likely]
        else:
            self._link_with_original(_link(self.record, original, match), outcome)

    def _link_with_original(self, first: Link, outcome: Outcome) -> None:
        """Link the record as if that had been known first: what this explains is not said again."""
        original = first.other(self.record)
        left = [link for link in outcome.links if original not in self.origins[link.other(self.record)]]
        outcome.links = [first, *left]
        outcome.made_from, outcome.akin = set(self.decided_origins), set(self.decided_origins)
        for link in outcome.links:
            self._note(link, outcome)

    def _note(self, link: Link, outcome: Outcome) -> None:
        if link.kind == Relation.Kind.DERIVED_FROM:
            outcome.akin.add(link.other(self.record))
        if link.is_derivation_of(self.record):
            outcome.made_from.add(link.other(self.record))

    def _is_made_from_any(self, one: Record, others: list[Record], pairs: Pairs) -> bool:
        own = one.best_copy.file
        found = [
            (other.best_copy.file.sha256, pairs.match(own, other.best_copy.file)) for other in others if other != one
        ]
        return any(match and Finding.of(match).made_from == sha256 for sha256, match in found)

    def are_different(self, one: Record, other: Record, pairs: Pairs) -> bool:
        """Tell whether two records do not come from one sheet, as far as evidence about their best copies says."""
        match = pairs.match(one.best_copy.file, other.best_copy.file)
        return match is None or match.supports not in (Match.Supports.DERIVATIVE, Match.Supports.SAME_IMAGE)

    def of_worse(self, own: Outcome, pairs: Pairs) -> Outcome:
        """Return what should stand between the record and worse ones, by what is known: they have the say."""
        outcome = Outcome()
        for one in self.worse:
            self._judge(one, outcome, own.made_from & self.origins[one.record.pk], pairs)
        self._leave_out_explained(outcome, own, pairs)
        return outcome

    def _judge(self, one: Tied, outcome: Outcome, explained: set[int], pairs: Pairs) -> Link | None:
        """Add what evidence says of the record and another one, unless an original of both explains it."""
        files = self.record.best_copy.file, one.record.best_copy.file
        if not {file.pk for file in files} <= self.comparable:
            if one.is_near_by_hash:
                outcome.questions.append(looks_alike(self.record, one.record, one.candidates[0]))
            return None
        if explained and not one.is_near_by_hash:
            return None
        match = pairs.match(*files)
        if match is None:
            outcome.unmeasured.add(one.record.pk)
        elif _is_illegible(match, self.record, one.record):
            outcome.illegible.append((one.record, match))
        elif match.supports in (Match.Supports.OPEN, Match.Supports.SAME_IMAGE):
            outcome.questions.append(_question(self.record, one.record, match))
        elif match.supports in KINDS and not explained:
            link = _link(self.record, one.record, match)
            outcome.links.append(link)
            return link
        return None

    def not_heard_by(self, illegible: list[tuple[Record, Match]], pairs: Pairs) -> set[int]:
        """Return those worse sheets that cannot be read alone and have not weighed yet whether the record fits them."""
        weighed: dict[int, list[tuple[Record, Match]]] = {other.pk: [] for other, _ in illegible}
        links = Relation.objects.of_standing_copies().filter(from_copy__record__in=weighed, match__isnull=False)
        for link in links.select_related("from_copy", "to_copy__record__best_copy__file", "match"):
            weighed[link.from_copy.record_id].append((link.to_copy.record, link.match))
        for item in ReviewItem.objects.filter(worse__in=weighed).select_related("better__best_copy__file", "match"):
            weighed[item.worse_id].append((item.better, item.match))
        return {
            other.pk
            for other, match in illegible
            if not any(
                better == self.record
                or (
                    better.is_standing and _fits_better(found, match) and self.are_different(better, self.record, pairs)
                )
                for better, found in weighed[other.pk]
            )
        }

    def _leave_out_explained(self, outcome: Outcome, own: Outcome, pairs: Pairs) -> None:
        """Ask nobody whether the tilted or stamped copy of one form is another form: what it is akin to tells.

        Nor whether two that were made from one original are the same.
        """
        outcome.questions = [
            question
            for question in outcome.questions
            if question.match.supports != Match.Supports.OPEN
            or not (
                own.made_from & self.origins[question.other(self.record).pk]
                or self._is_explained(question, own.akin, pairs)
            )
        ]

    def _is_explained(self, question: Question, akin: set[int], pairs: Pairs) -> bool:
        """Tell whether either is akin to a record that fits it better, and that differs from the other one."""
        other = question.other(self.record)
        related = {self.record: akin, other: self.akin[other.pk]}
        for one, another in ((self.record, other), (other, self.record)):
            for relative in sorted(related[one] & self.by_key.keys(), key=lambda pk: rank(self.by_key[pk])):
                files = [record.best_copy.file for record in (self.by_key[relative], one, another)]
                if relative == another.pk or not {file.pk for file in files} <= self.comparable:
                    continue
                made, apart = pairs.match(files[0], files[1]), pairs.match(files[0], files[2])
                if (
                    made and apart and apart.supports == Match.Supports.DIFFERENT
                    and _misfit(made) <= _misfit(question.match)
                ):  # fmt: skip
                    return True
        return False


def _is_illegible(match: Match, one: Record, other: Record) -> bool:
    """Tell whether the worse of two may have been made from the better, but alone cannot be read."""
    better = min(one, other, key=rank)
    finding = Finding.of(match)
    leans = match.supports == Match.Supports.OPEN and finding.leans == Match.Supports.DERIVATIVE
    return leans and finding.made_from == better.best_copy.file.sha256


def _fits_better(one: Match, other: Match) -> bool:
    """Tell whether the original of `one` plainly leaves less of their common copy than that of `other`."""
    return residue.is_less(_residue(one), _residue(other))


def _residue(match: Match) -> str:
    """Return what is left of the copy, where that is what it was laid on."""
    found = _compared_once(match)
    a = min(match.file_low.sha256, match.file_high.sha256)
    is_copy_ground = found is not None and (Finding.of(match).made_from == a) == (found.get("finer") == "a")
    return found.get("residue", "") if is_copy_ground else ""


def _by_extent(match: Match, copy: Record) -> tuple:
    """Order by how much of the copy the original shows and how little else, in steps of 2 %; mirror images last."""
    found = _compared_once(match)
    if found is None:
        return (1,)
    shown, beside = found["cover_a"], found["cover_b"]
    if copy.best_copy.file.sha256 != min(match.file_low.sha256, match.file_high.sha256):
        shown, beside = beside, shown
    return 0, -round(50 * shown), -round(50 * beside), found["is_mirrored"] or found["is_inverted"]


def _compared_once(match: Match) -> dict | None:
    """Return the measurements of the only two pages that were compared; None where there are more, or none."""
    compared = _compared_pages(match)
    return compared[0] if len(compared) == 1 else None


def _compared_pages(match: Match) -> list[dict]:
    """Return the measurements of the pages that were compared; none where only fingerprints were."""
    return [page["evidence"] for page in match.measurements.get("pages", ()) if page["evidence"]]


def _misfit(match: Match) -> tuple[float, float]:
    """Order evidence by how much of what both show differs, then by how well they fit: the least fits best."""
    return sum(one["differing"] for one in _compared_pages(match)), -Finding.of(match).fit


def _origins(records: Collection[int]) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """Return {record: records that it was made from}, as decided, or as written down of better ones; and the same
    with those of which the pictures do not tell which of the two was made from the other (a mark-up).
    """
    found: dict[int, set[int]] = {pk: set() for pk in records}
    akin: dict[int, set[int]] = {pk: set() for pk in records}
    made = Relation.objects.of_standing_copies().filter(kind=Relation.Kind.DERIVED_FROM, from_copy__record__in=records)
    for relation in made.select_related("match", "from_copy__file", "to_copy__file"):
        made_copy, original = relation.from_copy, relation.to_copy
        is_certain = relation.match is None or Finding.of(relation.match).made_from == original.file.sha256
        is_better = (original.file.rank, original.apart) < (made_copy.file.rank, made_copy.apart)
        if relation.decision_id or is_better:
            akin[made_copy.record_id].add(original.record_id)
            if relation.decision_id or is_certain:
                found[made_copy.record_id].add(original.record_id)
    return found, akin


def _answered(record: int, others: list[int]) -> set[int]:
    """Return the records between whose copies and the record's a decision stands."""
    decisions = Decision.objects.effective().of_standing_copies()
    forth = decisions.filter(copy_low__record=record, copy_high__record__in=others)
    back = decisions.filter(copy_high__record=record, copy_low__record__in=others)
    return {*forth.values_list("copy_high__record", flat=True), *back.values_list("copy_low__record", flat=True)}


def _link(record: Record, other: Record, match: Match) -> Link:
    """Relations point from what was made to what it was made from; those that have no direction, to the better."""
    better, worse = sorted((record, other), key=rank)
    finding = Finding.of(match)
    supports = Match.Supports(finding.leans or match.supports)
    if supports == Match.Supports.DERIVATIVE and worse.best_copy.file.sha256 == finding.made_from:
        better, worse = worse, better
    return Link(worse.best_copy, better.best_copy, KINDS[supports], match)


def _question(record: Record, other: Record, match: Match) -> Question:
    finding = Finding.of(match)
    because = finding.because
    if match.supports == Match.Supports.SAME_IMAGE:
        because = sayings.COARSE.format(because=because).strip()
    better, worse = sorted((record, other), key=rank)
    return Question(better, worse, match, misfit=round(1000 * (1 - min(1.0, max(0.0, finding.fit)))), because=because)


# ---- writing them down -----------------------------------------------------------------------------------------


def _write_links(record: Record, own: list[Link], of_worse: list[Link], left_to: set[int], *, at: datetime) -> set[int]:
    """Let the record's relations with better ones be these; return the worse ones whose relation should change.

    What there is with worse ones to which it is left stays as it is.
    """
    wanted, expected = ({link.key: link for link in links} for links in (own, of_worse))
    about = Q(from_copy__record=record) | Q(to_copy__record=record)
    by_evidence = Relation.objects.standing().filter(about, decision__isnull=True)
    stirred: set[int] = set()
    for relation in by_evidence.select_related(
        "from_copy__record__best_copy__file", "to_copy__record__best_copy__file"
    ):
        key = relation.from_copy_id, relation.to_copy_id, relation.kind
        if link := wanted.pop(key, None):
            _renew(relation, link.match)
        elif link := expected.pop(key, None):
            if _is_stale(relation, link.match):
                stirred.add(link.other(record))
        elif worse := _worse_end(relation, record):
            stirred |= {worse} - left_to
        else:
            retract(relation, at=at)
    for link in wanted.values():
        finding = Finding.of(link.match)
        relation = Relation.objects.create(
            from_copy=link.made, to_copy=link.original, kind=link.kind, match=link.match, how=finding.how,
            region=finding.region, because=_because(link.match), made_at=at,
        )  # fmt: skip
        _tell("relation.made", relation, at)
    return stirred | {link.other(record) for link in expected.values()}


def _worse_end(relation: Relation, record: Record) -> int | None:
    """Return the other record of a relation between two best copies where it has the say of it: it is the worse."""
    ends = relation.from_copy.record, relation.to_copy.record
    other = ends[0] if ends[1] == record else ends[1]
    is_between_best = {end.best_copy_id for end in ends} == {relation.from_copy_id, relation.to_copy_id}
    if other != record and other.state == Record.State.STANDING and is_between_best and rank(other) > rank(record):
        return other.pk
    return None


def _said_now(match: Match) -> dict:
    finding = Finding.of(match)
    return {"match_id": match.pk, "how": finding.how, "region": finding.region, "because": _because(match)}


def _because(match: Match) -> str:
    finding = Finding.of(match)
    return sayings.BEST_OF_ALL.format(because=finding.because) if finding.leans else finding.because


def _is_stale(relation: Relation, match: Match) -> bool:
    return any(getattr(relation, name) != value for name, value in _said_now(match).items())


def _renew(relation: Relation, match: Match) -> None:
    """Let a relation that stays say what the evidence says now."""
    if _is_stale(relation, match):
        Relation.objects.filter(pk=relation.pk).update(**_said_now(match))


def retract(relation: Relation, *, at: datetime) -> None:
    Relation.objects.filter(pk=relation.pk).update(retracted_at=at)
    _tell("relation.retracted", relation, at)


def retract_within(records: Iterable[Record], *, at: datetime) -> None:
    """Retract what evidence says of copies that are in one record now."""
    by_evidence = Relation.objects.standing().filter(
        decision__isnull=True, from_copy__record__in=[r.pk for r in records]
    )
    within = by_evidence.filter(to_copy__record=F("from_copy__record"))
    _retract_all(within, at)


def retract_of(copy: Copy, *, at: datetime) -> set[int]:
    """Retract what evidence says of a copy that ended; return the records, by their keys, that it was related to."""
    about = Q(from_copy=copy) | Q(to_copy=copy)
    return _retract_all(Relation.objects.standing().filter(about, decision__isnull=True), at)


def retract_between(one: Record, other: Record, *, at: datetime) -> None:
    """Retract what evidence says of two records: a person has decided."""
    forth = Q(from_copy__record=one, to_copy__record=other)
    back = Q(from_copy__record=other, to_copy__record=one)
    _retract_all(Relation.objects.standing().filter(forth | back, decision__isnull=True), at)


def _retract_all(relations: QuerySet[Relation], at: datetime) -> set[int]:
    """Retract relations; return the records, by their keys, that they were between."""
    found = set()
    for relation in relations.select_related("from_copy__record", "to_copy__record"):
        retract(relation, at=at)
        found |= {relation.from_copy.record_id, relation.to_copy.record_id}
    return found


def _tell(verb: str, relation: Relation, at: datetime) -> None:
    """Write it into the history of both records."""
    made, original = relation.from_copy.record, relation.to_copy.record
    for record, other in ((made, original), (original, made)):
        write_event(
            verb, object_id=other.public_id, at=at, audience_key=record.audience_key, record=record,
            reason=relation.because, after={"kind": relation.kind, "is_from_here": record == made},
        )  # fmt: skip
