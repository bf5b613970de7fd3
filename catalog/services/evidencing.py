"""Evidence about pairs of files: measured once, kept, and judged by the rule as it stands.

Evidence is a function of two files alone. It knows nothing of audiences: only files that were filed for one
audience are ever asked about (see `comparing`).
"""

import time
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from functools import lru_cache

from django.db.models import Q
from django.utils import timezone

from catalog.imaging import evidence, rule
from catalog.imaging.decode import versions
from catalog.imaging.grouping import Fit
from catalog.imaging.media import MediaType
from catalog.imaging.working import WorkingPicture
from catalog.models import ImageFile, Match, Page

from . import examining, sayings
from .comparing import distance_between, prints_of
from .store import store

METHOD = evidence.METHOD
RULE = rule.RULE
PICTURES_KEPT = 24
"""Opened working pictures that a worker process keeps: 3 to 13 MB each."""
PAGES_MAX = 50
"""Documents of more pages than this are not held against one another page by page."""

Pair = frozenset[int]
"""The keys of two files."""


class OutOfTime(Exception):
    """There was more to measure than one turn allows; what was measured is kept."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the rule says of two files; part of the measurements of a Match."""

    is_clear: bool
    fit: float
    """0 to 1: how well they fit where they are, or may be, the same picture."""
    made_from: str
    """SHA-256 of the original, where one was made from the other."""
    how: str
    region: list[float] | None
    """Part of the original that the other shows: left, top, right, bottom as shares."""
    because: str
    differences: list[list[float]]
    leans: str = ""
    """What an open pair comes down to if of all that it may be this one fits best."""

    @classmethod
    def of(cls, match: Match) -> "Finding":
        return cls(**match.measurements["finding"])


class Pairs:
    """Looks up what is known of pairs of files, and measures what is not where it may.

    missing  pairs that were asked for and are not measured, in a look-up
    """

    def __init__(self, *, measures: bool, seconds: float | None = None) -> None:
        self.measures = measures
        self.deadline = None if seconds is None else time.monotonic() + seconds
        self.missing: dict[Pair, tuple[ImageFile, ImageFile]] = {}
        self._known: dict[Pair, Match] = {}
        self._read: set[int] = set()

    def read(self, files: Collection[int]) -> None:
        """Read all evidence about these files, by their keys."""
        new = set(files) - self._read
        if new:
            for match in Match.objects.filter(Q(file_low__in=new) | Q(file_high__in=new), method=METHOD):
                self._known[frozenset((match.file_low_id, match.file_high_id))] = match
            self._read |= new

    def known(self, one: int, other: int) -> Match | None:
        """Return the evidence about two files that were read, by their keys, if there is some."""
        return self._known.get(frozenset((one, other)))

    def match(self, one: ImageFile, other: ImageFile) -> Match | None:
        """Return the evidence about two files, measured now where that is allowed; None where it is missing."""
        pair = frozenset((one.pk, other.pk))
        if pair not in self._known and not self._read & pair:
            self.read([one.pk])
        if found := self._known.get(pair):
            return found
        if not self.measures:
            self.missing[pair] = one, other
            return None
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise OutOfTime
        self._known[pair] = _kept(measure_files(one, other))
        return self._known[pair]

    def fit(self, one: ImageFile, other: ImageFile) -> Fit | None:
        """Say how two files fit as the same picture; None where evidence says otherwise, or is missing."""
        match = self.match(one, other)
        if match is None or match.supports != Match.Supports.SAME_IMAGE:
            return None
        finding = Finding.of(match)
        return Fit(finding.fit, finding.is_clear)


def measure_files(one: ImageFile, other: ImageFile) -> Match:
    """Compare two files page by page and judge them; the match is not saved. The same in either order."""
    low, high = sorted((one, other), key=lambda f: f.pk)
    match = Match(file_low=low, file_high=high, method=METHOD, made_at=timezone.now())
    match.measurements = {"pages": _compared_pages(*_in_order(one, other)), "decoders": versions()}
    judge_again(match)
    return match


def judge_again(match: Match) -> bool:
    """Let the present rule judge kept measurements; return whether the match now says something else. Not saved."""
    before = match.supports, match.measurements.get("finding")
    supports, finding = _judged(*_in_order(match.file_low, match.file_high), match.measurements["pages"])
    match.rule, match.supports = RULE, supports
    match.measurements = {**match.measurements, "finding": asdict(finding)}
    return before != (match.supports, match.measurements["finding"])


def comparable(files: Collection[int]) -> set[int]:
    """Return the files, by their keys, of which some page can be judged by its look."""
    pages = Page.objects.filter(file__in=files, is_judgeable=True, has_working=True)
    intact = pages.filter(file__state=ImageFile.State.INTACT, file__is_boilerplate=False)
    return set(intact.values_list("file", flat=True))


