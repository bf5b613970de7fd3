"""Settling: the groups around a file are computed anew and written down, in one transaction.

What is written is written under the lock of the audience's row, so two workers that touch the same records
do the same as one after the other. Evidence is only looked up there; it is measured before, without the lock.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from catalog.imaging.grouping import Fit, Group, Grouping
from catalog.imaging.grouping import regroup as groups_around
from catalog.imaging.methods import PHASH
from catalog.imaging.quality import LOSSLESS, Quality, better_because
from catalog.models import Copy, Decision, ImageFile, Job, Match, Record, User

from . import jobs, sayings
from .comparing import candidates_of, crowded_by
from .describing import choose_record_copy, describe
from .evidencing import Finding, Pairs, comparable
from .history import write_event
from .locking import lock_audience
from .relating import relate, relate_later, retract_within
from .reviewing import forget_questions_of

PROOF = "tier-1/1"
SAME_PICTURE = {"coded": sayings.SAME_CODED, "pixels": sayings.SAME_PIXELS}


def measure_around(file: ImageFile, *, seconds: float | None = None) -> None:
    """Measure the evidence that grouping this file needs, without a lock; what is known already is not measured.

    Raises OutOfTime when the seconds are over; what was measured by then is kept.
    """
    pairs = Pairs(measures=True, seconds=seconds)
    for key, seeds in _seeds(file).items():
        groups_around([c.pk for c in seeds], Around(key, seeds, pairs), is_stirred=_stand_with_new_bytes(seeds))


def settle(file: ImageFile, *, at: datetime) -> bool:
    """Take a compared file into the groups of every audience that it was filed for.

    Returns False, and leaves the groups of an audience as they are, where evidence is missing: because others
    came meanwhile, it must be compared with them, too.
    """
    if ImageFile.objects.filter(pk=file.pk, settled_at__isnull=True).update(settled_at=at):
        crowded = Copy.objects.standing().filter(file__in=crowded_by(file))
        relate_later(set(crowded.values_list("record", flat=True)))
    done = [regroup(seeds, key, at=at) for key, seeds in _seeds(file).items()]
    return all(done)


def _stand_with_new_bytes(seeds: Iterable[Copy]) -> bool:
    """Tell whether a picture came to a record that stood without one: those near it are looked at again, too."""
    new = [copy.pk for copy in seeds if not copy.because]
    return bool(new) and Copy.objects.filter(pk__in=new, record__state=Record.State.STANDING).exists()


def _seeds(file: ImageFile) -> dict[str, list[Copy]]:
    """Return the file's copies by audience, the audiences in one order, in which they are locked, too."""
    found: dict[str, list[Copy]] = {}
    for copy in Copy.objects.standing().filter(file=file).order_by("audience_key", "apart"):
        found.setdefault(copy.audience_key, []).append(copy)
    return found


@transaction.atomic
def regroup(
    seeds: Iterable[Copy], audience_key: str, *, at: datetime, actor: User | None = None, at_once: bool = False
) -> bool:
    """Group what is around these copies anew and write down what changed; return whether all evidence was there.

    Where some is missing nothing is written; but where a person decided (`actor`), or a copy ended (`at_once`), that
    has its effect at once, nothing joins without evidence, and what is missing is measured later.
    """
    at_once = at_once or actor is not None
    lock_audience(audience_key)
    seeds, pairs = list(seeds), Pairs(measures=False)
    around = Around(audience_key, seeds, pairs)
    grouping = groups_around([c.pk for c in seeds], around, is_stirred=at_once or _stand_with_new_bytes(seeds))
    if pairs.missing and not at_once:
        return False
    for one, _ in pairs.missing.values():
        jobs.enqueue(Job.Kind.SETTLE, one.pk)
    written = _write_groups(around.whole(grouping), pairs, at=at, actor=actor)
    for record in written.records:
        describe(record, at=at)
    if at_once:
        for record in written.records:
            relate(record, at=at)
    else:
        seeded = {around.copies[c.pk].record_id for c in seeds}
        relate_later(written.changed | seeded)
    retract_within(written.records, at=at)
    relate_later(forget_questions_of(written.absorbed))
    return True


def copies_beside(copy: Copy) -> list[Copy]:
    """Return the other copies whose groups may be others without this one: of its record, tied to it, near to it."""
    around = Around(copy.audience_key, [copy], Pairs(measures=False))
    tied = around.tied([copy.pk])
    near = {other for others in around.near(tied).values() for other in others}
    of_record = Copy.objects.standing().filter(record=copy.record_id).values_list("pk", flat=True)
    beside = Copy.objects.standing().filter(pk__in=(tied | near | set(of_record)) - {copy.pk})
    return list(beside.select_related("file", "record").order_by("pk"))


