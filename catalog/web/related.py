"""What a record has to do with others: derivatives, series, older and newer ones."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Copy, Record, Relation
from catalog.services.evidencing import Finding
from catalog.services.reading import RecordView, RelationView, VersionView

from .cards import Card, card_of_record, copy_picture
from .sentences import said
from .words import day_in_words

RELATED = {
    (Relation.Kind.DERIVED_FROM, True): gettext_lazy("It was made from"),
    (Relation.Kind.DERIVED_FROM, False): gettext_lazy("Made from it"),
    (Relation.Kind.SAME_SCENE, True): gettext_lazy("Other shots of the same scene"),
    (Relation.Kind.SAME_SCENE, False): gettext_lazy("Other shots of the same scene"),
    (Relation.Kind.SHARES_PAGES, True): gettext_lazy("Documents that share pages with it"),
    (Relation.Kind.SHARES_PAGES, False): gettext_lazy("Documents that share pages with it"),
}
RELATED_MAX = 24
"""So many records of one kind are shown beside a record."""


@dataclass(frozen=True, slots=True)
class Related:
    """Records that have one thing to do with this one."""

    heading: str
    lines: list["RelatedLine"]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Marked:
    """A picture with marks on it: left, top, width and height as shares of a thousand."""

    picture: str
    words: str
    boxes: list[tuple[int, int, int, int]]


@dataclass(frozen=True, slots=True)
class RelatedLine:
    card: Card
    words: str
    found: str = ""
    marked: Marked | None = None


def related_to(view: RecordView) -> list[Related]:
    """Return what this record has to do with others, a group for each kind, the oldest picture first."""
    if not view.relations:
        return []
    records = Record.objects.select_related("best_copy__file", "record_copy__agency")
    others = records.in_bulk([r.other.pk for r in view.relations])
    groups: dict[str, list[RelationView]] = defaultdict(list)
    for relation in view.relations:
        heading = RELATED.get((relation.kind, relation.is_from_here)) or said(relation.sentence)
        groups[str(heading)].append(relation)
    found = []
    for heading, own in groups.items():
        lines = [_related_line(view, r, others[r.other.pk]) for r in own[:RELATED_MAX]]
        found.append(Related(heading, lines, max(0, len(own) - RELATED_MAX)))
    return found


def _related_line(view: RecordView, relation: RelationView, other: Record) -> RelatedLine:
    return RelatedLine(
        card_of_record(other), said(relation.how), _found_words(relation), _marked(view, relation, other)
    )


def _found_words(relation: RelationView) -> str:
    if relation.decision:
        return _("Decided by a records officer.")
    return _("Found by comparing the pictures. %(because)s") % {"because": said(relation.because)}


def _marked(view: RecordView, relation: RelationView, other: Record) -> Marked | None:
    """Mark on the original the part that the other shows, or on the coarser picture where the two differ."""
    match, copies = relation.evidence, {c.file_id: c for c in (view.best.copy, other.best_copy)}
    if match is None or {match.file_low_id, match.file_high_id} != set(copies) or "finding" not in match.measurements:
        return None
    finding = Finding.of(match)
    by_name = {copy.file.sha256: copy for copy in copies.values()}
    if finding.region and finding.made_from in by_name:
        words = _("The part that it shows") if relation.is_from_here else _("The part of this picture that it shows")
        return _marks(by_name[finding.made_from], words, [finding.region])
    if relation.kind != Relation.Kind.DERIVED_FROM or not finding.differences:
        return None
    first, second = (by_name[name] for name in sorted(by_name))
    is_first_finer = match.measurements["pages"][0]["evidence"]["finer"] == "a"
    return _marks(second if is_first_finer else first, _("Where the two differ"), finding.differences)


def _marks(copy: Copy, words: str, boxes: Iterable[Iterable[float]]) -> Marked:
    """Frame parts of a picture, given as shares of its sides; small ones a little wider, so that they are seen."""
    found = []
    for left, top, right, bottom in ([round(1000 * share) for share in box] for box in boxes):
        found.append((max(0, left - 6), max(0, top - 6), right - left + 12, bottom - top + 12))
    return Marked(copy_picture(copy), words, found[:50])


def versions_in_groups(versions: list[VersionView]) -> list[Related]:
    """Return the records that came in the place of this one, then those whose place it took."""
    groups = ((True, _("Newer: filed in its place")), (False, _("Older: what it was filed in place of")))
    found = []
    for is_newer, heading in groups:
        own = [v for v in versions if v.is_newer == is_newer]
        lines = [
            RelatedLine(
                card_of_record(v.record),
                _("Filed by %(agency)s on %(day)s")
                % {"agency": v.filing.agency.name, "day": day_in_words(v.filing.filed_at)},
            )
            for v in own[:RELATED_MAX]
        ]
        found += [Related(heading, lines, max(0, len(own) - RELATED_MAX))] if lines else []
    return found