def _in_order(one: ImageFile, other: ImageFile) -> tuple[ImageFile, ImageFile]:
    """The order in which evidence names two files has nothing to do with when they were filed."""
    return (one, other) if one.sha256 < other.sha256 else (other, one)


def _kept(match: Match) -> Match:
    """Save a match, or return the one that another worker saved meanwhile."""
    Match.objects.bulk_create([match], ignore_conflicts=True)
    return Match.objects.get(file_low=match.file_low_id, file_high=match.file_high_id, method=match.method)


# ---- measuring -------------------------------------------------------------------------------------------------


def _compared_pages(a: ImageFile, b: ImageFile) -> list[dict]:
    """Measure pairs of pages, {"a": number, "b": number, "evidence": measurements}, as many as are needed.

    Of documents as long as each other every page is held against its like; where one of them is not the same,
    or the documents are of different lengths, pages that look alike are, until one is the same.
    """
    pages_a, pages_b = _pages(a), _pages(b)
    compared = []
    if len(pages_a) == len(pages_b) <= PAGES_MAX:
        for page_a, page_b in zip(pages_a, pages_b, strict=True):
            compared.append(_compared(a, page_a, b, page_b))
            if _says(a, b, compared[-1]) not in (Match.Supports.SAME_IMAGE, Match.Supports.OPEN):
                break
        else:
            return compared
    if len(pages_a) == len(pages_b) == 1:
        return compared
    done = {(pair["a"], pair["b"]) for pair in compared}
    for page_a, page_b in _pages_alike(pages_a, pages_b):
        if (page_a.number, page_b.number) not in done:
            compared.append(_compared(a, page_a, b, page_b))
            if _says(a, b, compared[-1]) == Match.Supports.SAME_IMAGE:
                break
    return compared


def _pages(file: ImageFile) -> list[Page]:
    return list(file.pages.order_by("number"))


def _pages_alike(pages_a: list[Page], pages_b: list[Page]) -> list[tuple[Page, Page]]:
    """Return pairs of pages that can be judged, the nearest by their hashes first, each page once."""
    prints_a, prints_b = (
        [one for one in prints_of(Page.objects.filter(pk__in=[p.pk for p in pages])) if one.hashes is not None]
        for pages in (pages_a, pages_b)
    )
    distances = sorted(
        (distance_between(one.hashes, other.hashes)[0], one.page.number, other.page.number, one.page, other.page)
        for one in prints_a
        for other in prints_b
        if one.page.is_judgeable and other.page.is_judgeable
    )
    taken: set[int] = set()
    pairs = []
    for _, _, _, page_a, page_b in distances:
        if not taken & {page_a.pk, page_b.pk}:
            taken |= {page_a.pk, page_b.pk}
            pairs.append((page_a, page_b))
    return pairs[:PAGES_MAX]


def _compared(a: ImageFile, page_a: Page, b: ImageFile, page_b: Page) -> dict:
    pictures = [picture_of(file, page) for file, page in ((a, page_a), (b, page_b))]
    measured = evidence.measure(*pictures).to_json() if None not in pictures else None
    return {"a": page_a.number, "b": page_b.number, "evidence": measured}


def comparison_of(match: Match) -> evidence.Comparison | None:
    """Compare again, to look at it, the pages that a match rests on; None where they cannot be laid over one another.

    The first of the files, in the order of the evidence, is the one with the lesser SHA-256.
    """
    pages = match.measurements.get("pages", [])
    shown = next((one for one in pages if one["evidence"] and one["evidence"]["registered"]), None)
    if shown is None:
        return None
    a, b = _in_order(match.file_low, match.file_high)
    page_a, page_b = a.pages.get(number=shown["a"]), b.pages.get(number=shown["b"])
    return evidence.compare(
        *(
            _picture(file.sha256, page.number, page.is_page, page.width_px, page.height_px)
            for file, page in ((a, page_a), (b, page_b))
        )
    )


def picture_of(file: ImageFile, page: Page) -> WorkingPicture | None:
    """Return the picture by which a page is compared; None where it cannot be judged by its look."""
    if not (page.is_judgeable and page.has_working):
        return None
    return _picture(file.sha256, page.number, page.is_page, page.width_px, page.height_px)


