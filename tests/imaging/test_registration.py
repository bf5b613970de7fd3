"""What was done to a picture is found again, to a fraction of a pixel."""

import cv2
import numpy as np
import pytest
from PIL import Image

from catalog.imaging.registration import (
    Bend,
    Matrix,
    Registration,
    coarse_fit,
    covered_by,
    is_plausible,
    laid_on,
    reduced_to,
    register,
    scale_of,
    scaling,
    whole_frame,
)
from catalog.imaging.working import WorkingPicture
from tests.imaging.drawn import leaves, looked_at, photograph, sheet

WIDTH, HEIGHT = 640, 480
SIZE = WIDTH, HEIGHT
EXACT_PX = 0.3
ORIENTED = {
    1: Image.Transpose.FLIP_LEFT_RIGHT,
    2: Image.Transpose.FLIP_TOP_BOTTOM,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.TRANSPOSE,
    5: Image.Transpose.ROTATE_270,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
}


def shifted(across_px: float, down_px: float) -> Matrix:
    return np.array([[1, 0, across_px], [0, 1, down_px], [0, 0, 1]], np.float64)


def turned(degrees: float, scale: float = 1) -> Matrix:
    about_the_middle = cv2.getRotationMatrix2D(((WIDTH - 1) / 2, (HEIGHT - 1) / 2), degrees, scale)
    return np.vstack([about_the_middle, [0, 0, 1]])


def leaning(corners: list[tuple[float, float]]) -> Matrix:
    whole = [(0, 0), (WIDTH - 1, 0), (WIDTH - 1, HEIGHT - 1), (0, HEIGHT - 1)]
    return cv2.getPerspectiveTransform(np.float32(whole), np.float32(corners))


MIRRORED = np.array([[-1, 0, WIDTH - 1], [0, 1, 0], [0, 0, 1]], np.float64)

CHANGES: dict[str, tuple[Matrix, tuple[int, int]]] = {
    "a quarter of the size": (scaling(0.25), (160, 120)),
    "a third of the size": (scaling(1 / 3), (213, 160)),
    "half the size": (scaling(0.5), (320, 240)),
    "1.6 times the size": (scaling(1.6), (1_024, 768)),
    "stretched": (whole_frame(SIZE, (640, 384), 0), (640, 384)),
    "cropped": (shifted(-100.3, -60.7), (400, 300)),
    "cropped and smaller": (scaling(0.6) @ shifted(-250, -160), (200, 150)),
    "framed": (shifted(40, 30), (720, 560)),
    "tilted by 4 degrees": (turned(4), SIZE),
    "tilted, larger and cropped": (shifted(-120, -90) @ turned(-11, 1.2), (400, 320)),
    "seen at an angle": (leaning([(30, 12), (610, 40), (630, 470), (8, 440)]), SIZE),
    "mirrored and cropped": (shifted(-90, -50) @ MIRRORED, (420, 330)),
}


def changed(picture: Image.Image, matrix: Matrix, size: tuple[int, int]) -> Image.Image:
    """The picture laid by a matrix on a brown table of this size."""
    scale = scale_of(matrix, picture.size)
    colours = np.asarray(picture)
    if scale < 0.8:
        colours = cv2.GaussianBlur(colours, (0, 0), 0.45 / scale)
    return Image.fromarray(
        cv2.warpPerspective(colours, matrix, size, flags=cv2.INTER_CUBIC, borderValue=(120, 110, 90))
    )


def soft_of(picture: Image.Image) -> np.ndarray:
    """The picture as soft as it must be to be sampled at 0.8 of its size."""
    return cv2.GaussianBlur(np.asarray(picture), (0, 0), 0.4)


def points_of(picture: WorkingPicture) -> np.ndarray:
    """144 points spread over a picture: 144 x 1 x 2, px."""
    height, width = picture.grey.shape
    across, down = np.meshgrid(np.linspace(0, width - 1, 12), np.linspace(0, height - 1, 12))
    return np.stack([across, down], axis=-1).reshape(-1, 1, 2)


def farthest_px(found: Registration | None, a: WorkingPicture, truth: Matrix) -> float:
    """How far any point that both show is put from where it lies, in px of the ground; `truth` leads from a."""
    assert found is not None
    truth = truth if found.finer is a else np.linalg.inv(truth)
    points = points_of(found.finer)
    wanted, put = (cv2.perspectiveTransform(points, matrix)[:, 0] for matrix in (truth, found.matrix))
    height, width = found.ground.grey.shape
    is_shown = ((wanted >= 0) & (wanted <= (width - 1, height - 1))).all(axis=1)
    return float(np.hypot(*(wanted - put)[is_shown].T).max())


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    return photograph()


