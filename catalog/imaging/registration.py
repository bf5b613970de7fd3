"""Registration: where each point of one picture lies in the other.

Two ways lead to a first guess: the pictures laid over one another whole, in each of the eight orientations, and
local features that agree on a homography. The guess that fits best at low resolution is refined to a fraction
of a pixel by the shifts of some hundred small windows. Points are (x, y) in px, (0, 0) the centre of the first pixel.
"""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import cv2
import numpy as np
from numpy.typing import NDArray

from catalog.imaging.reduction import reduced
from catalog.imaging.working import WorkingPicture, are_sheets

Matrix = NDArray[np.float64]
Grey = NDArray[np.uint8]

MIN_INLIERS = 12
"""Fewer agreeing features propose no transformation."""

_LEAST_SIDE_PX = 16
"""A working picture narrower than this, a strip of 1 : 64 and more, is nothing to lay over another."""
_FEATURE_SIDES_PX = (640, 256)
_FEATURES = 900
_DEARER_SIDE_PX, _DEARER_FEATURES = 384, 500
"""30 ms a picture; at 640 px it takes three times as long and finds the same crops."""
_LAID_SIDE_PX = 128
_COARSE_SIDE_PX = 192
_RATIO = 0.9
_WINDOW_PX = 21
_LEAST_FIT = 0.15
_CONVINCING_FIT = 0.5
"""Where no guess fits so well, dearer features are asked."""
_EVIDENT_FIT = 0.98
"""Where whole pictures laid over one another fit so well, features are not asked."""
_NEARLY = 0.05
_SHIFT_POINTS = 400


@dataclass(frozen=True, slots=True)
class Registration:
    """How the finer of two pictures lies on the coarser, the ground."""

    finer: WorkingPicture
    ground: WorkingPicture
    matrix: Matrix
    """3 x 3: a point of the finer picture, in px, to its point in the ground."""
    inliers: int
    """Local features that agree on it; 0 where the whole pictures were laid over one another."""
    error_px: float
    """Median distance in px of the ground between where small windows lie and where they are put; nan if too few."""
    fit: float
    """`coarse_fit` of it: -1 to 1."""
    bend: "Bend | None" = None
    """What a plane seen in perspective does not explain: curled paper, a lens; None where the matrix does."""

    def halved(self) -> "Registration":
        """Return the same registration of both pictures at half their size."""
        finer, ground = self.finer.halved, self.ground.halved
        down, up = _resized(self.ground, ground), np.linalg.inv(_resized(self.finer, finer))
        bend = self.bend and Bend(self.bend.terms * down[0, 0], ground.grey.shape[::-1])
        return Registration(finer, ground, down @ self.matrix @ up, self.inliers, self.error_px / 2, self.fit, bend)


def register(a: WorkingPicture, b: WorkingPicture) -> Registration | None:
    """Return how a and b lie on one another, or None where nothing speaks for any transformation."""
    if min(*a.grey.shape, *b.grey.shape) < _LEAST_SIDE_PX:
        return None
    scored = _scored(a, b, _laid_over(a, b))
    if not any(fit >= _EVIDENT_FIT for fit, _, _ in scored):
        scored += _scored(a, b, _by_features(a, b))
    if not any(fit >= _CONVINCING_FIT for fit, _, _ in scored):
        scored += _scored(a, b, _by_dearer_features(a, b))
    if not scored:
        return None
    fit, inliers, matrix = max(scored, key=lambda one: (one[0], one[1]))
    inliers = max(n for _, n, guess in scored if n == inliers or _is_nearly(guess, matrix, a.grey.shape))
    if fit < _LEAST_FIT and inliers < 2 * MIN_INLIERS:
        return None
    finer, ground = a, b
    if scale_of(matrix, a.grey.shape[::-1]) > 1:
        finer, ground, matrix = b, a, np.linalg.inv(matrix)
    bent_px = _BENT_SHEET_PX if are_sheets(a, b) else _BENT_PX
    matrix, error_px, bend = refine(finer.grey, ground.grey, matrix / matrix[2, 2], bent_px)
    return Registration(finer, ground, matrix, inliers, error_px, coarse_fit(finer.grey, ground.grey, matrix), bend)


def _scored(a: WorkingPicture, b: WorkingPicture, guesses: list[tuple[Matrix, int]]) -> list[tuple[float, int, Matrix]]:
    return [(coarse_fit(a.grey, b.grey, matrix), inliers, matrix) for matrix, inliers in guesses]