class Around:
    """The copies of one audience around the seeds, as `grouping.regroup` asks for them: by their keys.

    Only copies whose record stands are seen, and the seeds: whatever has not settled yet comes later.
    """

    def __init__(self, audience_key: str, seeds: Iterable[Copy], pairs: Pairs) -> None:
        self.audience_key, self.pairs = audience_key, pairs
        self.seeds = {c.pk for c in seeds}
        self.copies: dict[int, Copy] = {}
        self._tied: dict[int, frozenset[int]] = {}
        self._near: dict[int, tuple[int, ...]] = {}

    def _seen(self):
        return (
            Copy.objects.standing()
            .filter(Q(record__state=Record.State.STANDING) | Q(pk__in=self.seeds), audience_key=self.audience_key)
            .select_related("file", "record", "home_record")
        )

    def _read(self, found) -> set[int]:
        new = {c.pk: c for c in found}
        for pk, copy in new.items():
            self.copies.setdefault(pk, copy)
        return set(new)

    def tied(self, nodes: Collection[int]) -> set[int]:
        """Add what has the same bytes, coded picture or pixels, or was decided to be the same, and so on from there."""
        for node in nodes:
            if node not in self._tied:
                block = self._block(node)
                self._tied.update((one, block) for one in block)
        return {other for node in nodes for other in self._tied.get(node, ())}

    def _block(self, node: int) -> frozenset[int]:
        found: set[int] = set()
        fresh = {node} if node in self.copies else self._read(self._seen().filter(pk=node))
        while fresh:
            found |= fresh
            copies = [self.copies[pk] for pk in fresh]
            tied = Q(file__in={c.file_id for c in copies})
            proven = [c.file for c in copies if c.file.state == ImageFile.State.INTACT and not c.file.is_boilerplate]
            coded = {f.coded_digest for f in proven if f.coded_digest}
            pixels = {f.pixel_digest for f in proven if f.pixel_digest}
            same = Q(file__coded_digest__in=coded) | Q(file__pixel_digest__in=pixels)
            tied |= same & Q(file__state=ImageFile.State.INTACT, file__is_boilerplate=False)
            decided = Decision.objects.effective().filter(verdict=Decision.Verdict.SAME)
            tied |= Q(pk__in=decided.filter(copy_low__in=fresh).values("copy_high"))
            tied |= Q(pk__in=decided.filter(copy_high__in=fresh).values("copy_low"))
            fresh = self._read(self._seen().filter(tied).exclude(pk__in=found)) - found
        return frozenset(found)

    def near(self, nodes: Collection[int]) -> Mapping[int, Collection[int]]:
        """Return what is near by its hash and no evidence calls another picture."""
        new = [self.copies[node] for node in nodes if node not in self._near]
        files = {c.file_id for c in new}
        if files:
            beside = self._files_beside(files)
            named = {other for others in beside.values() for other in others}
            of_file: dict[int, list[int]] = defaultdict(list)
            for pk in self._read(self._seen().filter(file__in=named)):
                of_file[self.copies[pk].file_id].append(pk)
            for copy in new:
                self._near[copy.pk] = tuple(pk for other in sorted(beside[copy.file_id]) for pk in of_file[other])
        return {node: self._near[node] for node in nodes}

    def _files_beside(self, files: set[int]) -> dict[int, set[int]]:
        beside: dict[int, set[int]] = {file: set() for file in files}
        matches = candidates_of(files).filter(method=PHASH).values_list("file_low", "file_high")
        can_be_judged = comparable({file for pair in matches for file in pair})
        self.pairs.read(files)
        for low, high in matches:
            known = self.pairs.known(low, high)
            if {low, high} <= can_be_judged and (known is None or known.supports == Match.Supports.SAME_IMAGE):
                for one, other in ((low, high), (high, low)):
                    if one in beside:
                        beside[one].add(other)
        return beside

    def apart(self, nodes: Collection[int]) -> set[frozenset[int]]:
        """Return the pairs that a person decided not to be the same."""
        decided = Decision.objects.effective().filter(copy_low__isnull=False).exclude(verdict=Decision.Verdict.SAME)
        about = decided.filter(Q(copy_low__in=list(nodes)) | Q(copy_high__in=list(nodes)))
        pairs = {frozenset(pair) for pair in about.values_list("copy_low", "copy_high")}
        here = self._read(self._seen().filter(pk__in={pk for pair in pairs for pk in pair} - set(self.copies)))
        return {pair for pair in pairs if pair <= here | set(self.copies)}

    def ties(self, nodes: Collection[int]) -> Iterable[Collection[int]]:
        """Return the sets among the nodes that proof or a decision ties, two steps apart never in one set unasked."""
        copies = [self.copies[node] for node in nodes]
        decided = Decision.objects.effective().filter(
            verdict=Decision.Verdict.SAME, copy_low__in=list(nodes), copy_high__in=list(nodes)
        )
        return [*decided.values_list("copy_low", "copy_high"), *_proven_equal(copies)]

    def anchor(self, node: int) -> int | None:
        record = self.copies[node].record
        if record.state != Record.State.STANDING:
            return None
        if record.best_copy_id not in self.copies:
            self._read(Copy.objects.filter(pk=record.best_copy_id).select_related("file", "record", "home_record"))
        return record.best_copy_id if self.copies[record.best_copy_id].ended_at is None else None

    def mates(self, anchor: int) -> Collection[int]:
        record = self.copies[anchor].record_id
        return self._read(self._seen().filter(record=record, record__state=Record.State.STANDING))

    def rank(self, node: int) -> tuple[str, int]:
        if node not in self.copies:
            self._read(Copy.objects.filter(pk=node).select_related("file", "record", "home_record"))
        return self.copies[node].file.rank, self.copies[node].apart

    def fit(self, one: int, other: int) -> Fit | None:
        return self.pairs.fit(self.copies[one].file, self.copies[other].file)

    def whole(self, grouping: Grouping[int]) -> list[Group[Copy]]:
        return [Group(tuple(self.copies[node] for node in g.members)) for g in grouping.groups]