@pytest.fixture(scope="module")
def a(picture) -> WorkingPicture:
    return looked_at(picture, "a")


# ---- what was done is found again ----


@pytest.mark.parametrize("orientation", range(8))
def test_a_picture_is_found_in_every_orientation(picture, a, orientation):
    other = picture.transpose(ORIENTED[orientation]) if orientation else picture
    b = looked_at(other, "b")
    assert farthest_px(register(a, b), a, whole_frame(SIZE, other.size, orientation)) < EXACT_PX


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_done_to_a_picture_is_found_again(picture, a, change):
    matrix, size = CHANGES[change]
    b = looked_at(changed(picture, matrix, size), "b")
    assert farthest_px(register(a, b), a, matrix) < EXACT_PX
    assert farthest_px(register(b, a), a, matrix) < EXACT_PX


def test_the_finer_picture_is_laid_on_the_coarser_one_whichever_is_named_first(picture, a):
    b = looked_at(changed(picture, *CHANGES["half the size"]), "b")
    for found in (register(a, b), register(b, a)):
        assert found.finer is a
        assert found.ground is b


def test_other_tones_do_not_move_a_picture(picture, a):
    b = looked_at(Image.fromarray((255 * (np.asarray(picture) / 255) ** 1.6).astype(np.uint8)), "b")
    assert farthest_px(register(a, b), a, np.eye(3)) < EXACT_PX


@pytest.mark.parametrize("scan", [2, 3, 4])
@pytest.mark.parametrize("degrees", [-1.1, 0.2, 0.45, 0.7])
def test_a_sheet_that_was_scanned_askew_lies_where_it_lay(degrees, scan):
    matrix = np.vstack([cv2.getRotationMatrix2D((582, 413), degrees, 1), [0, 0, 1]])
    scanned = np.asarray(sheet(scan=scan))
    again = cv2.warpPerspective(scanned, matrix, (1_165, 827), flags=cv2.INTER_CUBIC, borderValue=246)
    a, b = (looked_at(one, name, is_page=True) for one, name in ((sheet(), "a"), (Image.fromarray(again), "b")))
    assert farthest_px(register(a, b), a, matrix) < EXACT_PX


def test_every_sample_photograph_is_found_in_its_tilted_crop(shared):
    paths = sorted(path for path in (shared / "samples" / "photos").iterdir() if path.suffix == ".jpg")[::20]
    assert len(paths) > 3
    for path in paths:
        with Image.open(path) as file:
            picture = file.convert("RGB").resize(SIZE, Image.Resampling.LANCZOS)
        matrix = shifted(-60, -40) @ turned(3)
        a, b = looked_at(picture, "a"), looked_at(changed(picture, matrix, (500, 400)), "b")
        assert farthest_px(register(a, b), a, matrix) < EXACT_PX, path.name


def test_every_sample_photograph_is_found_in_a_quarter_of_it(shared):
    paths = sorted(path for path in (shared / "samples" / "photos").iterdir() if path.suffix == ".jpg")[::8]
    assert len(paths) > 10
    for path in paths:
        with Image.open(path) as file:
            picture = file.convert("RGB").resize((960, 720), Image.Resampling.LANCZOS)
        a, b = looked_at(picture, "a"), looked_at(picture.crop((240, 200, 720, 560)), "b")
        assert farthest_px(register(a, b), a, shifted(-240, -200)) < 2, path.name


# ---- what has nothing in common ----


@pytest.mark.parametrize("seed", range(1, 5))
def test_unrelated_pictures_have_no_good_fit(a, seed):
    b = looked_at(photograph(seed=seed), "b")
    found = register(a, b)
    assert found is None or coarse_fit(found.finer.grey, found.ground.grey, found.matrix) < 0.6


@pytest.mark.parametrize("levels", [(0, 0, 0), (255, 255, 255), (90, 120, 30)])
def test_nothing_lies_on_a_flat_picture(a, levels):
    assert register(a, looked_at(Image.new("RGB", SIZE, levels), "b")) is None


# ---- what no plane explains ----


