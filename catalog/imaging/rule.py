"""The rule: what the measured evidence about two pages means. All thresholds stand here, under one version.

Evidence is judged, not pictures, so old evidence can be judged again when the rule changes. The order of the
questions is the order of harm: a wrong "the same" hides a picture, so it needs everything to agree; what is made from
another needs them to agree where both are; what stays open goes to a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Literal

from catalog.imaging import sayings
from catalog.imaging.evidence import NOTICEABLE, Box, Evidence

RULE = "rule/1"


class Supports(StrEnum):
    """What the evidence about two pages supports."""

    SAME_IMAGE = "same-image"
    DERIVATIVE = "derivative"
    SAME_SCENE = "same-scene"
    DIFFERENT = "different"
    OPEN = "open"
    """The measurements leave it open: a person must look."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of each side besides its pixels."""

    name: str
    is_page: bool
    width_px: int
    height_px: int
    capture: Mapping[str, Any]
    """The camera's own data, as `catalog.metadata.embedded` reads them."""
    pages: int = 1


Side = Literal["a", "b"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rule says of pictures a and b."""

    supports: Supports
    because: str
    """A sentence for the person who asks why."""
    is_clear: bool = True
    """False: the same as far as the coarser one can show, which may be true of another picture too."""
    fit: float = 0.0
    """How well they agree, 0 to 1: orders rival matches and the review queue."""
    made_from: Side | None = None
    """Which of the two is the original of the other, where the pictures tell."""
    kind: str = ""
    """How it was made: crop, frame, turned, photograph, reduced, mark-up, mirror image, negative."""
    region: Box | None = None
    """The part of the original that the other shows: left, top, right, bottom as shares."""
    differences: tuple[Box, ...] = ()
    """Where they differ, as shares of the coarser picture."""
    leans: Supports | None = None
    """What it comes down to if of all sheets it may be, this one fits best: open, because it cannot be read alone."""


# ---- thresholds ----

WHOLE = 0.98
"""A picture is shown whole from this share on; the rest is what rounding and trimming leave."""
PARTLY = 0.06
"""Less than this share in common is no overlap worth a link."""

SAME_CORRELATION, SAME_CORRELATION_P5 = 0.90, 0.60
SAME_BLOCKS = 40
MOST_STRETCH = 1.4

FAINT_LEVELS, FAINT_RATIO = 4.0, 8.0
"""A mark of so many levels that stands out so many times from the rest is no trace of copying (measured: two changed
copies of one original reach 7 times, a watermark hardly visible on a white wall 10 times)."""
SAME_TEXTURED = 0.15
SMOOTH_WORST = 0.5
"""Where less than the first of a picture shows anything, a small difference is easily missed: two are called the same
only where no window reaches the second (measured: copies of a smooth thermal image 0.2 to 0.45)."""
MOST_PARALLAX_PX = 0.2
"""A camera that moved between two shots shifts near things against far ones; copies reach 0.1 px."""
COARSE_WORST, COARSE_RATIO = 1.0, 3.0
"""In a small copy a window above the first that stands out from the rest by the second may be a mark grown small."""
PAGE_WORST, PAGE_RATIO = 0.9, 2.6
"""On a sheet a window above the first that stands out from the rest by the second may be a changed character."""

DOUBTFUL = 3.2
"""Up to this worst window a whole picture that differs in next to nothing is left to a person."""
DOUBTFUL_SHARE = 0.004

AGREEING_CORRELATION = 0.80
AGREEING_BLOCKS, LEAST_BLOCKS = 24, 6
CONTAINED = 0.95
"""A line drawing that was marked up: half of the structure is the mark-up's, but what is beside it agrees so well."""
FEW, FEW_ON_SHEETS = 0.12, 0.20
"""Up to this share of the overlap may differ in what was made from the other; sheets are read before that is said."""

PLAIN_SURROUND = 0.16
"""So little structure around what both show is a frame, a desk or a screen (measured: 0 to 0.11; of crops 0.34 on)."""
SPARSE_SURROUND = 0.35
ABRUPT, SMOOTH = 5.0, 1.9
"""A frame, a desk or a screen begins abruptly (measured: 3 to 230), though there may be some words on it (a surround of
0.28); a scene, and the blank margin of a sheet, go on (0.1 to 1.8)."""
UNEVEN_LIGHT = 0.15

SCENE_INLIERS = 40
SCENE_CORRELATION = 0.30
EVIDENT_SCENE_CORRELATION = 0.6
"""Whole pictures that lie so well on one another show one scene, though nobody looked for features in them (measured:
shots of one scene 0.15 to 1.0, of different ones up to 0.2)."""

CLEAR_SIDE_PX, CLEAR_SCALE = 600, 0.45
"""A copy can be told from nearly equal pictures with so many px on its longer side or so much of the scale."""
LEGIBLE_PX = 6.5
"""From this middle height on one changed digit shows as a difference (measured: 2.4 and more at 7 px, 1.5 at 6 px)."""
LEGIBLE_PHOTOGRAPHED_PX = 10.0
"""The same for a sheet that was photographed, bent and soft (measured: at 7 px a changed digit stays below 1.2)."""
REDUCED_SCALE = 0.75
"""A sheet of at most so much of the size of another may be a reduced copy of it."""
SAME_SCAN_NOISE = 0.40
"""Noise that agrees this well is one scan's: the ink that differs was added to the file."""
SAME_SCAN_MEDIAN = 0.1
"""Where paper holds no noise, one scan's ink agrees this well (measured: copies 0.01 to 0.1; other scans 0.15 on)."""
SMALL_PAGE_RATIO = 2.0
"""Where characters are too small, what differs and stands out so many times from the rest is another's writing."""
FLAT_LEVELS = 6.0
ONE_SIDED = 0.92
"""Share of the difference that lies on one side where ink was only added."""

RIVAL_MARGIN = 1.15
"""A coarse copy joins the best-fitting picture only where no rival fits nearly as well: ratio of their `fit`."""


def judge(evidence: Evidence, a: FileFacts, b: FileFacts) -> Judgement:
    """Say what the evidence about pages a and b supports; a is the one whose name comes first."""
    if not evidence.registered or evidence.blocks < AGREEING_BLOCKS:
        return _hardly_compared(evidence)
    is_page = evidence.are_sheets
    if is_page is None:
        is_page = a.is_page or b.is_page or evidence.glyph_px > 0
    is_coarse = _coarser_side(evidence, a, b) < CLEAR_SIDE_PX and evidence.scale < CLEAR_SCALE
    if _is_same(evidence, is_page, is_coarse):
        return _same(evidence, a, b, is_page, is_coarse)
    if _agrees(evidence):
        return _partly_same(evidence, a, b, is_page)
    if _is_scene(evidence) and not is_page:
        return _said(evidence, Supports.SAME_SCENE, sayings.SAME_SCENE.format(how_much=_how_much(evidence)))
    return _said(evidence, Supports.DIFFERENT, sayings.DIFFERENT.format(how_much=_how_much(evidence)))


def fit_of(evidence: Evidence) -> float:
    """Return how well two registered pictures agree: from 1, where nothing differs, towards 0."""
    return 1 / (1 + evidence.median + 0.5 * evidence.p99)


# ---- which case it is ----


def _is_same(e: Evidence, is_page: bool, is_coarse: bool) -> bool:
    return (
        min(e.cover_a, e.cover_b) >= WHOLE
        and e.worst <= NOTICEABLE
        and not e.is_mirrored
        and not e.is_inverted
        and e.blocks >= SAME_BLOCKS
        and e.correlation_median >= SAME_CORRELATION
        and e.correlation_p5 >= SAME_CORRELATION_P5
        and e.stretch <= MOST_STRETCH
        and not e.is_bent
        and not (e.offset > FAINT_LEVELS and e.offset > FAINT_RATIO * e.offset_p99)
        and (e.textured >= SAME_TEXTURED or e.worst <= SMOOTH_WORST)
        and (e.parallax_px or 0.0) <= MOST_PARALLAX_PX
        and not (is_page and _stands_out(e))
        and not (is_coarse and e.worst > COARSE_WORST and e.worst > COARSE_RATIO * e.p99)
    )


def _stands_out(e: Evidence) -> bool:
    """Tell whether some window of a sheet differs by less than is noticeable, but more than all others do."""
    return e.worst > PAGE_WORST and e.worst > PAGE_RATIO * e.p99


def _agrees(e: Evidence) -> bool:
    return (
        (e.correlation_median >= AGREEING_CORRELATION or _is_contained(e))
        and e.differing <= (FEW_ON_SHEETS if e.are_sheets else FEW)
        and max(e.cover_a, e.cover_b) >= PARTLY
        and (e.inliers >= 12 or min(e.cover_a, e.cover_b) >= 0.9 or e.correlation_p5 >= SAME_CORRELATION)
    )


def _is_contained(e: Evidence) -> bool:
    """Tell whether one shows all that the other shows, where most of the structure is what was drawn on it."""
    return e.contained >= CONTAINED and e.inliers >= SCENE_INLIERS


def _is_scene(e: Evidence) -> bool:
    return (
        e.inliers >= SCENE_INLIERS
        or (e.correlation_median >= SCENE_CORRELATION and e.inliers >= 20)
        or (e.correlation_median >= EVIDENT_SCENE_CORRELATION and min(e.cover_a, e.cover_b) >= WHOLE)
    )


# ---- what is said of it ----


def _hardly_compared(e: Evidence) -> Judgement:
    if e.blocks >= LEAST_BLOCKS and min(e.cover_a, e.cover_b) >= WHOLE and e.worst <= NOTICEABLE:
        return _said(e, Supports.OPEN, sayings.TOO_LITTLE_TO_BE_SURE)
    return Judgement(Supports.DIFFERENT, sayings.NOTHING_FOUND)


def _same(e: Evidence, a: FileFacts, b: FileFacts, is_page: bool, is_coarse: bool) -> Judgement:
    if veto := capture_veto(a.capture, b.capture):
        return _said(e, Supports.SAME_SCENE, sayings.OTHER_EXPOSURE.format(veto=veto))
    if is_page and e.glyph_px < LEGIBLE_PX:
        return _illegible(e, a, b, sayings.LOOK_THE_SAME.format(too_small=_too_small(e, a, b)), is_whole=True)
    words = _transformation(e, a, b)
    because = sayings.AGREE_TRANSFORMED.format(transformed=words) if words else sayings.AGREE_EVERYWHERE
    return _said(e, Supports.SAME_IMAGE, because, is_clear=not is_coarse)


def _partly_same(e: Evidence, a: FileFacts, b: FileFacts, is_page: bool) -> Judgement:
    is_whole = min(e.cover_a, e.cover_b) >= WHOLE
    differs = e.worst > NOTICEABLE
    if is_page and (judged := _page(e, a, b, is_whole, differs)):
        return judged
    if veto := capture_veto(a.capture, b.capture):
        return _said(e, Supports.SAME_SCENE, sayings.OTHER_EXPOSURE_MOSTLY.format(veto=veto))
    if is_whole and not e.is_mirrored and not e.is_inverted and e.worst <= DOUBTFUL and e.differing <= DOUBTFUL_SHARE:
        return _said(e, Supports.OPEN, _doubt(e))
    return _derivative(e, a, b, is_whole)


def _page(e: Evidence, a: FileFacts, b: FileFacts, is_whole: bool, differs: bool) -> Judgement | None:
    """Judge sheets of paper, which look alike by nature: only what can be read can be told."""
    is_legible = e.glyph_px >= (LEGIBLE_PHOTOGRAPHED_PX if e.is_bent else LEGIBLE_PX)
    is_little = e.worst <= DOUBTFUL and e.differing <= DOUBTFUL_SHARE
    if not differs:
        if is_legible and _stands_out(e):
            return _illegible(e, a, b, sayings.ONE_CHARACTER, is_whole=is_whole)
        if is_legible:
            return None
        because = sayings.AGREE_WHERE_THEY_OVERLAP.format(too_small=_too_small(e, a, b))
        return _illegible(e, a, b, because, is_whole=is_whole)
    written = tuple(region for region in e.regions if not region.is_at_edge)
    if e.regions and not written:
        return _said(e, Supports.OPEN, sayings.AT_THE_EDGE.format(where=_where(e)))
    e = replace(e, regions=written)
    if e.is_bent and is_little and not _stands_out(e):
        because = sayings.SOFT_AND_BENT.format(how_much=_how_much(e))
        return _illegible(e, a, b, because, is_whole=is_whole)
    if not is_legible and not e.is_bent and is_little and e.worst > SMALL_PAGE_RATIO * e.p99:
        return _said(e, Supports.DIFFERENT, sayings.SOMETHING_WRITTEN_DIFFERS.format(where=_where(e)))
    if _is_same_scan(e) and (is_little or _is_added(e)):
        return None
    if _is_added(e):
        return _said(e, Supports.OPEN, sayings.MORE_INK.format(where=_where(e)))
    if is_little:
        return _said(e, Supports.OPEN, sayings.SCANNED_TWICE.format(how_much=_how_much(e)))
    return _said(e, Supports.DIFFERENT, sayings.WRITING_DIFFERS.format(where=_where(e)))


def _is_same_scan(e: Evidence) -> bool:
    """Tell whether both files come from one scan: they share its noise, or, where paper is clean, every edge."""
    if e.noise_alike is not None:
        return e.noise_alike >= SAME_SCAN_NOISE
    return e.median <= SAME_SCAN_MEDIAN


def _illegible(e: Evidence, a: FileFacts, b: FileFacts, because: str, *, is_whole: bool) -> Judgement:
    """Leave a sheet open that cannot be read, and say what it was made from if no other fits as well.

    Of two alike in size neither was made from the other.
    """
    if is_whole and not (e.is_bent or e.is_mirrored or e.is_inverted):
        if e.scale > REDUCED_SCALE:
            return _said(e, Supports.OPEN, because)
        return _said(e, Supports.OPEN, because, kind="reduced", made_from=e.finer, leans=Supports.DERIVATIVE)
    made = _derivative(e, a, b, is_whole)
    return replace(made, supports=Supports.OPEN, because=because, leans=Supports.DERIVATIVE)


def _derivative(e: Evidence, a: FileFacts, b: FileFacts, is_whole: bool) -> Judgement:
    differs = sayings.AND_DIFFERS.format(where=_where(e)) if e.regions else ""
    if not is_whole:
        return _part_of(e, differs)
    if e.is_mirrored:
        return _made(e, "mirror image", sayings.MIRROR_IMAGE.format(differs=differs))
    if e.is_inverted:
        return _made(e, "negative", sayings.NEGATIVE.format(differs=differs))
    if e.is_bent and not e.regions:
        return _made(e, "photograph", sayings.PHOTOGRAPHED, made_from=e.finer)
    return _made(e, "mark-up", sayings.DIFFERS_WHERE.format(where=_where(e)))


def _part_of(e: Evidence, differs: str) -> Judgement:
    """Tell which shows more: a crop was cut from a scene that goes on around it, a frame has nothing to show there."""
    part: Side = "a" if e.cover_a >= e.cover_b else "b"
    larger: Side = "b" if part == "a" else "a"
    share = _percent(min(e.cover_a, e.cover_b))
    if max(e.cover_a, e.cover_b) >= WHOLE and _is_set_in(e, larger):
        kind, framed = _framed(e)
        return _made(e, kind, sayings.SHOWS_WHOLE.format(framed=framed, share=share, differs=differs), made_from=part)
    box = e.part_a if larger == "a" else e.part_b
    words = sayings.SHOWS_PART.format(
        share=share,
        at=sayings.AT.format(place=_at(box)) if box else "",
        mirrored=sayings.MIRRORED if e.is_mirrored else "",
        differs=differs,
    )
    return _made(e, "crop", words, made_from=larger, region=box)


def _is_set_in(e: Evidence, larger: Side) -> bool:
    """Tell whether what the larger picture shows beside the other is a frame, a desk or a screen, not more of it."""
    surround, border = (e.surround_a, e.border_a) if larger == "a" else (e.surround_b, e.border_b)
    if surround is None:
        return False
    if border is not None and border >= ABRUPT:
        return surround < SPARSE_SURROUND
    goes_on = border is not None and border < SMOOTH and not (e.is_bent or _is_tilted(e))
    return surround < PLAIN_SURROUND and not goes_on


def _is_tilted(e: Evidence) -> bool:
    return abs(e.turned_degrees - 90 * round(e.turned_degrees / 90)) > 0.5


def _framed(e: Evidence) -> tuple[str, str]:
    if e.is_bent or e.unevenness > UNEVEN_LIGHT:
        return "photograph", sayings.PHOTOGRAPHED_AGAIN
    if _is_tilted(e):
        return "turned", sayings.TURNED_A_LITTLE
    return "frame", sayings.IN_A_FRAME


def _made(e: Evidence, kind: str, words: str, made_from: Side | None = None, region: Box | None = None) -> Judgement:
    return _said(
        e, Supports.DERIVATIVE, sayings.MADE_FROM.format(made=words), made_from=made_from, kind=kind, region=region
    )


def _said(e: Evidence, supports: Supports, because: str, **more: Any) -> Judgement:
    boxes = tuple((r.left, r.top, r.right, r.bottom) for r in e.regions)
    return Judgement(supports, because, fit=fit_of(e), differences=boxes, **more)


# ---- vetoes ----


_CAMERA = (("serial", sayings.SERIALS_DIFFER), ("shutter_count", sayings.EXPOSURES_DIFFER))


def capture_veto(a: Mapping[str, Any], b: Mapping[str, Any]) -> str:
    """Say which of the camera's own data exclude that both are one exposure; "" where none does.

    Only what both files carry counts, and only between files that name the same kind of data: the moment to the
    sub-second, the exposure's number, the camera's serial number.
    """
    for key, words in _CAMERA:
        if a.get(key) and b.get(key) and a[key] != b[key]:
            return words.format(one=a[key], other=b[key])
    taken = [str(side.get("date_time_original", "")) for side in (a, b)]
    if all(taken) and taken[0] != taken[1]:
        return sayings.MOMENTS_DIFFER.format(one=taken[0], other=taken[1])
    fractions = [str(side.get("sub_sec", "")) for side in (a, b)]
    if all(taken) and all(fractions) and fractions[0].rstrip("0") != fractions[1].rstrip("0"):
        return sayings.FRACTIONS_DIFFER.format(one=fractions[0], other=fractions[1])
    return ""


# ---- words ----


def _coarser_side(e: Evidence, a: FileFacts, b: FileFacts) -> int:
    """Return the longer side, in px as filed, of what the coarser picture shows of both."""
    coarser, cover = (b, e.cover_b) if e.finer == "a" else (a, e.cover_a)
    return round(max(coarser.width_px, coarser.height_px) * cover**0.5)


def _too_small(e: Evidence, a: FileFacts, b: FileFacts) -> str:
    return sayings.TOO_SMALL.format(number=f"{_coarser_side(e, a, b):,}")


def _transformation(e: Evidence, a: FileFacts, b: FileFacts) -> str:
    words = []
    turned = round(abs(e.turned_degrees) / 90) * 90
    if turned:
        words.append(sayings.UPSIDE_DOWN if turned == 180 else sayings.QUARTER)
    if e.scale < 0.97:
        words.append(sayings.SCALED.format(share=_percent(e.scale)))
    if e.stretch > 1.05:
        words.append(sayings.STRETCHED_BY.format(stretch=f"{e.stretch - 1:.0%}"))
    if e.blur_px >= 1:
        words.append(sayings.LESS_SHARP)
    return ", ".join(words)


def _how_much(e: Evidence) -> str:
    if not e.regions:
        return sayings.NOTHING_AGREES
    return sayings.SHARE_DIFFERS.format(share=_percent(e.differing))


def _doubt(e: Evidence) -> str:
    """Say what leaves a pair open in which next to nothing differs."""
    if e.regions:
        return sayings.CARELESS_COPYING.format(how_much=_how_much(e))
    if e.blocks < SAME_BLOCKS:
        return sayings.SHOW_TOO_LITTLE
    if e.is_bent:
        return sayings.BENT
    if e.stretch > MOST_STRETCH:
        return sayings.STRETCHED.format(stretch=f"{e.stretch - 1:.0%}")
    return sayings.FAINT_MARK


def _percent(share: float) -> str:
    return sayings.LESS_THAN_ONE if share < 0.01 else sayings.PERCENT.format(percent=f"{share:.0%}")


def _where(e: Evidence) -> str:
    """Name the places of the largest differences."""
    if not e.regions:
        return sayings.NOWHERE
    places = list(dict.fromkeys(_at((r.left, r.top, r.right, r.bottom)) for r in e.regions[:3]))
    words = sayings.IN_ONE_PLACE if len(e.regions) == 1 else sayings.IN_PLACES
    return words.format(number=len(e.regions), places=", ".join(places))


def _at(box: Box) -> str:
    """Say where the middle of a box lies."""
    left, top, right, bottom = box
    across, down = (left + right) / 2, (top + bottom) / 2
    return sayings.PLACES[_third(down)][_third(across)]


def _third(share: float) -> int:
    return 0 if share < 1 / 3 else 2 if share > 2 / 3 else 1


def _is_added(e: Evidence) -> bool:
    """Tell whether ink was added to one side: the other is bare paper there, or one is darker, or lighter, all over.

    Where characters were exchanged some strokes are on the one side and some on the other.
    """
    area = sum(region.area for region in e.regions) or 1.0
    bare_a = sum(r.area for r in e.regions if r.spread_a < FLAT_LEVELS <= r.spread_b) / area
    bare_b = sum(r.area for r in e.regions if r.spread_b < FLAT_LEVELS <= r.spread_a) / area
    darker_a = sum(r.area * r.ink_a for r in e.regions) / area
    return max(bare_a, bare_b) > 0.9 or not 1 - ONE_SIDED < darker_a < ONE_SIDED