def _proven_equal(copies: list[Copy]) -> list[list[int]]:
    """Return the sets of copies whose bytes, coded picture or pixels are the same (tiers 0 and 1), by their keys."""
    sets: dict[tuple[str, Any], list[int]] = defaultdict(list)
    for copy in copies:
        file = copy.file
        sets["file", file.pk].append(copy.pk)
        if file.state == ImageFile.State.INTACT and not file.is_boilerplate:
            sets["coded", file.coded_digest].append(copy.pk)
            sets["pixels", file.pixel_digest].append(copy.pk)
    return [same for (_, key), same in sets.items() if key and len(same) > 1]


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the groups: the standing records, and the keys of what changed."""

    records: list[Record]
    changed: set[int]
    """Records that stand anew, have another best copy, or that a copy left or came to."""
    absorbed: set[int]


def _write_groups(groups: list[Group[Copy]], pairs: Pairs, *, at: datetime, actor: User | None) -> Written:
    """Move copies to their records; absorb and raise records.

    The oldest home of a group answers for it. The order of steps keeps absorbed records one hop from a
    standing one at every moment: raise the roots, move copies, point absorbed records anew, absorb the rest.
    """
    roots = {g: min((c.home_record for c in g.members), key=lambda r: r.pk) for g in groups}
    changed = {root.pk for g, root in roots.items() if _raise(g, root, at=at, actor=actor)}
    moves = [(c, roots[g]) for g in roots for c in g.members]
    left = {pk for c, root in moves if c.record_id != root.pk for pk in (c.record_id, root.pk)}
    for g in roots:
        _tie_members(g, roots[g], pairs, at=at, actor=actor)
    absorbed = [(c.home_record, root) for c, root in moves if c.home_record_id != root.pk]
    newly_absorbed = {home.pk for home, root in absorbed if home.absorbed_into_id != root.pk}
    for home, root in sorted(absorbed, key=lambda pair: pair[0].state != Record.State.ABSORBED):
        absorb(home, root, at=at, actor=actor)
    return Written(
        records=list(roots.values()),
        changed=changed | left,
        absorbed=newly_absorbed,
    )


def _raise(g: Group[Copy], root: Record, *, at: datetime, actor: User | None) -> bool:
    """Let a record stand with these copies; return whether it did not before, or had another best copy."""
    was = root.state
    record_copy, because = choose_record_copy(root, g.members)
    fields = {
        "best_copy": g.best,
        "best_copy_because": _best_because(g),
        "record_copy": record_copy,
        "record_copy_because": because,
        "state": Record.State.STANDING,
        "absorbed_into": None,
    }
    changed = [name for name, value in fields.items() if getattr(root, name) != value]
    for name in changed:
        setattr(root, name, fields[name])
    if changed:
        root.save(update_fields=changed)
    if was != Record.State.STANDING:
        verb = "record.stands" if was == Record.State.PENDING else "record.stands-again"
        write_event(
            verb, object_id=root.public_id, at=at, actor=actor, audience_key=root.audience_key, record=root,
            before={"state": was}, after={"state": root.state},
        )  # fmt: skip
        _answer_again(root, at=at, actor=actor)
    return bool({"state", "best_copy"} & set(changed))


def _answer_again(root: Record, *, at: datetime, actor: User | None) -> None:
    """Let a record that was withdrawn and stands again answer for those that it answered for when it was withdrawn."""
    ended = Copy.objects.filter(record=root, ended_at__isnull=False, home_record__state=Record.State.WITHDRAWN)
    for copy in ended.select_related("home_record").exclude(home_record=root).order_by("pk"):
        absorb(copy.home_record, root, at=at, actor=actor)


def _best_because(g: Group[Copy]) -> str:
    """Say which line of the order put the best copy before the next one."""
    if len(g.members) == 1:
        return sayings.ONLY_COPY
    best, second = g.members[:2]
    if best.file_id == second.file_id:
        return sayings.IDENTICAL_BYTES
    first, other = Quality.from_json(best.file.quality), Quality.from_json(second.file.quality)
    if best.file.same_picture_as(second.file) == "pixels" and first.compression == LOSSLESS != other.compression:
        return sayings.SAME_PIXELS_WITHOUT_LOSS
    return better_because(first, other)


def _tie_members(g: Group[Copy], root: Record, pairs: Pairs, *, at: datetime, actor: User | None) -> None:
    """Let every copy of the group belong to its record, with the reason."""
    pairs.read([c.file_id for c in g.members if c.record_id != root.pk or not c.because])
    for copy in g.members:
        tie, because, witness = _tie(copy, g, pairs)
        moved_from = None if copy.record_id == root.pk else copy.record
        if (copy.tie, copy.because) != (tie, because) or moved_from:
            copy.tie, copy.because, copy.record = tie, because, root
            copy.save(update_fields=["tie", "because", "record"])
        if witness:
            _keep_evidence(copy.file, witness, at)
        if moved_from:
            write_event(
                "copy.moved", object_id=copy.public_id, at=at, actor=actor, audience_key=root.audience_key,
                record=root, reason=because, before={"record": moved_from.public_id}, after={"record": root.public_id},
            )  # fmt: skip


def _tie(copy: Copy, g: Group[Copy], pairs: Pairs) -> tuple[str, str, ImageFile | None]:
    """Return the tie of a copy to its group, the sentence that says so, and the file that proves it."""
    if copy == g.best:
        return Copy.Tie.ANCHOR, sayings.BEST_COPY, None
    if any(copy.file_id == other.file_id for other in g.members if other != copy):
        return Copy.Tie.SAME_IMAGE, sayings.IDENTICAL_BYTES, None
    for other in g.members:
        if other != copy and (how := copy.file.same_picture_as(other.file)):
            because = SAME_PICTURE[how]
            if other != g.best:
                because = sayings.AS_ANOTHER_COPY.format(because=because)
            return Copy.Tie.SAME_IMAGE, because, other.file
    pairs.read([copy.file_id])
    for other in g.members:
        evidence = pairs.known(copy.file_id, other.file_id)
        if evidence and evidence.supports == Match.Supports.SAME_IMAGE:
            return Copy.Tie.SAME_IMAGE, Finding.of(evidence).because, None
    return Copy.Tie.DECIDED, sayings.OFFICER_SAID_SAME, None


def _keep_evidence(one: ImageFile, other: ImageFile, at: datetime) -> None:
    low, high = sorted((one, other), key=lambda f: f.pk)
    Match.objects.get_or_create(
        file_low=low,
        file_high=high,
        method=PROOF,
        defaults={
            "supports": Match.Supports.SAME_IMAGE,
            "measurements": {"same": one.same_picture_as(other)},
            "made_at": at,
        },
    )


def absorb(home: Record, root: Record, *, at: datetime, actor: User | None) -> None:
    """Let `root` answer for `home`, and for every record that `home` answered for and nobody else speaks for now."""
    if home.absorbed_into_id == root.pk:
        return
    before = {"state": home.state, "into": home.absorbed_into.public_id if home.absorbed_into else None}
    Record.objects.filter(absorbed_into=home).update(absorbed_into=root)
    home.state, home.absorbed_into = Record.State.ABSORBED, root
    home.save(update_fields=["state", "absorbed_into"])
    write_event(
        "record.absorbed", object_id=home.public_id, at=at, actor=actor, audience_key=home.audience_key,
        record=root, before=before, after={"into": root.public_id},
    )  # fmt: skip