def strays_px(found: Registration | None, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """How far what is put at each pixel of the ground lies from where it was taken, in px of the ground."""
    assert found is not None
    shape, size = xs.shape, xs.shape[::-1]
    bend = found.bend or Bend(np.zeros((10, 2)), size)
    across, down = bend.sources(found.matrix, shape)
    return np.hypot(across - xs, down - ys) * scale_of(found.matrix, found.finer.grey.shape[::-1])


@pytest.mark.parametrize("corners_px", [(8, 6, -5, 7), (-11, 4, 9, -6)])
def test_a_quadrilateral_that_is_no_perspective_is_followed(picture, a, corners_px):
    width, height = 480, 360
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = columns / (width - 1), rows / (height - 1)
    p, q, r, s = corners_px
    xs = u * (WIDTH - 1) + p * u * v + q * (1 - u) * v
    ys = v * (HEIGHT - 1) + r * u * v + s * u * (1 - v)
    bent = cv2.remap(soft_of(picture), xs, ys, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    strays = strays_px(register(a, looked_at(Image.fromarray(bent), "b")), xs, ys)
    assert np.percentile(strays[4:-4, 4:-4], 99) < EXACT_PX


def test_a_picture_that_bulges_is_followed():
    flat = leaves(800, 600)
    rows, columns = np.mgrid[0:480, 0:640].astype(np.float32)
    xs = columns * 1.25 + 6 * np.sin(np.pi * columns / 640) * np.sin(np.pi * rows / 480)
    ys = rows * 1.25 + 4 * np.sin(np.pi * columns / 640)
    bulging = Image.fromarray(cv2.remap(soft_of(flat), xs, ys, cv2.INTER_CUBIC))
    found = register(looked_at(flat, "a"), looked_at(bulging, "b"))
    assert found.bend is not None
    assert np.median(strays_px(found, xs, ys)) < EXACT_PX


def test_a_plane_seen_at_an_angle_is_not_said_to_bend(picture, a):
    b = looked_at(changed(picture, *CHANGES["seen at an angle"]), "b")
    assert register(a, b).bend is None


# ---- matrices ----


@pytest.mark.parametrize("orientation", range(8))
def test_a_whole_frame_leads_corners_to_corners(orientation):
    corners = np.array([[[-0.5, -0.5]], [[639.5, -0.5]], [[639.5, 479.5]], [[-0.5, 479.5]]])
    put = cv2.perspectiveTransform(corners, whole_frame(SIZE, (320, 200), orientation))[:, 0]
    assert {tuple(np.round(point, 6)) for point in put} == {(-0.5, -0.5), (319.5, -0.5), (319.5, 199.5), (-0.5, 199.5)}


@pytest.mark.parametrize("orientation", range(1, 8))
def test_a_whole_frame_turns_as_pictures_are_turned(picture, orientation):
    other = np.asarray(picture.transpose(ORIENTED[orientation]))
    placed = np.asarray(picture), whole_frame(SIZE, other.shape[1::-1], orientation), other.shape
    laid, covered = laid_on(*placed), covered_by(*placed)
    assert (laid == other)[covered].all()


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        (np.eye(3), True),
        (scaling(0.02), True),
        (scaling(0.001), False),
        (scaling(500), False),
        (np.diag([3.0, 1.0, 1.0]), False),
        (np.diag([0.0, 1.0, 1.0]), False),
    ],
)
def test_no_copy_is_squeezed_flat_or_scaled_a_hundredfold(matrix, expected):
    assert is_plausible(matrix) is expected


def test_the_scale_is_that_at_the_middle():
    assert scale_of(scaling(0.25), SIZE) == pytest.approx(0.25)
    assert scale_of(turned(30, 1.5) @ MIRRORED, SIZE) == pytest.approx(1.5)


def test_a_reduced_picture_lies_where_the_whole_one_lay(picture):
    matrix = shifted(7.25, -3.5) @ scaling(0.3)
    small, whole = reduced_to(np.asarray(picture), matrix)
    assert small.shape == (144, 192, 3)
    height, width = small.shape[:2]
    corner = np.array([[[WIDTH - 0.5, HEIGHT - 0.5]]])
    small_corner = np.array([[[width - 0.5, height - 0.5]]])
    lies, lay = cv2.perspectiveTransform(small_corner, whole), cv2.perspectiveTransform(corner, matrix)
    assert lies == pytest.approx(lay)