def _is_nearly(guess: Matrix, matrix: Matrix, shape: tuple[int, ...]) -> bool:
    """Tell whether two matrices lay a picture of this shape at the same place, as exactly as first guesses are."""
    height, width = shape
    corners = np.array([[[0, 0]], [[width, 0]], [[width, height]], [[0, height]]], np.float64)
    one, other = (cv2.perspectiveTransform(corners, m)[:, 0] for m in (guess, matrix))
    return float(np.abs(one - other).max()) < _NEARLY * float(np.ptp(other, axis=0).max())


def _resized(full: WorkingPicture, small: WorkingPicture) -> Matrix:
    """Return the matrix from px of a picture to px of a smaller version of it."""
    (down, across), (height, width) = small.grey.shape, full.grey.shape
    return scaling(across / width, down / height)


# ---- first guesses ----


def whole_frame(size_a: tuple[int, int], size_b: tuple[int, int], orientation: int) -> Matrix:
    """Return the matrix that lays all of a (width, height) over all of b in one of eight orientations.

    Bit 1 of `orientation` mirrors left and right, bit 2 upends, bit 4 swaps the sides before that.
    """
    width_a, height_a = size_a
    matrix = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]], np.float64)
    matrix = np.diag([1 / width_a, 1 / height_a, 1]) @ matrix
    if orientation & 4:
        matrix = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1]], np.float64) @ matrix
    if orientation & 1:
        matrix = np.array([[-1, 0, 1], [0, 1, 0], [0, 0, 1]], np.float64) @ matrix
    if orientation & 2:
        matrix = np.array([[1, 0, 0], [0, -1, 1], [0, 0, 1]], np.float64) @ matrix
    matrix = np.diag([size_b[0], size_b[1], 1]) @ matrix
    return np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]], np.float64) @ matrix


def _laid_over(a: WorkingPicture, b: WorkingPicture) -> list[tuple[Matrix, int]]:
    """Return the whole-frame matrix of the orientation in which small versions agree best, if they do at all."""
    smaller = (reduced(p.grey, min(1.0, _LAID_SIDE_PX / min(p.grey.shape)))[0] for p in (a, b))
    small_a, small_b = (_plain(cv2.resize(one, (32, 32), interpolation=cv2.INTER_AREA)) for one in smaller)
    best, orientation = max((float((_oriented(small_a, way) * small_b).mean()), way) for way in range(8))
    if best < 0.5:
        return []
    return [(whole_frame(a.grey.shape[::-1], b.grey.shape[::-1], orientation), 0)]


def _oriented(grey: NDArray, orientation: int) -> NDArray:
    grey = grey.T if orientation & 4 else grey
    grey = grey[:, ::-1] if orientation & 1 else grey
    return grey[::-1] if orientation & 2 else grey


def _plain(grey: Grey) -> NDArray[np.float32]:
    grey = grey.astype(np.float32)
    return (grey - grey.mean()) / (grey.std() + 1e-3)


def _by_features(a: WorkingPicture, b: WorkingPicture) -> list[tuple[Matrix, int]]:
    found = [_homography(features_of(a), features_of(b))]
    if found[0] is None or found[0][1] < 3 * MIN_INLIERS:
        mirrored = _homography(features_of(a, is_mirrored=True), features_of(b))
        if mirrored is not None:
            flip = np.array([[-1, 0, a.grey.shape[1] - 1], [0, 1, 0], [0, 0, 1]], np.float64)
            found.append((mirrored[0] @ flip, mirrored[1]))
    return [one for one in found if one is not None]


def _by_dearer_features(a: WorkingPicture, b: WorkingPicture) -> list[tuple[Matrix, int]]:
    """Return what SIFT's features say: they find small crops, skies and regular patterns where corners find nothing."""
    found = _homography(dearer_features_of(a), dearer_features_of(b), cv2.NORM_L2)
    return [found] if found else []


Features = tuple[NDArray[np.float32], NDArray]
_known_features: WeakKeyDictionary[WorkingPicture, dict[bool, Features]] = WeakKeyDictionary()
_known_dearer: WeakKeyDictionary[WorkingPicture, Features] = WeakKeyDictionary()


def features_of(picture: WorkingPicture, is_mirrored: bool = False) -> Features:
    """Return the features of a picture or of its mirror image (`_features_found`), found once as long as it is kept."""
    known = _known_features.setdefault(picture, {})
    if is_mirrored not in known:
        known[is_mirrored] = _features_found(picture, is_mirrored)
    return known[is_mirrored]


