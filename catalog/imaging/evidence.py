"""Evidence: what two registered pictures have in common and where they differ.

The finer picture is laid on the coarser, brought to its sharpness and its tones, and every pixel's difference is
held against what a faithful copy may differ by there: noise, and a shift of half a pixel times the steepness of the
picture. A copy stays near 0.3 everywhere, whatever its format, size or tone; a changed digit, a watermark or another
exposure reaches 3 and more in some small window. So the worst window decides, not the mean (design, detection).

All measurements are the same whichever picture is named first.
"""

import statistics
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from catalog.imaging.reduction import cell_means, reduced
from catalog.imaging.registration import (
    Matrix,
    Registration,
    covered_by,
    jacobian_at,
    laid_on,
    parallax_px,
    reduced_to,
    register,
    scaling,
)
from catalog.imaging.residue import packed
from catalog.imaging.working import WorkingPicture, are_sheets

METHOD = "evidence/2"

NOTICEABLE = 2.0
"""A window whose difference is more than so many times what a faithful copy may differ by is a difference.

Measured on ../shared/samples: faithful copies stay below 1.6 (JPEG at quality 20 below 1.3), faint watermarks reach
3.0, a digit of a form 4.0.
"""

_WINDOW_PX = 11
_BLOCK_PX = 24
_LEVELS = 3.0
_SLACK_PX = 0.5
_PAGE_SLACK_PX = 0.25
"""Ink on paper is steep everywhere, and its characters differ by a px or two, so sheets must lie more exactly."""
_MIN_NOISE, _MAX_NOISE = 2.0, 7.0
_MAX_RATIO = 8.0
_MIN_CORE_PX = 200
_TEXTURE_LEVELS = 10.0
_LEAST_CONTAINED = 24
_MOST_REGIONS = 20
_EDGE = 0.05