@lru_cache(PICTURES_KEPT)
def _picture(sha256: str, number: int, is_page: bool, width_px: int, height_px: int) -> WorkingPicture:
    try:
        opened = store().open_working(sha256, number)
    except FileNotFoundError:  # previews can be lost and made again, originals cannot
        examining.look_at(ImageFile.objects.get(sha256=sha256))
        opened = store().open_working(sha256, number)
    with opened as file:
        encoded = file.read()
    return WorkingPicture.from_jpeg(
        encoded, is_page=is_page, width_px=width_px, height_px=height_px, name=name_of_page(sha256, number)
    )


def name_of_page(sha256: str, number: int) -> str:
    """Return the name by which evidence puts two pages in order."""
    return f"{sha256}.{number:06}"


# ---- judging ---------------------------------------------------------------------------------------------------

LEANINGS = (
    Match.Supports.OPEN,
    Match.Supports.DERIVATIVE,
    Match.Supports.SAME_SCENE,
    Match.Supports.DIFFERENT,
)


def _says(a: ImageFile, b: ImageFile, compared: dict) -> str:
    return _judgement(a, b, compared)[0]


def _judged(a: ImageFile, b: ImageFile, compared: list[dict]) -> tuple[str, Finding]:
    """Return what the compared pages say of the files together."""
    said = [_judgement(a, b, pair) for pair in compared]
    if a.page_count == b.page_count == 1:
        supports, finding = said[0]
    else:
        supports, finding = _of_documents(a, b, compared, said)
    if supports == Match.Supports.SAME_IMAGE and MediaType.PDF.mime in (a.media_type, b.media_type):
        return Match.Supports.OPEN, _with(finding, sayings.RENDERED.format(because=finding.because).strip())
    return supports, finding


def _of_documents(
    a: ImageFile, b: ImageFile, compared: list[dict], said: list[tuple[str, Finding]]
) -> tuple[str, Finding]:
    in_place = [one for one, pair in zip(said, compared, strict=True) if pair["a"] == pair["b"]]
    verdicts = {supports for supports, _ in in_place}
    is_whole = a.page_count == b.page_count == len(in_place)
    if is_whole and verdicts == {Match.Supports.SAME_IMAGE}:
        return min(in_place, key=lambda one: (one[1].is_clear, one[1].fit))
    if is_whole and verdicts <= {Match.Supports.SAME_IMAGE, Match.Supports.OPEN}:
        number, (_, finding) = next((n, one) for n, one in enumerate(said, 1) if one[0] == Match.Supports.OPEN)
        because = sayings.PAGE_OF.format(number=number, count=f"{a.page_count:,}", because=finding.because)
        return Match.Supports.OPEN, _with(finding, because)
    for pair, (supports, finding) in zip(compared, said, strict=True):
        if supports == Match.Supports.SAME_IMAGE:
            because = sayings.SAME_PAGE if pair["a"] == pair["b"] else sayings.SHARED_PAGE
            words = because.format(number=pair["a"], other=pair["b"])
            return Match.Supports.SHARES_PAGES, _with(finding, words)
    leaning = [one for supports in LEANINGS for one in said if one[0] == supports]
    return leaning[0] if leaning else (Match.Supports.DIFFERENT, _nothing(sayings.NO_PAGES_ALIKE))


def _judgement(a: ImageFile, b: ImageFile, compared: dict) -> tuple[str, Finding]:
    """Return what the rule says of two pages."""
    if compared["evidence"] is None:
        return Match.Supports.OPEN, _nothing(sayings.CANNOT_BE_JUDGED.format(number=compared["a"]))
    facts = [_facts(a, compared["a"]), _facts(b, compared["b"])]
    judged = rule.judge(evidence.Evidence.from_json(compared["evidence"]), *facts)
    original = {"a": a.sha256, "b": b.sha256}.get(judged.made_from or "", "")
    return str(judged.supports), Finding(
        is_clear=judged.is_clear,
        fit=round(float(judged.fit), 4),
        made_from=original,
        how=judged.kind or "",
        region=None if judged.region is None else [round(float(side), 4) for side in judged.region],
        because=judged.because,
        differences=[[round(float(side), 4) for side in box] for box in judged.differences],
        leans=str(judged.leans or ""),
    )


def _facts(file: ImageFile, number: int) -> rule.FileFacts:
    return facts_of(file, Page.objects.get(file=file, number=number))


def facts_of(file: ImageFile, page: Page) -> rule.FileFacts:
    """Return what the rule asks of a page besides its pixels."""
    return rule.FileFacts(
        name=name_of_page(file.sha256, page.number),
        is_page=page.is_page,
        width_px=page.width_px,
        height_px=page.height_px,
        capture=file.capture,
        pages=file.page_count,
    )


def _nothing(because: str) -> Finding:
    return Finding(False, 0.0, "", "", None, because, [])


def _with(finding: Finding, because: str) -> Finding:
    return replace(finding, because=because)