def _features_found(picture: WorkingPicture, is_mirrored: bool) -> Features:
    """Return (points n x 2 in px of the working picture or its mirror image, TEBLID descriptors n x 32).

    ORB's corners on two sizes of the picture; Suarez et al., "Revisiting binary local image description", 2021.
    """
    grey = picture.grey[:, ::-1] if is_mirrored else picture.grey
    points, codes = [], []
    for side_px in _FEATURE_SIDES_PX:
        if side_px != _FEATURE_SIDES_PX[-1] and max(grey.shape) <= _FEATURE_SIDES_PX[-1]:
            continue
        small, scales = reduced(np.ascontiguousarray(grey), min(1.0, side_px / max(grey.shape)))
        share = _FEATURES if side_px == _FEATURE_SIDES_PX[0] else _FEATURES // 3
        keypoints = cv2.ORB_create(share, 1.2, 8, fastThreshold=5).detect(small, None)
        keypoints, described = cv2.xfeatures2d.TEBLID_create(1.0).compute(small, keypoints)
        if described is not None and len(keypoints):
            points.append((np.float32([k.pt for k in keypoints]) + 0.5) / np.float32(scales) - 0.5)
            codes.append(described)
    if not points:
        return np.zeros((0, 2), np.float32), np.zeros((0, 32), np.uint8)
    return np.concatenate(points), np.concatenate(codes)


def dearer_features_of(picture: WorkingPicture) -> Features:
    """Return (points n x 2 in px of the working picture, square roots of SIFT's descriptors n x 128, float32)."""
    if picture not in _known_dearer:
        small, scales = reduced(picture.grey, min(1.0, _DEARER_SIDE_PX / max(picture.grey.shape)))
        keypoints, described = cv2.SIFT_create(_DEARER_FEATURES, contrastThreshold=0.02).detectAndCompute(small, None)
        if described is None:
            keypoints, described = (), np.zeros((0, 128), np.float32)
        points = (np.float32([k.pt for k in keypoints]).reshape(-1, 2) + 0.5) / np.float32(scales) - 0.5
        shares = described / np.maximum(described.sum(axis=1, keepdims=True), 1e-6)
        _known_dearer[picture] = points, np.sqrt(shares).astype(np.float32)
    return _known_dearer[picture]


def _homography(a: tuple, b: tuple, norm: int = cv2.NORM_HAMMING) -> tuple[Matrix, int] | None:
    (points_a, codes_a), (points_b, codes_b) = a, b
    if min(len(codes_a), len(codes_b)) < 8:
        return None
    matcher = cv2.BFMatcher(norm)
    pairs = [
        m for m in matcher.knnMatch(codes_a, codes_b, k=2) if len(m) == 2 and m[0].distance < _RATIO * m[1].distance
    ]
    if len(pairs) < 8:
        return None
    source = np.float32([points_a[m[0].queryIdx] for m in pairs])
    target = np.float32([points_b[m[0].trainIdx] for m in pairs])
    cv2.setRNGSeed(1)
    matrix, mask = cv2.findHomography(source, target, cv2.USAC_MAGSAC, 4.0, maxIters=2000, confidence=0.999)
    if matrix is None or not is_plausible(matrix):
        return None
    return matrix, int(mask.sum())


def is_plausible(matrix: Matrix) -> bool:
    """Tell whether a matrix can be a copy's: scaled at most 64 times in area, hardly sheared, no horizon in sight."""
    linear = matrix[:2, :2] / matrix[2, 2]
    singular = np.linalg.svd(linear, compute_uv=False)
    return bool(singular[1] > 1e-2 and singular[0] < 1e2 and singular[0] / singular[1] < 2.5)


# ---- fit and refinement ----


def coarse_fit(a: Grey, b: Grey, matrix: Matrix) -> float:
    """Return how well a, laid over b by the matrix, explains the structure that both show, at low resolution.

    The correlation of the overlapping parts, weighted by how much of the lesser picture overlaps: -1 to 1.
    """
    small_b, scales = reduced(b, min(1.0, _COARSE_SIDE_PX / max(b.shape)))
    whole = scaling(*scales) @ matrix
    small_a, whole = reduced_to(a, whole)
    warped, covered = (f(small_a, whole, small_b.shape) for f in (laid_on, covered_by))
    if covered.sum() < 200:
        return -1.0
    x, y = (_flattened(i, covered)[covered] for i in (warped, small_b))
    spread = float(x.std() * y.std())
    if spread < 1.0:
        return -1.0
    return float((x * y).mean() - x.mean() * y.mean()) / spread