Box = tuple[float, float, float, float]
Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Region:
    """A connected part in which the pictures differ; its box as shares of the coarser picture, 0 to 1."""

    left: float
    top: float
    right: float
    bottom: float
    area: float
    """Share of the compared area."""
    worst: float
    """The greatest difference in it, in multiples of what a faithful copy may differ by."""
    spread_a: float
    spread_b: float
    """Standard deviation of each picture's grey levels in it, in levels: near 0 where it was painted over."""
    ink_a: float = 0.5
    """Share of the difference in which a is the darker: near 1 or 0 where ink was added to one of them."""

    @property
    def is_at_edge(self) -> bool:
        """Tell whether it lies within a twentieth of an edge: where scans show holes, shadows and what lies beneath."""
        return self.right <= _EDGE or self.left >= 1 - _EDGE or self.bottom <= _EDGE or self.top >= 1 - _EDGE


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was measured for pictures a and b, a being the one whose name comes first."""

    registered: bool
    """False: nothing speaks for any transformation, and all else is nought."""
    inliers: int = 0
    """Local features that agree on the transformation; 0 where the whole pictures were laid over one another."""
    error_px: float | None = None
    """How far small windows lie from where the transformation puts them: median, px of the coarser picture."""
    matrix: tuple[float, ...] = ()
    """Row by row, from px of working picture a to px of working picture b."""
    is_mirrored: bool = False
    turned_degrees: float = 0.0
    """How a must be turned clockwise, after mirroring if it is mirrored, to lie in b: -180 to 180."""
    scale: float = 1.0
    """Px of the coarser picture for one px of the finer, as filed, not as worked on: at most 1."""
    finer: str = "a"
    """Which of the two shows more px of what both show: "a" or "b"."""
    is_bent: bool = False
    """A plane seen in perspective is not enough to explain where things lie: curled paper, a lens."""
    stretch: float = 1.0
    """How much longer one direction became than the other: 1 is none."""
    cover_a: float = 0.0
    cover_b: float = 0.0
    """Share of each picture that the other shows too, 0 to 1."""
    part_a: Box | None = None
    part_b: Box | None = None
    """Where that part lies: left, top, right, bottom as shares of the picture."""
    surround_a: float | None = None
    surround_b: float | None = None
    """Share of what only this picture shows that holds structure, 0 to 1: little in a frame, a desk or a screen; None
    where it shows hardly more than the other."""
    border_a: float | None = None
    border_b: float | None = None
    """How abruptly this picture changes where the other ends in it, against how it changes just inside: about 1 where
    a scene goes on, 5 and more at a frame or a desk; None where hardly a side of the other lies inside."""
    compared_px: int = 0
    """Pixels that were compared."""
    side_px: int = 0
    """Longer side of the part that was compared, in px of the coarser picture: what was too small to see."""
    worst: float = 0.0
    """The greatest difference of any window, in multiples of what a faithful copy may differ by."""
    p99: float = 0.0
    median: float = 0.0
    offset: float = 0.0
    offset_p99: float = 0.0
    """Greatest and 99th percentile of the difference in the mean over 2 px (sigma), in grey levels less what steepness
    explains: a faint mark stands out from the rest of the picture, the traces of a poor copy are everywhere."""
    differing: float = 0.0
    """Share of the compared area that differs noticeably."""
    regions: tuple[Region, ...] = ()
    """The largest connected parts that differ, largest first, at most 20."""
    blocks: int = 0
    """Overlapping blocks of 24 px with texture that were correlated."""
    textured: float = 0.0
    """Share of the compared area with texture."""
    correlation_worst: float = 0.0
    correlation_p5: float = 0.0
    correlation_median: float = 0.0
    """Normalised cross-correlation of those blocks: -1 to 1."""
    contained: float = 0.0
    """The same in the middle of the blocks that hold texture in one of the two, the one that is shown better by the
    other: about 1 where one shows all of the other, and perhaps more."""
    parallax_px: float | None = None
    """By how much parts lie elsewhere than the rest, px of the coarser picture (`registration.parallax_px`); measured
    for scenes that agree everywhere, None else."""
    noise: float = 0.0
    """Noise of the difference where the picture is flat, in grey levels."""
    noise_alike: float | None = None
    """Correlation of the two pictures' noise where they are flat: copies share it, two exposures do not."""
    are_sheets: bool | None = None
    """Whether they were compared as sheets of paper with writing on them; None where that was not noted yet."""
    glyph_px: float = 0.0
    """Middle height of the characters on the coarser picture where they are sheets of paper; else 0."""
    blur_px: float = 0.0
    """By how much the sharper one was blurred to be as the other: sigma in px."""
    unevenness: float = 0.0
    """By how much the light changes across the picture, as a share: a print on a desk, photographed again."""
    is_inverted: bool = False
    """Light is dark: a negative."""
    residue: str = ""
    """Of sheets that agree: what is left in each part of the coarser one (`residue.packed`); "" of all others."""

    def to_json(self) -> dict[str, Any]:
        """Return the measurements as plain JSON values; `from_json` takes them back."""
        return {key: _rounded(value) for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Take back what `to_json` gave."""
        regions = tuple(Region(**one) for one in values.get("regions", ()))
        parts = {name: tuple(values[name]) for name in ("part_a", "part_b") if values.get(name)}
        return cls(**{**values, **parts, "matrix": tuple(values.get("matrix", ())), "regions": regions})


@dataclass(frozen=True, slots=True)
class Comparison:
    """Evidence with the pictures that show it, on the pixels of the coarser picture."""

    evidence: Evidence
    is_a_finer: bool
    """Whether it is picture a that was laid on the other."""
    laid: NDArray[np.uint8]
    """The finer picture laid on the coarser: height x width x 3."""
    ground: NDArray[np.uint8]
    """The coarser picture: height x width x 3."""
    differences: Plane
    """Height x width: each window's difference as a multiple of what a faithful copy may differ by; else 0."""


def measure(a: WorkingPicture, b: WorkingPicture) -> Evidence:
    """Compare two working pictures; takes about 0.1 s of one core for photographs, 0.5 s for pages that are alike.

    What plainly differs at half the size is not looked at any closer.
    """
    registration = register(*_in_order(a, b))
    if registration is None:
        return Evidence(registered=False)
    is_unlikely = registration.fit < UNLIKELY_FIT
    if is_unlikely or are_sheets(a, b):
        found = _compared(registration, registration.halved())
        if found and (_plainly_differs(found.evidence) or (is_unlikely and _hardly_agrees(found.evidence))):
            return found.evidence
    found = _compared(registration, registration)
    return found.evidence if found else Evidence(registered=False)


def compare(a: WorkingPicture, b: WorkingPicture) -> Comparison | None:
    """Compare two working pictures in full and keep what was seen; None where they cannot be registered."""
    registration = register(*_in_order(a, b))
    return _compared(registration, registration) if registration else None


_MOST_TOLD = 3.2
"""Sheets that differ by more than this anywhere are different, and nobody asks what else is left."""

UNLIKELY_FIT = 0.75
"""Pictures that fit one another worse than this at low resolution are neither the same nor made from one another
(measured: those that are fit by 0.92 and more, shots of one scene by 0.3 to 0.85)."""


_HARDLY_AGREES = 0.7
"""Middle correlation of blocks; what is the same or made from the other reaches 0.85 even at half the size."""


def _hardly_agrees(e: Evidence) -> bool:
    return e.correlation_median < _HARDLY_AGREES


def _plainly_differs(e: Evidence) -> bool:
    """Tell whether characters were exchanged; whether ink was only added takes a closer look."""
    written = [region for region in e.regions if not region.is_at_edge]
    one_sided = sum(region.area * region.ink_a for region in written) / (sum(r.area for r in written) or 1.0)
    worst = max((region.worst for region in written), default=0.0)
    return worst >= 1.25 * NOTICEABLE and len(written) > 1 and 0.2 < one_sided < 0.8


def _in_order(a: WorkingPicture, b: WorkingPicture) -> tuple[WorkingPicture, WorkingPicture]:
    return (a, b) if a.name < b.name else (b, a)


def _compared(registration: Registration, at: Registration) -> Comparison | None:
    """Compare what is registered, on the pixels of `at`: the same registration, or half the size of it."""
    a, b = _in_order(registration.finer, registration.ground)
    are_paper = are_sheets(a, b)
    seen = _lay(at, are_paper)
    if seen is None:
        return None
    is_a_finer = registration.finer is a
    matrix = registration.matrix if is_a_finer else np.linalg.inv(registration.matrix)
    matrix = matrix / matrix[2, 2]
    back = np.linalg.inv(matrix)
    differences = np.where(seen.core, seen.ratio, 0).astype(np.float32)
    geometry, found = _geometry(a, b, matrix), _differences(seen, is_a_finer)
    is_told = are_paper and found["worst"] <= _MOST_TOLD and geometry["finer"] == "ba"[is_a_finer]
    return Comparison(
        evidence=Evidence(
            registered=True,
            inliers=registration.inliers,
            error_px=None if np.isnan(registration.error_px) else registration.error_px,
            matrix=tuple(float(v) for v in matrix.ravel()),
            is_bent=registration.bend is not None,
            **geometry,
            surround_a=_surround(a, b, back),
            surround_b=_surround(b, a, matrix),
            border_a=_border(a, b, back),
            border_b=_border(b, a, matrix),
            **found,
            **_correlations(seen),
            blur_px=seen.blur_px,
            noise=seen.noise,
            noise_alike=_noise_alike(seen),
            parallax_px=None if are_paper else _parallax_px(at, seen),
            are_sheets=are_paper,
            glyph_px=at.ground.glyph_px if are_paper else 0.0,
            unevenness=seen.unevenness,
            is_inverted=seen.is_inverted,
            residue=packed(differences) if is_told else "",
        ),
        is_a_finer=is_a_finer,
        laid=seen.laid if seen.laid.ndim == 3 else cv2.cvtColor(seen.laid, cv2.COLOR_GRAY2RGB),
        ground=at.ground.colours,
        differences=differences,
    )


# ---- geometry ----


def _geometry(a: WorkingPicture, b: WorkingPicture, matrix: Matrix) -> dict[str, Any]:
    size_a, size_b = a.grey.shape[::-1], b.grey.shape[::-1]
    jacobian = jacobian_at(matrix, size_a[0] / 2, size_a[1] / 2)
    is_mirrored = bool(np.linalg.det(jacobian) < 0)
    upright = jacobian @ np.diag([-1.0, 1.0]) if is_mirrored else jacobian
    turned = float(np.degrees(np.arctan2(upright[1, 0] - upright[0, 1], upright[0, 0] + upright[1, 1])))
    singular = np.linalg.svd(jacobian, compute_uv=False)
    scale = float(np.sqrt(abs(np.linalg.det(jacobian))))
    filed = scale * (b.width_px / size_b[0]) / (a.width_px / size_a[0])
    cover_a, part_a = _shown(size_b, size_a, np.linalg.inv(matrix))
    cover_b, part_b = _shown(size_a, size_b, matrix)
    return {
        "is_mirrored": is_mirrored,
        "turned_degrees": turned,
        "scale": float(min(filed, 1 / filed)),
        "finer": "a" if filed <= 1 else "b",
        "stretch": float(singular[0] / max(singular[1], 1e-9)),
        "cover_a": cover_a,
        "cover_b": cover_b,
        "part_a": part_a,
        "part_b": part_b,
    }


def _shown(size: tuple[int, int], other: tuple[int, int], matrix: Matrix) -> tuple[float, Box | None]:
    """Return the share of `other` (width, height) that a picture of `size`, laid by the matrix, covers, and its box."""
    corners = cv2.perspectiveTransform(_corners(size), matrix)
    area, outline = cv2.intersectConvexConvex(corners.astype(np.float32), _corners(other).astype(np.float32))
    if outline is None or area <= 0:
        return 0.0, None
    shares = ((outline.reshape(-1, 2) + 0.5) / other).clip(0, 1)
    (left, top), (right, bottom) = shares.min(axis=0), shares.max(axis=0)
    return float(np.clip(area / (other[0] * other[1]), 0, 1)), (float(left), float(top), float(right), float(bottom))


_SURROUND_SIDE_PX = 256
_SURROUND_STEEP = 5.0**2
_SURROUND_REACH_PX = 9


def _surround(picture: WorkingPicture, other: WorkingPicture, matrix: Matrix) -> float | None:
    """Return the share of what `picture` shows beside `other`, laid on it by the matrix, that has structure near by."""
    scale = _SURROUND_SIDE_PX / max(picture.grey.shape)
    if scale < 1:
        small, scales = reduced(picture.grey, scale)
    else:
        small, scales = cv2.resize(picture.grey, None, fx=scale, fy=scale), (scale, scale)
    white = np.full(other.grey.shape, 255, np.uint8)
    size = small.shape[1], small.shape[0]
    shown = cv2.warpPerspective(white, scaling(*scales) @ matrix, size) > 0
    beside = ~cv2.dilate(shown.astype(np.uint8), np.ones((7, 7), np.uint8)).astype(bool)
    if beside.sum() < 0.02 * beside.size:
        return None
    lively = (_steepness(_soft(small.astype(np.float32), 1.0)) > _SURROUND_STEEP) & beside
    near = cv2.blur(lively.astype(np.float32), (_SURROUND_REACH_PX, _SURROUND_REACH_PX)) > 0.2
    return float((near & beside).sum() / beside.sum())


_BORDER_SIDE_PX = 640
_BORDER_STEPS_PX = np.array([-7.0, -3.0, 3.0, 7.0])
_BORDER_POINTS = 96
_BORDER_CLEAR_PX = 12.0
_BORDER_LEVELS = 1.0


def _border(picture: WorkingPicture, other: WorkingPicture, matrix: Matrix) -> float | None:
    """Return how abruptly `picture` changes where `other`, laid on it by the matrix, ends in it.

    For each side of the other's outline that lies inside: the middle step in levels across it, against the middle step
    of the same length just inside. The middle one of two sides and more; None where fewer lie inside.
    """
    small, scales = reduced(picture.grey, min(1.0, _BORDER_SIDE_PX / max(picture.grey.shape)))
    small = _soft(small.astype(np.float32), 0.7)
    outline = cv2.perspectiveTransform(_corners(other.grey.shape[::-1]), scaling(*scales) @ matrix)[:, 0]
    middle, found = outline.mean(axis=0), []
    for start, end in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        along = end - start
        across = np.array([along[1], -along[0]]) / max(1e-6, float(np.hypot(*along)))
        across = across if across @ (start - middle) > 0 else -across
        points = start + np.linspace(0.06, 0.94, _BORDER_POINTS)[:, None] * along
        at = (points[:, None, :] + _BORDER_STEPS_PX[None, :, None] * across).astype(np.float32)
        size = np.array(small.shape[::-1])
        inside = ((points > _BORDER_CLEAR_PX) & (points < size - _BORDER_CLEAR_PX)).all(axis=1)
        if inside.mean() < 0.7:
            continue
        levels = cv2.remap(small, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[inside]
        steps = np.median(np.abs(np.diff(levels, axis=1)), axis=0)
        found.append(float((steps[1] + 0.1) / (max(steps[0], _BORDER_LEVELS) + 0.1)))
    return float(np.median(found)) if len(found) >= 2 else None


def _corners(size: tuple[int, int]) -> NDArray[np.float64]:
    right, bottom = size[0] - 0.5, size[1] - 0.5
    return np.array([[[-0.5, -0.5]], [[right, -0.5]], [[right, bottom]], [[-0.5, bottom]]], np.float64)


# ---- laying one on the other ----


@dataclass(slots=True)
class _Seen:
    """Both pictures on the pixels of the coarser, equally sharp."""

    laid: NDArray[np.uint8]  # height x width x 3, or height x width where it is grey
    x: Plane  # grey of the finer, laid and low-passed
    y: Plane  # grey of the coarser, low-passed
    sharp_x: Plane  # before the low-pass
    sharp_y: Plane
    inner: Mask  # where both are, without a rim
    core: Mask  # where whole windows are
    ratio: Plane  # difference over tolerance, root mean square of a window
    left: Plane  # the coarser less what the finer explains of it, grey levels
    offset: Plane  # difference in the mean over some px, over what steepness explains
    noise: float
    blur_px: float
    unevenness: float
    is_inverted: bool


def _lay(registration: Registration, are_paper: bool) -> _Seen | None:
    finer, ground, onto, bend = registration.finer, registration.ground, registration.matrix, registration.bend
    shape = ground.grey.shape
    small, small_onto = reduced_to(finer.shades, onto)
    laid, covered = laid_on(small, small_onto, shape, bend), covered_by(small, small_onto, shape, bend)
    inner, core = _rims(covered, 2)
    if core.sum() < _MIN_CORE_PX:
        return None
    sharp_x = (laid if laid.ndim == 2 else cv2.cvtColor(laid, cv2.COLOR_RGB2GRAY)).astype(np.float32)
    sharp_y = ground.grey.astype(np.float32)
    spots = _spots(inner, sharp_y, ground.colours)

    def explained(blur_x: float, blur_y: float) -> tuple[Plane, Plane, Plane]:
        """Return y as x explains it, x as y explains it, and the light; all still sharp."""
        forth, light = tones(_soft(laid, blur_x), _soft(sharp_y, blur_y), spots)
        back, light_back = tones(_soft(ground.shades, blur_y), _soft(sharp_x, blur_x), spots)
        # A curve and a low-pass do not commute where tones are clipped: the curve comes first, on the full picture.
        as_y = laid_on(*reduced_to(_toned(finer.shades, forth), onto), shape, bend) * light
        return as_y, _toned(ground.shades, back) * light_back, light

    blur_x, blur_y, (as_y, as_x, light) = _equally_sharp(explained, sharp_x, sharp_y, inner)
    if max(blur_x, blur_y) > _NOTABLE_BLUR_PX:
        inner, core = _rims(covered, 2 + int(np.ceil(2 * max(blur_x, blur_y))))
        if core.sum() < _MIN_CORE_PX:
            return None
    sigma_x, sigma_y = (float(np.hypot(_BASE_PX, blur)) for blur in (blur_x, blur_y))
    x, y = _soft(sharp_x, sigma_x), _soft(sharp_y, sigma_y)
    slack_px = _PAGE_SLACK_PX if are_paper else _SLACK_PX
    forth = _ratio(y, _soft(as_y, sigma_x), inner, slack_px)
    back = _ratio(x, _soft(as_x, sigma_y), inner, slack_px)
    most = np.float32(
        _MOST_SWALLOWED_TWO_TONED if _is_two_toned(sharp_x) or _is_two_toned(sharp_y) else _MOST_SWALLOWED
    )
    if not are_paper:
        clipped = _is_clipped(laid) | _is_clipped(ground.shades)
        most = np.where(clipped, most, np.float32(_MOST_SWALLOWED_BETWEEN))
    squares = _agreed(forth, back, most)
    ratio = np.sqrt(np.maximum(cv2.boxFilter(squares, -1, (_WINDOW_PX, _WINDOW_PX)), 0))
    return _Seen(
        laid, x, y, sharp_x, sharp_y, inner, core, ratio,
        left=forth.left,
        offset=np.minimum(forth.offset, back.offset),
        noise=max(forth.noise, back.noise),
        blur_px=max(blur_x, blur_y),
        unevenness=float(np.ptp(light[inner])),
        is_inverted=bool(np.corrcoef(sharp_x[spots], sharp_y[spots])[0, 1] < 0),
    )  # fmt: skip


Toned = tuple[Plane, Plane, Plane]


def _equally_sharp(
    explained: Callable[[float, float], Toned], sharp_x: Plane, sharp_y: Plane, inner: Mask
) -> tuple[float, float, Toned]:
    """Return by how much x and y must be blurred (sigma in px, one of them 0), and what explains them then.

    Tones and sharpness are found in turn until neither changes: each looks wrong while the other is. Where it is in
    doubt which of two to begin with, both are followed, and the one that leaves less is believed.
    """
    toned = explained(_LEAST_BLUR_PX, _LEAST_BLUR_PX)
    looks = _blurs((toned[0], sharp_y), (sharp_x, toned[1]), inner)
    is_in_doubt = _is_in_doubt(*looks)
    if not is_in_doubt and max(looks[0].blurs) <= _NOTABLE_BLUR_PX:
        return *looks[0].blurs, toned
    found = []
    for look in looks if is_in_doubt else looks[:1]:
        (blur_x, blur_y), step = look.blurs, 0.0
        for _ in range(_BLUR_ROUNDS):
            before, step_before = blur_x - blur_y, step
            toned = explained(max(blur_x, _LEAST_BLUR_PX), max(blur_y, _LEAST_BLUR_PX))
            look = _blurs((toned[0], sharp_y), (sharp_x, toned[1]), inner)[0]
            step = look.blurs[0] - look.blurs[1] - before
            if step * step_before < 0:  # to and fro: what is sought lies between
                step /= 2
            blur_x, blur_y = max(0.0, before + step), max(0.0, -before - step)
            if abs(step) < _BLUR_STEP_PX:
                break
        found.append((look.left, blur_x, blur_y, toned))
    return min(found, key=lambda one: one[:3])[1:]


def _rims(covered: Mask, rim_px: int) -> tuple[Mask, Mask]:
    """Return what is covered without a rim, and the middles of whole windows in it."""
    inner = cv2.erode(covered.astype(np.uint8), np.ones((2 * rim_px + 1,) * 2, np.uint8), borderValue=0)
    core = cv2.erode(inner, np.ones((_WINDOW_PX, _WINDOW_PX), np.uint8), borderValue=0)
    return inner.astype(bool), core.astype(bool)


def _soft(picture: NDArray, sigma_px: float) -> NDArray:
    return cv2.GaussianBlur(picture, (0, 0), sigma_px)


_BASE_PX = 0.8
_LEAST_BLUR_PX = 0.4
_NOTABLE_BLUR_PX = 0.5
_BLUR_ROUNDS, _BLUR_STEP_PX = 5, 0.04
_DOUBTFUL_BLUR_PX, _DOUBTFUL_LEFT = 0.4, 1.3
"""Two looks at how sharp the pictures are that say something else by so much, and leave nearly alike (ratio)."""
_SLIGHT_BLUR_PX, _MOST_BLUR_PX = 1.0, 8.0


@dataclass(frozen=True, slots=True)
class _Look:
    """By how much x and y must be blurred (sigma in px, one of them 0) to be equally sharp, and what is left then."""

    blurs: tuple[float, float]
    left: float
    """Mean difference in grey levels, summed over the windows."""


def _blurs(forth: tuple[Plane, Plane], back: tuple[Plane, Plane], inner: Mask) -> list[_Look]:
    """Return how sharp the pictures are by each of two pairs, in the tones of y and in those of x: the better first.

    The pair that agrees better when equally sharp is believed, because clipped tones look less sharp. Weighed on some
    windows of the most contrast.
    """
    tiles = _telling_tiles(*forth, inner)
    found = []
    for x, y in (forth, back):
        blurs = _blurs_of(x, y, tiles)
        of_x, of_y = (float(np.hypot(_BASE_PX, blur)) for blur in blurs)
        left = sum(float(np.abs(_soft(x[tile], of_x) - _soft(y[tile], of_y)).mean()) for tile in tiles)
        found.append(_Look(blurs, left))
    return sorted(found, key=lambda one: one.left)


def _is_in_doubt(better: _Look, worse: _Look) -> bool:
    """Tell whether both agree about as well and yet say something else: then each is followed to its end."""
    apart = (better.blurs[0] - better.blurs[1]) - (worse.blurs[0] - worse.blurs[1])
    return abs(apart) > _DOUBTFUL_BLUR_PX and worse.left < _DOUBTFUL_LEFT * better.left


def _blurs_of(x: Plane, y: Plane, tiles: list[tuple[slice, slice]]) -> tuple[float, float]:
    """Weigh the fine structure (below about 2 px) of both and blur the sharper, by halving the interval."""
    fine_x, fine_y = (_fineness(i, _BASE_PX, tiles) for i in (x, y))
    sharper, least = (x, fine_y) if fine_x > fine_y else (y, fine_x)

    def is_enough(blur_px: float) -> bool:
        return _fineness(sharper, float(np.hypot(_BASE_PX, blur_px)), tiles) < least

    low, high = (0.0, _SLIGHT_BLUR_PX) if is_enough(_SLIGHT_BLUR_PX) else (_SLIGHT_BLUR_PX, _MOST_BLUR_PX)
    while high - low > _BLUR_STEP_PX:
        middle = (low + high) / 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return (low, 0.0) if sharper is x else (0.0, low)


_TILE_PX, _TILES = 96, 5


def _telling_tiles(x: Plane, y: Plane, inner: Mask) -> list[tuple[slice, slice]]:
    """Return up to 5 windows of 96 px inside the overlap that hold the most contrast in both: not a stamp on one."""
    if min(y.shape) < _TILE_PX:
        return [np.s_[:, :]]
    spread = np.minimum(*(cell_means(i * i, _TILE_PX) - np.square(cell_means(i, _TILE_PX)) for i in (x, y)))
    spread[cell_means(inner.astype(np.float32), _TILE_PX) <= 0.95] = -1
    found = []
    for n in np.argsort(-spread, axis=None, kind="stable")[:_TILES]:
        row, column = np.unravel_index(n, spread.shape)
        top, left = int(row) * _TILE_PX, int(column) * _TILE_PX
        if spread[row, column] >= 0:
            found.append(np.s_[top : top + _TILE_PX, left : left + _TILE_PX])
    return found or [np.s_[:, :]]


def _fineness(grey: Plane, sigma_px: float, tiles: list[tuple[slice, slice]]) -> float:
    """Return the share of the contrast that lies in fine structure after a low-pass: the middle of the windows'."""
    shares = []
    for tile in tiles:
        soft = cv2.GaussianBlur(grey[tile], (0, 0), sigma_px)
        fine = float(np.square(soft - cv2.GaussianBlur(soft, (0, 0), 2.5)).mean())
        shares.append(fine / max(float(soft.var()), 5.0))
    return statistics.median(shares)


# ---- tones ----

_KNOTS = 17
_HATS = np.stack(
    [np.interp(np.arange(256), np.linspace(0, 255, _KNOTS), row) for row in np.eye(_KNOTS)], axis=1
).astype(np.float32)
_BENDING = np.diff(np.eye(_KNOTS), 2, axis=0)
_STIFFNESS = 8.0 * _BENDING.T @ _BENDING + 0.05 * np.eye(_KNOTS)
_LOYALTY = 8.0 * _BENDING.T @ _BENDING + 6.0 * np.eye(_KNOTS)
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_SAMPLES, _TONES = 5_000, 32


_MOST_UNEVEN = 0.45
_TURNS_ALIKE = 3


Spots = tuple[NDArray[np.intp], NDArray[np.intp]]


def _spots(inner: Mask, grey: Plane, colours: NDArray[np.uint8]) -> Spots:
    """Return rows and columns of some thousand pixels of the mask: half spread over it, half over its tones.

    Over the levels of the grey and of each channel: a colour that is rare in the picture must not be left to chance.
    """
    places = np.flatnonzero(inner)
    spread = places[np.linspace(0, len(places) - 1, min(_SAMPLES // 2, len(places))).astype(int)]
    some = places[:: max(1, len(places) // (8 * _SAMPLES))]
    tinted = colours.reshape(-1, 3)[some]
    toned = [
        some[one]
        for levels in (grey.ravel()[some].astype(np.uint8), *tinted.T)
        for one in _of_each_tone(levels, _SAMPLES // 2 // (4 * _TONES))
    ]
    return np.unravel_index(np.concatenate([spread, *toned]), inner.shape)


def _of_each_tone(levels: NDArray[np.uint8], most: int) -> Iterator[NDArray[np.intp]]:
    """Yield the indices of up to so many levels (0 to 255) of each of 32 tones."""
    tones_of = levels // (256 // _TONES)
    order = np.argsort(tones_of, kind="stable")
    starts = np.searchsorted(tones_of[order], np.arange(_TONES + 1))
    for low, high in zip(starts[:-1], starts[1:], strict=True):
        if high > low:
            yield order[np.linspace(low, high - 1, min(most, high - low)).astype(int)]


def tones(source: NDArray[np.uint8], target: Plane, spots: Spots) -> tuple[NDArray[np.float32], Plane]:
    """Return how the levels of `source` become the grey levels of `target`: curves that add up, and a light.

    The curves are 256 x 3; 256 x 1 for a `source` without colours, height x width, which comes out as if it had three
    channels that are alike.

    A curve for each channel of 16 straight pieces, and a factor that changes slowly over the picture (a polynomial
    of the second degree, height x width), fitted to the pixels at `spots`; what does not follow the others
    (Cauchy weights) does not count. First one curve for all channels, weighed as grey weighs them, which is what most
    programs do, and which only rises (or falls); then the three depart from it as far as the pixels ask for it: of a
    colour that they tell nothing of, a white light in a yellow flower, it is the one curve that is right. So
    brightness, contrast, gamma, tints, grey, automatic levels and the uneven light of a photographed print are
    explained, whichever picture they were applied to.
    """
    ys, xs = spots
    levels, wanted = source[ys, xs].reshape(len(ys), -1), target[ys, xs]
    luma = _LUMA if source.ndim == 3 else np.ones(1, np.float32)
    # What one channel is asked to depart by, three that are alike would share among them.
    loyalty = np.kron(np.eye(len(luma)), _LOYALTY * len(luma) / 3)
    of_channel = [_HATS[one] for one in levels.T]
    basis = np.concatenate(of_channel, axis=1)
    common = sum(share * one for share, one in zip(luma, of_channel, strict=True))
    places = _slow(ys / target.shape[0], xs / target.shape[1]).astype(np.float32)
    is_rising = np.corrcoef(levels @ luma, wanted)[0, 1] >= 0
    weights, light, uneven = np.ones(len(wanted), np.float32), np.ones(len(wanted), np.float32), np.zeros(5)
    for turn in range(8):
        lit_common = common * light[:, None]
        known = lit_common.T @ (lit_common * weights[:, None])
        one = np.linalg.solve(known + _STIFFNESS, lit_common.T @ (weights * wanted))
        steady = _steady(one, np.diag(known), is_rising)
        toned = common @ steady.astype(np.float32)
        if turn >= _TURNS_ALIKE:
            alike = np.kron(luma, steady)
            lit = basis * light[:, None]
            weighted = lit * weights[:, None]
            curve = alike + np.linalg.solve(lit.T @ weighted + loyalty, weighted.T @ (wanted - lit @ alike))
            toned = basis @ curve.astype(np.float32)
        if turn >= 2:
            slope = places * toned[:, None]
            loyal = slope.T @ (slope * weights[:, None]) + np.eye(5) * 50.0 * len(wanted)
            uneven = np.linalg.solve(loyal, slope.T @ (weights * (wanted - toned)))
            light = np.clip(1 + places @ uneven.astype(np.float32), 1 - _MOST_UNEVEN, 1 + _MOST_UNEVEN)
        left = wanted - toned * light
        scatter = max(2.0, 1.4826 * float(np.median(np.abs(left))))
        weights = 1 / (1 + np.square(left / np.float32(2.0 * scatter)))
    curves = np.stack([_HATS @ piece for piece in np.split(curve, len(luma))], axis=1).astype(np.float32)
    return curves, _light(uneven, target.shape)


def _steady(curve: NDArray[np.float64], known: NDArray[np.float64], is_rising: bool) -> NDArray[np.float64]:
    """Return the nearest curve that only rises (or only falls), each knot weighed by how much is known of it.

    No copying makes the darkest ink lighter than grey: a black mark on paper would bend the curve so, and hide in it.
    (Pools of adjacent violators: M. Ayer et al., "An empirical distribution function for sampling with incomplete
    information", 1955.)
    """
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(curve if is_rising else -curve, known + 1e-3, strict=True):
        pools.append((value, weight, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (low, light, few), (high, heavy, many) = pools[-1], pools[-2]
            both = light + heavy
            pools[-2:] = [((low * light + high * heavy) / both, both, few + many)]
    steady = np.concatenate([np.full(count, value) for value, _, count in pools])
    return steady if is_rising else -steady


def _slow(down: NDArray[np.float64], across: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the terms of the polynomial at these shares of height and width: n x 5, none of them constant."""
    v, u = 2 * down - 1, 2 * across - 1
    return np.stack([u, v, u * u - 1 / 3, u * v, v * v - 1 / 3], axis=1)


def _light(uneven: NDArray[np.float64], shape: tuple[int, ...]) -> Plane:
    v = (2 * (np.arange(shape[0], dtype=np.float32) / shape[0]) - 1)[:, None]
    u = (2 * (np.arange(shape[1], dtype=np.float32) / shape[1]) - 1)[None, :]
    a, b, c, d, e = (np.float32(one) for one in uneven)
    light = d * (v * u)
    light += 1 + a * u + c * (u * u - 1 / 3)
    light += b * v + e * (v * v - 1 / 3)
    return np.clip(light, 1 - _MOST_UNEVEN, 1 + _MOST_UNEVEN, out=light)


def _toned(colours: NDArray[np.uint8], curves: NDArray[np.float32]) -> Plane:
    if colours.ndim == 2:
        toned = cv2.LUT(colours, curves)
    else:
        curves = np.ascontiguousarray(curves.T)
        red, green, blue = (cv2.LUT(plane, curves[n]) for n, plane in enumerate(cv2.split(colours)))
        toned = cv2.add(cv2.add(red, green), blue)
    return np.clip(toned, 0, 255, out=toned)


# ---- differences ----


@dataclass(slots=True)
class _Left:
    """What one picture, explained by the other, leaves unexplained."""

    left: Plane  # grey levels
    squares: Plane  # squared difference over what a faithful copy may differ by
    offset: Plane  # size of the difference after a low-pass, over what steepness explains
    noise: float  # grey levels


_MOST_SWALLOWED, _MOST_SWALLOWED_TWO_TONED = 64.0, 24.0
"""A tone curve that gives many levels one, as clipping does, hides differences of up to so many levels (measured:
contrast by a half swallows 40 of a scanned form's), no more: beside a sheet in black and white alone it would hide a
watermark."""
_MOST_SWALLOWED_BETWEEN = 12.0
"""Where neither of two scenes is clipped, many levels become one only because a curve was bent to explain a mark that
is lighter or darker than all else (measured: of 25 levels on a soft photograph, worst window 0.6 without this, 4.6)."""
_CLIPPED = (16, 239)
"""As far as the last piece of a curve reaches."""
_TWO_TONED_SHARE, _TWO_TONES = 0.01, (32, 223)
_OFFSET_PX = 2.0
_OFFSET_STEEP = 0.02
_NOISE_SAMPLES = 50_000
_SHARE_SAMPLES = 200_000


def _ratio(target: Plane, predicted: Plane, inner: Mask, slack_px: float) -> _Left:
    steep = cv2.max(_steepness(target), _steepness(predicted))
    left = cv2.subtract(target, predicted)
    left *= inner
    step = 1 + left.size // _NOISE_SAMPLES
    flat = left.ravel()[::step][inner.ravel()[::step] & (steep.ravel()[::step] < 16)]
    noise = 1.4826 * float(np.median(np.abs(flat))) if len(flat) * step > 500 else _MIN_NOISE
    noise = float(np.clip(noise, _MIN_NOISE, _MAX_NOISE))
    squares = cv2.divide(left * left, steep * slack_px**2 + np.float32(1.5 * noise**2 + _LEVELS**2))
    offset = cv2.divide(cv2.absdiff(_soft(left, _OFFSET_PX), 0), cv2.sqrt(1 + _OFFSET_STEEP * _soft(steep, _OFFSET_PX)))
    return _Left(left, np.minimum(squares, _MAX_RATIO**2, out=squares), offset, noise)


def _agreed(forth: _Left, back: _Left, most_levels: Plane | np.float32) -> Plane:
    """Return the lesser difference of the two, for what is clipped in one shows in the other; the greater where it is
    more than clipping hides there.
    """
    is_much = cv2.max(cv2.absdiff(forth.left, 0), cv2.absdiff(back.left, 0)) > most_levels
    agreed = cv2.min(forth.squares, back.squares)
    np.copyto(agreed, np.maximum(forth.squares, back.squares), where=is_much)
    return agreed


def _is_clipped(colours: NDArray[np.uint8]) -> Mask:
    """Tell where some channel, or the grey, is as light or as dark as it can be, and next to it."""
    low, high = _CLIPPED[0] + 1, _CLIPPED[1] - 1
    channels = 1 if colours.ndim == 2 else 3
    is_between = cv2.inRange(colours, (low,) * channels, (high,) * channels)
    return cv2.erode(is_between, np.ones((5, 5), np.uint8)) == 0


def _is_two_toned(grey: Plane) -> bool:
    """Tell whether next to nothing lies between black and white."""
    some = grey.ravel()[:: 1 + grey.size // _NOISE_SAMPLES]
    return float(((some > _TWO_TONES[0]) & (some < _TWO_TONES[1])).mean()) < _TWO_TONED_SHARE


def _steepness(grey: Plane) -> Plane:
    """Return the squared gradient, in levels squared a px squared."""
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=1 / 8)
    across *= across
    down *= down
    across += down
    return across


def _differences(seen: _Seen, is_a_finer: bool) -> dict[str, Any]:
    core = seen.core.view(np.uint8)
    compared_px = cv2.countNonZero(core)
    median, p99 = np.percentile(_some(seen.ratio, seen.core), (50, 99))
    noticed = cv2.compare(seen.ratio, NOTICEABLE, cv2.CMP_GT) & core
    rows, columns = np.nonzero(seen.core.any(axis=1))[0], np.nonzero(seen.core.any(axis=0))[0]
    return {
        "compared_px": compared_px,
        "side_px": int(max(rows[-1] - rows[0], columns[-1] - columns[0]) + _WINDOW_PX),
        "worst": cv2.minMaxLoc(seen.ratio, core)[1],
        "p99": float(p99),
        "median": float(median),
        "offset": cv2.minMaxLoc(seen.offset, core)[1],
        "offset_p99": float(np.percentile(_some(seen.offset, seen.core), 99)),
        "differing": cv2.countNonZero(noticed) / compared_px,
        "regions": _regions(noticed, compared_px, seen, is_a_finer),
    }


def _some(values: Plane, mask: Mask) -> NDArray[np.float32]:
    """Return some of the values inside the mask, spread over all of it, enough to tell shares of a hundredth."""
    step = max(1, int(cv2.countNonZero(mask.view(np.uint8)) / _SHARE_SAMPLES))
    step += step % 2 == 0 and values.shape[1] % 2 == 0  # not the same columns in every row
    return values.ravel()[::step][mask.ravel()[::step]]


def _regions(noticed: NDArray[np.uint8], compared_px: int, seen: _Seen, is_a_finer: bool) -> tuple[Region, ...]:
    if not noticed.any():
        return ()
    height, width = noticed.shape
    a, b = (seen.x, seen.y) if is_a_finer else (seen.y, seen.x)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(noticed)
    order = sorted(range(1, count), key=lambda n: (-stats[n, cv2.CC_STAT_AREA], n))[:_MOST_REGIONS]
    found = []
    for n in order:
        left, top, across, down, area = (int(v) for v in stats[n])
        box = np.s_[top : top + down, left : left + across]
        here = labels[box] == n
        found.append(
            Region(
                left / width, top / height, (left + across) / width, (top + down) / height,
                area=area / compared_px,
                worst=float(seen.ratio[box][here].max()),
                spread_a=float(a[box][here].std()),
                spread_b=float(b[box][here].std()),
                ink_a=_darker_share(seen.left[box][here], is_a_finer),
            )
        )  # fmt: skip
    return tuple(found)


def _darker_share(left: NDArray[np.float32], is_a_finer: bool) -> float:
    """Return the share of a difference (ground less what the finer explains) in which picture a is the darker."""
    finer_darker = float(left[left > 0].sum()) / max(1e-3, float(np.abs(left).sum()))
    return finer_darker if is_a_finer else 1 - finer_darker


# ---- likeness of structure ----


def _correlations(seen: _Seen) -> dict[str, Any]:
    """Correlate overlapping blocks that hold texture in either picture; blocks without say nothing."""
    x, y = seen.x, seen.y
    mean_x, mean_y = _block_means(x), _block_means(y)
    var_x = np.maximum(_block_means(x * x) - mean_x * mean_x, 0)
    var_y = np.maximum(_block_means(y * y) - mean_y * mean_y, 0)
    both = _block_means(x * y) - mean_x * mean_y
    whole = _block_means(seen.inner.astype(np.float32)) > 0.999
    telling = whole & (np.maximum(var_x, var_y) > _TEXTURE_LEVELS**2)
    if not telling.any():
        return {"blocks": 0, "textured": 0.0}
    scores = both[telling] / np.sqrt(np.maximum(var_x * var_y, 625.0))[telling]
    of_one = (scores[variance[telling] > _TEXTURE_LEVELS**2] for variance in (var_x, var_y))
    return {
        "blocks": int(telling.sum()),
        "textured": float(telling.sum() / max(1, whole.sum())),
        "correlation_worst": float(scores.min()),
        "correlation_p5": float(np.percentile(scores, 5)),
        "correlation_median": float(np.median(scores)),
        "contained": max((float(np.median(some)) for some in of_one if len(some) >= _LEAST_CONTAINED), default=0.0),
    }


def _block_means(grey: Plane) -> Plane:
    """Return the means of blocks of 24 px, 12 px apart: of four cells of 12 px each."""
    cells = cell_means(grey, _BLOCK_PX // 2)
    rows = cells[:-1] + cells[1:]
    return (rows[:, :-1] + rows[:, 1:]) / 4


def _parallax_px(registration: Registration, seen: _Seen) -> float | None:
    finer, ground = registration.finer, registration.ground
    if seen.ratio[seen.core].max() > NOTICEABLE:
        return None
    return parallax_px(finer.grey, ground.grey, registration.matrix, registration.bend)


_QUIET_REACH_PX = 25
"""So far (across) from every structure: nearer, what codings leave around edges passes for noise that both share."""


def _noise_alike(seen: _Seen) -> float | None:
    """Correlate the noise of both where the picture is flat and alike; None where too little is flat."""
    structure = cv2.compare(_steepness(_soft(seen.y, 1.5)), 4, cv2.CMP_GT)
    near = cv2.dilate(structure, np.ones((_QUIET_REACH_PX, _QUIET_REACH_PX), np.uint8))
    quiet = seen.core & (near == 0) & (seen.ratio < 1)
    if cv2.countNonZero(quiet.view(np.uint8)) < 2_000:
        return None
    x, y = ((grey - cv2.GaussianBlur(grey, (0, 0), 1.5))[quiet] for grey in (seen.sharp_x, seen.sharp_y))
    spread = float(x.std() * y.std())
    return float((x * y).mean() - x.mean() * y.mean()) / spread if spread > 0.01 else None


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    return value
