"""Settling: the groups of a file's component are computed anew and written down, in one transaction.

Everything here runs under the lock of the audience's row, so two workers that touch the same records do
the same as one after the other.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from catalog.imaging.grouping import Group, group
from catalog.imaging.quality import LOSSLESS, Quality, better_because
from catalog.models import AudienceGroup, Copy, Decision, ImageFile, Match, Record, User

from .describing import choose_record_copy, describe
from .history import write_event
from .reviewing import refresh_reviews

RULE = "tier-1/1"
IDENTICAL_BYTES = "The very same bytes."
SAME_PICTURE = {
    "coded": "The same coded picture, bit for bit; only the metadata in the file differ.",
    "pixels": "The same pixels, every one; the file was only written in another way.",
}


def settle(file: ImageFile, *, at: datetime) -> None:
    """Take a compared file into the groups of every audience that it was filed for."""
    ImageFile.objects.filter(pk=file.pk, settled_at__isnull=True).update(settled_at=at)
    keys = Copy.objects.standing().filter(file=file).values_list("audience_key", flat=True).distinct()
    for key in sorted(keys):
        regroup(Copy.objects.standing().filter(file=file, audience_key=key), key, at=at)


def lock_audience(key: str) -> None:
    AudienceGroup.objects.get_or_create(key=key)
    AudienceGroup.objects.select_for_update().get(key=key)


@transaction.atomic
def regroup(seeds: Iterable[Copy], audience_key: str, *, at: datetime, actor: User | None = None) -> None:
    """Group the component of these copies anew and write down what changed."""
    lock_audience(audience_key)
    copies = _component({c.pk for c in seeds}, audience_key)
    if not copies:
        return
    same, apart = _decisions(copies)
    grouping = group(
        copies,
        rank={c: (c.file.rank, c.apart) for c in copies},
        verifies=lambda a, b: False,  # evidence short of proof decides nothing by itself
        ties=[*same, *_proven_equal(copies)],
        apart=apart,
    )
    touched = _write_groups(grouping.groups, at=at, actor=actor)
    for record in touched:
        describe(record, at=at)
    refresh_reviews([*touched, *(c.home_record for c in copies)], at=at)


def _component(seeds: set[int], audience_key: str) -> list[Copy]:
    """Return the settled copies that proof, decisions or a common record tie to the seeds, in any number of steps."""
    settled = (
        Copy.objects.standing()
        .filter(audience_key=audience_key, file__settled_at__isnull=False)
        .select_related("file", "record", "home_record")
    )
    found: dict[int, Copy] = {}
    fresh = list(settled.filter(pk__in=seeds))
    while fresh:
        found.update((c.pk, c) for c in fresh)
        tied = Q(record__in={c.record_id for c in fresh})
        tied |= Q(file__in=ImageFile.objects.with_same_picture_as([c.file for c in fresh]))
        pairs = Decision.objects.effective().filter(verdict=Decision.Verdict.SAME)
        keys = [c.pk for c in fresh]
        tied |= Q(pk__in=pairs.filter(copy_low__in=keys).values("copy_high"))
        tied |= Q(pk__in=pairs.filter(copy_high__in=keys).values("copy_low"))
        fresh = list(settled.filter(tied).exclude(pk__in=list(found)).distinct())
    return sorted(found.values(), key=lambda c: c.pk)


def _decisions(copies: list[Copy]) -> tuple[set[frozenset[Copy]], set[frozenset[Copy]]]:
    """Return what people decided among these copies: pairs that are the same, pairs that are not."""
    by_key = {c.pk: c for c in copies}
    same, apart = set(), set()
    effective = Decision.objects.effective().filter(copy_low__in=by_key, copy_high__in=by_key)
    for low, high, verdict in effective.values_list("copy_low_id", "copy_high_id", "verdict"):
        pair = frozenset((by_key[low], by_key[high]))
        (same if verdict == Decision.Verdict.SAME else apart).add(pair)
    return same, apart


def _proven_equal(copies: list[Copy]) -> list[list[Copy]]:
    """Return the sets of copies whose bytes, coded picture or pixels are the same (tiers 0 and 1)."""
    sets: dict[tuple[str, object], list[Copy]] = defaultdict(list)
    for copy in copies:
        file = copy.file
        sets["file", file.pk].append(copy)
        if file.state == ImageFile.State.INTACT and not file.is_boilerplate:
            sets["coded", file.coded_digest].append(copy)
            sets["pixels", file.pixel_digest].append(copy)
    return [same for (_, key), same in sets.items() if key and len(same) > 1]


def _write_groups(groups: Iterable[Group[Copy]], *, at: datetime, actor: User | None) -> list[Record]:
    """Move copies to their records; absorb and raise records. Returns the standing records.

    The oldest home of a group answers for it. The order of steps keeps absorbed records one hop from a
    standing one at every moment: raise the roots, move copies, point absorbed records anew, absorb the rest.
    """
    roots = {g: min((c.home_record for c in g.members), key=lambda r: r.pk) for g in groups}
    for g, root in roots.items():
        _raise(g, root, at=at, actor=actor)
    moves = [(c, roots[g]) for g in roots for c in g.members]
    for g in roots:
        _tie_members(g, roots[g], at=at, actor=actor)
    absorbed = [(c.home_record, root) for c, root in moves if c.home_record_id != root.pk]
    for home, root in sorted(absorbed, key=lambda pair: pair[0].state != Record.State.ABSORBED):
        _absorb(home, root, at=at, actor=actor)
    return list(roots.values())


def _raise(g: Group[Copy], root: Record, *, at: datetime, actor: User | None) -> None:
    was = root.state
    record_copy, because = choose_record_copy(root, g.members)
    root.best_copy, root.best_copy_because = g.best, _best_because(g)
    root.record_copy, root.record_copy_because = record_copy, because
    root.state, root.absorbed_into = Record.State.STANDING, None
    root.save(
        update_fields=[
            "best_copy", "best_copy_because", "record_copy", "record_copy_because", "state", "absorbed_into",
        ]
    )  # fmt: skip
    if was != Record.State.STANDING:
        verb = "record.stands" if was == Record.State.PENDING else "record.stands-again"
        write_event(
            verb, object_id=root.public_id, at=at, actor=actor, audience_key=root.audience_key, record=root,
            before={"state": was}, after={"state": root.state},
        )  # fmt: skip


def _best_because(g: Group[Copy]) -> str:
    """Say which line of the order put the best copy before the next one."""
    if len(g.members) == 1:
        return "It is the only copy."
    best, second = g.members[:2]
    if best.file_id == second.file_id:
        return IDENTICAL_BYTES
    first, other = Quality.from_json(best.file.quality), Quality.from_json(second.file.quality)
    if best.file.same_picture_as(second.file) == "pixels" and first.compression == LOSSLESS != other.compression:
        return "Both files hold the same pixels, every one; this one is written without loss."
    return better_because(first, other)


def _tie_members(g: Group[Copy], root: Record, *, at: datetime, actor: User | None) -> None:
    for copy in g.members:
        tie, because, witness = _tie(copy, g)
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


def _tie(copy: Copy, g: Group[Copy]) -> tuple[str, str, ImageFile | None]:
    """Return the tie of a copy to its group, the sentence that says so, and the file that proves it."""
    if copy == g.best:
        return Copy.Tie.ANCHOR, "The best copy of this record.", None
    if any(copy.file_id == other.file_id for other in g.members if other != copy):
        return Copy.Tie.SAME_IMAGE, IDENTICAL_BYTES, None
    for other in g.members:
        if other != copy and (how := copy.file.same_picture_as(other.file)):
            than = "" if other == g.best else " As another copy of this record:"
            return Copy.Tie.SAME_IMAGE, f"{than} {SAME_PICTURE[how]}".strip(), other.file
    return Copy.Tie.DECIDED, "A records officer decided that it is the same picture.", None


def _keep_evidence(one: ImageFile, other: ImageFile, at: datetime) -> None:
    low, high = sorted((one, other), key=lambda f: f.pk)
    Match.objects.get_or_create(
        file_low=low,
        file_high=high,
        method=RULE,
        defaults={
            "supports": Match.Supports.SAME_IMAGE,
            "measurements": {"same": one.same_picture_as(other)},
            "made_at": at,
        },
    )


def _absorb(home: Record, root: Record, *, at: datetime, actor: User | None) -> None:
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