def _flattened(grey: Grey, covered: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Take out slow changes of tone (over 12 px) from what is covered."""
    weight = cv2.GaussianBlur(covered.astype(np.float32), (0, 0), 12)
    slow = cv2.GaussianBlur(np.where(covered, grey, 0).astype(np.float32), (0, 0), 12) / np.maximum(weight, 1e-3)
    return grey - slow


def scaling(across: float, down: float | None = None) -> Matrix:
    """Return the matrix from px of a picture to px of it scaled (by `across` both ways, unless told); centres count."""
    down = across if down is None else down
    return np.array([[across, 0, 0.5 * across - 0.5], [0, down, 0.5 * down - 0.5], [0, 0, 1]], np.float64)


def jacobian_at(matrix: Matrix, x: float, y: float) -> Matrix:
    """Return how a small step from a point of a, in px, becomes a step in b: 2 x 2."""
    point = np.array([x, y, 1.0])
    w = matrix[2] @ point
    return (matrix[:2, :2] * w - np.outer(matrix[:2] @ point, matrix[2, :2])) / w**2


def scale_of(matrix: Matrix, size: tuple[int, int]) -> float:
    """Return how many px of b one px of a becomes at the middle of a (width, height): below 1, a is the finer."""
    return float(np.sqrt(abs(np.linalg.det(jacobian_at(matrix, size[0] / 2, size[1] / 2)))))


def reduced_to(a: NDArray[np.uint8], matrix: Matrix) -> tuple[NDArray[np.uint8], Matrix]:
    """Reduce a picture, by whole areas, to about the scale at which the matrix lays it; return it with its matrix."""
    scale = scale_of(matrix, a.shape[1::-1])
    if scale > 0.8 or min(a.shape[:2]) * scale < 4:
        return a, matrix
    small, scales = reduced(a, scale)
    return small, matrix @ np.linalg.inv(scaling(*scales))


def laid_on(a: NDArray, matrix: Matrix, shape: tuple[int, ...], bend: "Bend | None" = None) -> NDArray:
    """Lay a over a picture of this shape; beyond a its edge goes on."""
    return _warped(a, matrix, shape, bend, cv2.INTER_CUBIC, cv2.BORDER_REPLICATE)


def covered_by(a: NDArray, matrix: Matrix, shape: tuple[int, ...], bend: "Bend | None" = None) -> NDArray[np.bool_]:
    """Return the mask of what a, laid over a picture of this shape, covers (without a rim of 1 px)."""
    white = np.full(a.shape[:2], 255, np.uint8)
    return _warped(white, matrix, shape, bend, cv2.INTER_LINEAR, cv2.BORDER_CONSTANT) > 250


def _warped(a: NDArray, matrix: Matrix, shape: tuple[int, ...], bend: "Bend | None", how: int, border: int) -> NDArray:
    if bend is None:
        return cv2.warpPerspective(a, matrix, (shape[1], shape[0]), flags=how, borderMode=border)
    return cv2.remap(a, *bend.sources(matrix, shape), how, borderMode=border)


@dataclass(frozen=True, slots=True, eq=False)
class Bend:
    """A smooth displacement over the ground: polynomials of the third degree in the shares of width and height."""

    terms: NDArray[np.float64]
    """10 x 2: px of the ground by which what is put at a point is to be looked for elsewhere."""
    size: tuple[int, int]
    """Width and height of the ground in px."""

    @classmethod
    def fitted(cls, points: NDArray[np.float64], shifts: NDArray[np.float64], size: tuple[int, int]) -> "Bend":
        """Fit shifts (n x 2) at points (n x 2), both px; shifts that do not follow the others do not count."""
        basis = _cubic(points[:, 0] / size[0], points[:, 1] / size[1])
        weights = np.ones(len(points))
        for _ in range(8):
            weighted = basis * weights[:, None]
            terms = np.linalg.solve(basis.T @ weighted + 1e-3 * np.eye(10), weighted.T @ shifts)
            left = np.hypot(*(shifts - basis @ terms).T)
            weights = 1 / (1 + np.square(left / (2 * max(0.1, float(np.median(left))))))
        return cls(terms, size)

    def at(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the displacement (n x 2, px) at points (n x 2, px of the ground)."""
        return _cubic(points[:, 0] / self.size[0], points[:, 1] / self.size[1]) @ self.terms

    def sources(self, matrix: Matrix, shape: tuple[int, ...]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return, for each pixel of the ground, the x and the y of the picture that the matrix lays on it."""
        ys, xs = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
        u, v = xs / self.size[0], ys / self.size[1]
        dx, dy = (_cubic_sum(u, v, self.terms[:, axis].astype(np.float32)) for axis in (0, 1))
        x, y = xs + dx, ys + dy
        back = (np.linalg.inv(matrix) / np.linalg.inv(matrix)[2, 2]).astype(np.float32)
        w = back[2, 0] * x + back[2, 1] * y + back[2, 2]
        return (
            (back[0, 0] * x + back[0, 1] * y + back[0, 2]) / w,
            (back[1, 0] * x + back[1, 1] * y + back[1, 2]) / w,
        )


def _cubic(u: NDArray, v: NDArray) -> NDArray:
    return np.stack([one for row in _powers(u, v) for one in row], axis=-1)


def _cubic_sum(u: NDArray, v: NDArray, terms: NDArray) -> NDArray:
    total = np.zeros_like(u)
    for term, one in zip(terms, (one for row in _powers(u, v) for one in row), strict=True):
        total += term * one
    return total


def _powers(u: NDArray, v: NDArray) -> list[list[NDArray]]:
    one = np.ones_like(u)
    return [[one, u, v], [u * u, u * v, v * v], [u**3, u * u * v, u * v * v, v**3]]


_BENT_PX, _BENT_SHEET_PX = 0.35, 0.2
"""Where the matrix leaves more, a bend is tried; ink on paper is steep, so sheets must lie more exactly."""
_MOST_BEND_PX = 12.0
_BEND_ROUNDS, _LEAST_BEND_POINTS = 4, 60
_BEND_EXPLAINS = 0.7
"""A bend leaves at most so much of the error; where noise moves the windows it explains next to nothing."""


def refine(a: Grey, b: Grey, matrix: Matrix, bent_px: float = _BENT_PX) -> tuple[Matrix, float, Bend | None]:
    """Make the matrix exact by the shifts of small windows.

    Returns it with their median distance from it in px of b (nan where too few can be followed) and, where that
    stays above `bent_px` (px of what is measured on), the bend that explains them.
    """
    error_px, full, bend = float("nan"), max(b.shape), None
    for side_px in (min(full, 320), min(full, 1_024 if full > 1_100 else 640)):
        scale = side_px / full
        small_b, scales = reduced(b, scale)
        evened_b, down = _evened(small_b), scaling(*scales)
        for _ in range(2):
            moves = _shifts(a, evened_b, down @ matrix)
            step = moves and _agreed(*moves)
            if step is None:
                break
            corrected = np.linalg.inv(down) @ step[0] @ down @ matrix
            corrected = corrected / corrected[2, 2]
            if not is_plausible(corrected):
                break
            matrix, error_px = corrected, step[1] / scale
            if step[2] < 0.1:
                break
    if error_px * scale > bent_px:
        bend, error_px = _bend(a, evened_b, matrix, scale, b.shape, error_px)
    return matrix, error_px, bend


def _bend(
    a: Grey, evened_b: Grey, matrix: Matrix, scale: float, shape: tuple[int, ...], error_px: float
) -> tuple[Bend | None, float]:
    """Return the bend that explains what the matrix leaves, and what is left then: None and the error if none does.

    `evened_b` is the ground at this scale of its shape. A first bend is measured from where the matrix puts things, the
    next ones from where the last bend does: what lay far off comes into reach.
    """
    bend, down, size = None, scaling(scale), shape[1::-1]
    for _ in range(_BEND_ROUNDS):
        laid = bend and Bend(bend.terms * scale, evened_b.shape[1::-1])
        moves = _shifts(a, evened_b, down @ matrix, laid)
        if moves is None:
            break
        points, moved = moves[0] / scale, moves[1] / scale
        shifts = moved - points if bend is None else moved - points + bend.at(moved)
        near = np.hypot(*(moved - points).T) < _MOST_BEND_PX
        if near.sum() < _LEAST_BEND_POINTS:
            break
        fitted = Bend.fitted(points[near], shifts[near], size)
        left_px = float(np.median(np.hypot(*(shifts[near] - fitted.at(points[near])).T)))
        if left_px >= (_BEND_EXPLAINS if bend is None else 1.0) * error_px:
            break
        bend, error_px = fitted, left_px
    return bend, error_px


def _shifts(
    a: Grey, evened_b: Grey, matrix: Matrix, bend: Bend | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Return points of b and where their windows lie in a as it is laid on b (both n x 2, px of b), or None."""
    small_a, whole = reduced_to(a, matrix)
    warped, covered = (f(small_a, whole, evened_b.shape, bend) for f in (laid_on, covered_by))
    inner = cv2.erode(covered.astype(np.uint8), np.ones((5, 5), np.uint8))
    x, y = _evened(warped), evened_b
    spacing = max(5, int(np.sqrt(y.size / _SHIFT_POINTS) * 0.6))
    points = cv2.goodFeaturesToTrack(y, _SHIFT_POINTS, 0.02, spacing, mask=inner, blockSize=7)
    if points is None or len(points) < 12:
        return None
    lk = {"winSize": (_WINDOW_PX, _WINDOW_PX), "maxLevel": 2, "criteria": (3, 20, 0.01)}
    moved, found, _ = cv2.calcOpticalFlowPyrLK(y, x, points, None, **lk)
    back, found_back, _ = cv2.calcOpticalFlowPyrLK(x, y, moved, None, **lk)
    stable = (found & found_back).ravel().astype(bool) & (np.abs(back - points).max(axis=(1, 2)) < 0.5)
    if stable.sum() < 12:
        return None
    return points[stable].reshape(-1, 2).astype(np.float64), moved[stable].reshape(-1, 2).astype(np.float64)


def _agreed(points: NDArray[np.float64], moved: NDArray[np.float64]) -> tuple[Matrix, float, float] | None:
    """Return (how what was laid must still move; median error after it and median shift, in px), or None."""
    cv2.setRNGSeed(1)
    step, mask = cv2.findHomography(moved, points, cv2.USAC_MAGSAC, 1.0, maxIters=1000, confidence=0.999)
    if step is None or mask.sum() < 12:
        return None
    agreed = mask.ravel().astype(bool)
    polished, _ = cv2.findHomography(moved[agreed], points[agreed], 0)
    step = step if polished is None else polished
    left = cv2.perspectiveTransform(moved[:, None], step)[:, 0] - points
    return step, float(np.median(np.hypot(*left.T))), float(np.median(np.hypot(*(moved - points).T)))


_CELLS, _LEAST_IN_CELL = 6, 6


def parallax_px(a: Grey, b: Grey, matrix: Matrix, bend: Bend | None) -> float | None:
    """Return by how many px of b parts of the pictures lie elsewhere than the rest; None where too few can tell.

    The shifts of small windows in 6 x 6 parts of b, less the shift of all and three times their uncertainty; the second
    largest of the parts. A copy is moved as a whole, but a camera that moved sees near things move more than far ones.
    """
    moves = _shifts(a, _evened(b), matrix)
    if moves is None:
        return None
    points, shifts = moves[0], moves[1] - moves[0]
    if bend is not None:
        shifts = shifts - bend.at(points)
    shifts = shifts - np.median(shifts, axis=0)
    near = np.hypot(*shifts.T) < 4
    points, shifts = points[near], shifts[near]
    cells = np.minimum((points / np.array(b.shape[::-1]) * _CELLS).astype(int), _CELLS - 1) @ [1, _CELLS]
    found = []
    for cell in np.unique(cells):
        here = shifts[cells == cell]
        if len(here) >= _LEAST_IN_CELL:
            middle = np.median(here, axis=0)
            spread = 1.4826 * float(np.median(np.hypot(*(here - middle).T)))
            found.append(float(np.hypot(*middle)) - 3 * spread / len(here) ** 0.5)
    return max(0.0, sorted(found)[-2]) if len(found) > 1 else None


def _evened(grey: Grey) -> Grey:
    """Return the picture with contrast evened out everywhere, so that changes of tone do not move windows."""
    x = cv2.GaussianBlur(grey, (0, 0), 1.0).astype(np.float32)
    x -= _means(x, 19)
    x /= np.sqrt(np.maximum(_means(x * x, 29), 0)) + 4
    return np.clip(128 + 48 * x, 0, 255).astype(np.uint8)


def _means(grey: NDArray[np.float32], width_px: int) -> NDArray[np.float32]:
    """Return weighted means around each pixel: two running means, which are near a Gaussian of 0.41 of the width."""
    return cv2.blur(cv2.blur(grey, (width_px, width_px)), (width_px, width_px))
