"""A faithful copy differs nowhere; what was changed shows, and where. Measured on pictures drawn in code."""

import io
import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

from catalog.imaging.evidence import NOTICEABLE, Evidence, Region, compare, measure, tones
from catalog.imaging.residue import is_less
from catalog.imaging.rule import ABRUPT, SAME_SCAN_NOISE, SMOOTH, FileFacts, Supports, judge
from catalog.imaging.working import WorkingPicture
from tests.imaging.drawn import leaves, looked_at, photograph, sheet

Box = tuple[int, int, int, int]


def coded(picture: Image.Image, file_format: str, quality: int) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, file_format, quality=quality)
    return Image.open(file).convert("RGB")


def scaled(picture: Image.Image, scale: float, down: float | None = None) -> Image.Image:
    size = round(picture.width * scale), round(picture.height * (down or scale))
    return picture.resize(size, Image.Resampling.LANCZOS)


def unevenly_lit(picture: Image.Image) -> Image.Image:
    light = np.linspace(0.75, 1.0, picture.width)[None, :, None] * np.linspace(1.0, 0.85, picture.height)[:, None, None]
    return Image.fromarray((np.asarray(picture) * light).astype(np.uint8))


COPIES = {
    "JPEG at quality 85": lambda p: coded(p, "JPEG", 85),
    "JPEG at quality 50": lambda p: coded(p, "JPEG", 50),
    "JPEG at quality 20": lambda p: coded(p, "JPEG", 20),
    "WebP": lambda p: coded(p, "WEBP", 70),
    "half the size": lambda p: scaled(p, 0.5),
    "a quarter of the size": lambda p: scaled(p, 0.25),
    "half the size, JPEG at quality 50": lambda p: coded(scaled(p, 0.5), "JPEG", 50),
    "enlarged": lambda p: scaled(p, 1.5),
    "darker": lambda p: ImageEnhance.Brightness(p).enhance(0.65),
    "brighter, clipped": lambda p: ImageEnhance.Brightness(p).enhance(1.35),
    "contrast, clipped": lambda p: ImageEnhance.Contrast(p).enhance(1.5),
    "gamma": lambda p: p.point([round(255 * (level / 255) ** 1.7) for level in range(256)] * 3),
    "grey": lambda p: p.convert("L"),
    "automatic levels": lambda p: ImageOps.autocontrast(p, cutoff=1),
    "unevenly lit": unevenly_lit,
    "blurred": lambda p: p.filter(ImageFilter.GaussianBlur(1.3)),
    "sharpened": lambda p: p.filter(ImageFilter.UnsharpMask(2, 60, 0)),
    "stretched": lambda p: scaled(p, 1.0, down=0.8),
    "turned by 90 degrees": lambda p: p.transpose(Image.Transpose.ROTATE_90),
    "turned by 180 degrees": lambda p: p.transpose(Image.Transpose.ROTATE_180),
    "turned by 270 degrees, smaller": lambda p: scaled(p.transpose(Image.Transpose.ROTATE_270), 0.6),
}


def painted(picture: Image.Image, paint) -> Image.Image:
    copy = picture.copy()
    paint(ImageDraw.Draw(copy))
    return copy


def drawn_over(picture: Image.Image, paint) -> Image.Image:
    """What `paint` draws on the picture, light where that is dark and dark where it is light."""
    mask = np.asarray(painted(Image.new("L", picture.size, 0), paint))[..., None] > 128
    is_dark = np.asarray(picture.convert("L"))[..., None] < 128
    return Image.fromarray(np.where(mask, np.where(is_dark, (255, 220, 120), (90, 10, 10)), picture).astype(np.uint8))


def watermarked(picture: Image.Image) -> Image.Image:
    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    ImageDraw.Draw(layer).text((180, 200), "COPY", font=ImageFont.load_default(90), fill=(255, 255, 255, 90))
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")


def date_stamp(draw: ImageDraw.ImageDraw) -> None:
    draw.text((420, 440), "2026-03-14", font=ImageFont.load_default(30), fill=255)


DIFFERENCES: dict[str, tuple[Callable[[Image.Image], Image.Image], Box]] = {
    "a circle": (
        lambda p: drawn_over(p, lambda draw: draw.ellipse((200, 150, 300, 250), outline=255, width=5)),
        (200, 150, 300, 250),
    ),
    "a date stamp": (lambda p: drawn_over(p, date_stamp), (422, 447, 570, 466)),
    "a faint watermark": (watermarked, (190, 225, 404, 285)),
    "a dot of 9 px": (
        lambda p: drawn_over(p, lambda draw: draw.ellipse((200, 150, 208, 158), fill=255)),
        (200, 150, 208, 158),
    ),
    "something painted over": (
        lambda p: drawn_over(p, lambda draw: draw.rectangle((250, 180, 290, 220), fill=255)),
        (250, 180, 290, 220),
    ),
}


def facts(picture: WorkingPicture) -> FileFacts:
    return FileFacts(picture.name, picture.is_page, picture.width_px, picture.height_px, {})


def said_of(evidence: Evidence, a: WorkingPicture, b: WorkingPicture) -> Supports:
    return judge(evidence, *map(facts, sorted((a, b), key=lambda picture: picture.name))).supports


def reach(evidence: Evidence, size: tuple[int, int]) -> Box:
    """The box around all regions, in px of a picture of this size."""
    regions, (width, height) = evidence.regions, size
    return (
        round(min(r.left for r in regions) * width),
        round(min(r.top for r in regions) * height),
        round(max(r.right for r in regions) * width),
        round(max(r.bottom for r in regions) * height),
    )


def covers(outer: Box, inner: Box) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    return photograph()


@pytest.fixture(scope="module")
def a(picture) -> WorkingPicture:
    return looked_at(picture, "a")


@pytest.fixture(scope="module")
def page() -> WorkingPicture:
    return looked_at(sheet(), "a", is_page=True)


def page_of(picture: Image.Image) -> WorkingPicture:
    return looked_at(picture, "b", is_page=True)


# ---- faithful copies ----


@pytest.mark.parametrize("change", COPIES)
def test_a_faithful_copy_differs_nowhere(picture, a, change):
    b = looked_at(COPIES[change](picture), "b")
    evidence = measure(a, b)
    assert evidence.worst < 0.8 * NOTICEABLE
    assert not evidence.regions
    assert evidence.differing == 0
    assert min(evidence.cover_a, evidence.cover_b) > 0.98
    assert said_of(evidence, a, b) == Supports.SAME_IMAGE


def test_two_changed_copies_of_one_picture_differ_nowhere(picture):
    a = looked_at(ImageEnhance.Brightness(scaled(picture, 0.75)).enhance(0.7), "a")
    b = looked_at(coded(picture.transpose(Image.Transpose.ROTATE_90).convert("L"), "JPEG", 40), "b")
    evidence = measure(a, b)
    assert not evidence.regions
    assert said_of(evidence, a, b) == Supports.SAME_IMAGE


def test_grey_leaves_with_grain_are_the_same_at_half_the_size():
    a, b = (
        looked_at(leaves(800, 600), "a"),
        looked_at(leaves(800, 600).resize((400, 300), Image.Resampling.LANCZOS), "b"),
    )
    assert measure(a, b).worst < NOTICEABLE


def test_uneven_light_is_measured_and_explained(picture, a):
    evidence = measure(a, looked_at(unevenly_lit(picture), "b"))
    assert evidence.unevenness > 0.2
    assert evidence.worst < NOTICEABLE
    assert measure(a, looked_at(coded(picture, "JPEG", 80), "b")).unevenness < 0.05


def test_what_is_less_sharp_is_measured(picture, a):
    evidence = measure(a, looked_at(picture.filter(ImageFilter.GaussianBlur(1.3)), "b"))
    assert evidence.blur_px == pytest.approx(1.3, abs=0.2)


def test_tones_of_a_negative_run_downwards():
    levels = np.tile(np.arange(256, dtype=np.uint8), (64, 1))
    spots = tuple(part.ravel() for part in np.indices(levels.shape))
    source = np.repeat(levels[..., None], 3, axis=2)
    curves, light = tones(source, 255.0 - levels.astype(np.float32), spots)
    assert np.abs(curves.sum(axis=1)[8:-8] - np.arange(255, -1, -1)[8:-8]).max() < 6
    assert np.ptp(light) < 0.1


def test_a_negative_is_never_the_same_picture(picture, a):
    b = looked_at(ImageOps.invert(picture), "b")
    assert said_of(measure(a, b), a, b) != Supports.SAME_IMAGE


# ---- what was changed ----


def assert_shown(evidence: Evidence, box: Box, size: tuple[int, int] = (640, 480)) -> None:
    """The regions reach over all of the box (px of a picture of this size) and 14 px around it at most."""
    left, top, right, bottom = box
    assert evidence.worst > NOTICEABLE
    assert covers((left - 14, top - 14, right + 14, bottom + 14), reach(evidence, size))
    assert covers(reach(evidence, size), (left + 6, top + 6, right - 6, bottom - 6))


@pytest.mark.parametrize("change", DIFFERENCES)
def test_what_was_changed_shows_and_where(picture, a, change):
    change, box = DIFFERENCES[change]
    b = looked_at(change(picture), "b")
    evidence = measure(a, b)
    assert_shown(evidence, box)
    assert said_of(evidence, a, b) == Supports.DERIVATIVE


@pytest.mark.parametrize("change", ["a circle", "a date stamp", "a faint watermark", "something painted over"])
@pytest.mark.parametrize("copy", ["JPEG at quality 50", "half the size", "darker", "grey", "turned by 90 degrees"])
def test_what_was_changed_shows_in_a_copy_too(picture, a, change, copy):
    b = looked_at(COPIES[copy](DIFFERENCES[change][0](picture)), "b")
    evidence = measure(a, b)
    assert evidence.worst > NOTICEABLE
    assert evidence.differing < 0.12
    assert said_of(evidence, a, b) == Supports.DERIVATIVE


def test_something_that_moved_by_12_px_shows_where_it_was_and_where_it_is(picture):
    one, other = (
        looked_at(drawn_over(picture, lambda draw, x=x: draw.ellipse((x, 200, x + 30, 230), fill=255)), name)
        for x, name in ((300, "a"), (312, "b"))
    )
    evidence = measure(one, other)
    assert_shown(evidence, (300, 200, 342, 230))
    assert said_of(evidence, one, other) != Supports.SAME_IMAGE


def test_regions_are_shares_of_the_picture_and_of_what_was_compared(picture, a):
    evidence = measure(a, looked_at(coded(DIFFERENCES["a date stamp"][0](picture), "JPEG", 60), "b"))
    assert all(0 <= r.left < r.right <= 1 and 0 <= r.top < r.bottom <= 1 for r in evidence.regions)
    assert sum(r.area for r in evidence.regions) == pytest.approx(evidence.differing)
    assert max(r.worst for r in evidence.regions) == evidence.worst
    assert list(evidence.regions) == sorted(evidence.regions, key=lambda region: -region.area)


def test_the_map_of_differences_is_dark_but_where_they_are(picture, a):
    change, (left, top, right, bottom) = DIFFERENCES["something painted over"]
    comparison = compare(a, looked_at(change(picture), "b"))
    assert comparison.differences[top:bottom, left:right].max() == pytest.approx(comparison.evidence.worst)
    elsewhere = comparison.differences.copy()
    elsewhere[top - 12 : bottom + 12, left - 12 : right + 12] = 0
    assert elsewhere.max() < NOTICEABLE


def test_a_crop_covers_its_share_and_differs_nowhere(picture, a):
    b = looked_at(picture.crop((64, 48, 448, 336)), "b")
    evidence = measure(a, b)
    assert (evidence.cover_a, evidence.cover_b) == pytest.approx((0.36, 1), abs=0.005)
    assert evidence.part_a == pytest.approx((0.1, 0.1, 0.7, 0.7), abs=0.005)
    assert evidence.part_b == pytest.approx((0, 0, 1, 1), abs=0.005)
    assert evidence.worst < NOTICEABLE
    assert said_of(evidence, a, b) == Supports.DERIVATIVE
    kept = Evidence.from_json(json.loads(json.dumps(evidence.to_json())))
    assert kept.part_a == tuple(float(f"{share:.6g}") for share in evidence.part_a)


def test_a_mirror_image_is_told_from_a_turn(picture, a):
    evidence = measure(a, looked_at(ImageOps.mirror(picture), "b"))
    assert evidence.is_mirrored
    assert evidence.worst < NOTICEABLE


@pytest.mark.parametrize(
    ("turn", "degrees"),
    [(Image.Transpose.ROTATE_270, 90), (Image.Transpose.ROTATE_90, -90), (Image.Transpose.ROTATE_180, 180)],
)
def test_turns_are_measured_clockwise(picture, a, turn, degrees):
    evidence = measure(a, looked_at(picture.transpose(turn), "b"))
    assert not evidence.is_mirrored
    assert abs(evidence.turned_degrees) == pytest.approx(abs(degrees), abs=0.1)
    assert abs(degrees) == 180 or evidence.turned_degrees == pytest.approx(degrees, abs=0.1)


def test_sizes_are_compared_as_filed(picture):
    whole = picture.resize((1_600, 1_200), Image.Resampling.BICUBIC)
    large, small = looked_at(whole, "b"), looked_at(scaled(whole, 0.5), "a")
    assert large.grey.shape == (768, 1_024)
    evidence = measure(small, large)
    assert evidence.scale == pytest.approx(0.5, abs=0.001)
    assert evidence.finer == "b"


def test_another_picture_has_nothing_in_common(a):
    b = looked_at(photograph(seed=17), "b")
    assert said_of(measure(a, b), a, b) == Supports.DIFFERENT


# ---- sheets of paper ----


@pytest.mark.parametrize("number", ["30514411", "38514417", "30514418"])
def test_one_changed_digit_of_a_sheet_shows(page, number):
    b = page_of(sheet(number, scan=2))
    evidence = measure(page, b)
    assert evidence.worst > NOTICEABLE
    left, top, right, bottom = reach(evidence, (1_165, 827))
    assert 370 <= left < right <= 540
    assert 140 <= top < bottom <= 190
    assert said_of(evidence, page, b) == Supports.DIFFERENT


def test_one_changed_digit_of_a_sheet_shows_at_half_the_size(page):
    b = page_of(scaled(sheet("30514447", scan=2), 0.5))
    assert said_of(measure(page, b), page, b) == Supports.DIFFERENT


def test_a_sheet_and_its_copies_differ_nowhere(page):
    for b in (page_of(coded(sheet(), "JPEG", 50)), page_of(scaled(sheet(), 0.5)), page_of(sheet(scan=5))):
        assert said_of(measure(page, b), page, b) == Supports.SAME_IMAGE


def test_a_sheet_that_was_scanned_again_askew_is_not_said_to_differ(page):
    again = sheet(scan=4).rotate(0.6, Image.Resampling.BICUBIC, fillcolor=246)
    assert said_of(measure(page, page_of(again)), page, page_of(again)) in (Supports.SAME_IMAGE, Supports.OPEN)


def photographed_again(picture: Image.Image, seed: int) -> Image.Image:
    """A print on a desk: seen askew, softer, in uneven light, with grain."""
    rng = np.random.default_rng(seed)
    picture = picture.convert("RGB").resize(
        (round(picture.width * 0.64), round(picture.height * 0.64)), Image.Resampling.LANCZOS
    )
    width, height = picture.size
    signs = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1]])
    corners = np.array([[0, 0], [0, height], [width, height], [width, 0]]) + signs * rng.uniform(0.02, 0.1, (4, 2)) * [
        width,
        height,
    ]
    desk = picture.transform(
        picture.size, Image.Transform.QUAD, corners.ravel().tolist(), Image.Resampling.BICUBIC, fillcolor=(120, 100, 80)
    )
    soft = np.asarray(unevenly_lit(desk.filter(ImageFilter.GaussianBlur(1.2))), np.float32)
    return Image.fromarray(np.clip(soft + rng.normal(0, 5, soft.shape), 0, 255).astype(np.uint8))


@pytest.mark.parametrize("seed", range(6))
def test_a_sheet_that_was_photographed_again_differs_nowhere_and_its_twin_in_the_digit(page, seed):
    again = looked_at(photographed_again(sheet("30514417"), seed), "b", is_page=True)
    found = measure(page, again)
    twin = measure(looked_at(sheet("30514412", scan=3), "c", is_page=True), again)
    assert found.worst <= NOTICEABLE
    assert is_less(found.residue, twin.residue) or twin.worst > NOTICEABLE


@pytest.mark.parametrize("scan", [2, 3])
def test_ink_that_was_added_to_a_sheet_is_known_as_such(page, scan):
    font = ImageFont.load_default(30)
    stamped = painted(sheet(scan=scan), lambda draw: draw.text((880, 44), "RECEIVED", font=font, fill=70))
    evidence = measure(page, page_of(stamped))
    assert all(region.spread_a < 6 < region.spread_b for region in evidence.regions)
    assert said_of(evidence, page, page_of(stamped)) == Supports.OPEN


def test_the_noise_of_one_scan_agrees_and_that_of_two_does_not(page):
    assert measure(page, page_of(coded(sheet(), "JPEG", 85))).noise_alike > SAME_SCAN_NOISE
    assert measure(page, page_of(sheet(scan=9))).noise_alike < SAME_SCAN_NOISE


def test_the_height_of_characters_is_measured_on_sheets_alone(page, a):
    half = measure(page, page_of(scaled(sheet(), 0.5)))
    whole = measure(page, page_of(sheet(scan=3)))
    assert 10 <= whole.glyph_px <= 16
    assert half.glyph_px == pytest.approx(whole.glyph_px / 2, abs=1.5)
    assert measure(a, replace(a, name="b")).glyph_px == 0


# ---- which is named first ----


SIDES = st.tuples(st.sampled_from(sorted(COPIES)), st.sampled_from(["", *sorted(DIFFERENCES)]))


@given(SIDES, SIDES)
@settings(max_examples=6, deadline=None)
def test_evidence_is_the_same_whichever_is_asked_about(one, other):
    picture = photograph(360, 270, seed=5)
    a, b = (
        looked_at(COPIES[copy](DIFFERENCES[change][0](picture) if change else picture), name)
        for (copy, change), name in ((one, "a"), (other, "b"))
    )
    assert measure(a, b).to_json() == measure(b, a).to_json()


@pytest.mark.parametrize("change", ["half the size", "JPEG at quality 50", "turned by 90 degrees", "unevenly lit"])
@pytest.mark.parametrize("difference", ["", "a date stamp"])
def test_what_is_said_does_not_depend_on_the_names(picture, change, difference):
    changed = DIFFERENCES[difference][0](picture) if difference else picture
    one, other = looked_at(picture, "a"), looked_at(COPIES[change](changed), "b")
    swapped = replace(one, name="b"), replace(other, name="a")
    forth, back = measure(one, other), measure(*swapped)
    assert (back.worst > NOTICEABLE) == (forth.worst > NOTICEABLE) == bool(difference)
    assert back.scale == pytest.approx(forth.scale, abs=0.001)
    assert (back.cover_a, back.cover_b) == pytest.approx((forth.cover_b, forth.cover_a), abs=0.003)
    assert said_of(forth, one, other) == said_of(back, *swapped)


# ---- kept as JSON ----


def test_evidence_comes_back_from_json_as_it_was(picture, a):
    evidence = measure(a, looked_at(DIFFERENCES["a date stamp"][0](picture), "b"))
    kept = json.loads(json.dumps(evidence.to_json(), allow_nan=False))
    again = Evidence.from_json(kept)
    assert again.to_json() == evidence.to_json()
    assert isinstance(again.regions[0], Region)
    assert len(again.matrix) == 9


def test_evidence_of_nothing_comes_back_too():
    assert Evidence.from_json(Evidence(registered=False).to_json()) == Evidence(registered=False)


# ---- odd pictures ----


def odd(kind: str, size: tuple[int, int], name: str, is_page: bool) -> WorkingPicture:
    levels = {"white": 255, "black": 0, "grey": 90}
    if kind in levels:
        return looked_at(Image.new("RGB", size, (levels[kind],) * 3), name, is_page=is_page)
    whole = {"photograph": photograph(640, 480), "sheet": sheet().convert("RGB")}[kind]
    return looked_at(whole.resize(size, Image.Resampling.LANCZOS), name, is_page=is_page)


ODD_SIZES = [(1, 1), (1, 900), (1_400, 1), (3, 2), (1_024, 12), (1_024, 40), (40, 30), (64, 64), (200, 90)]
ODD = st.tuples(
    st.sampled_from(["white", "black", "grey", "photograph", "sheet"]), st.sampled_from(ODD_SIZES), st.booleans()
)


@given(ODD, ODD)
@settings(max_examples=30, deadline=None)
def test_no_pair_of_odd_pictures_raises_or_is_merged_for_want_of_structure(one, other):
    a, b = (odd(kind, size, name, is_page) for (kind, size, is_page), name in ((one, "a"), (other, "b")))
    evidence = measure(a, b)
    json.dumps(evidence.to_json(), allow_nan=False)
    if one[0] != other[0]:
        assert said_of(evidence, a, b) != Supports.SAME_IMAGE


@pytest.mark.parametrize("size", [(40, 30), (24, 24), (16, 200)])
def test_tiny_pictures_hold_too_little_to_be_the_same(picture, size):
    a, b = (looked_at(picture.resize(size), name) for name in "ab")
    assert said_of(measure(a, b), a, b) != Supports.SAME_IMAGE


def test_patterns_that_repeat_do_not_raise():
    stripes = Image.fromarray((np.indices((400, 400))[1] // 10 % 2 * 255).astype(np.uint8))
    checks = Image.fromarray((np.indices((400, 400)).sum(axis=0) // 8 % 2 * 255).astype(np.uint8))
    a, b = looked_at(stripes, "a"), looked_at(checks, "b")
    assert said_of(measure(a, b), a, b) != Supports.SAME_IMAGE


# ---- on real pictures ----


def opened(path, side_px: int = 640) -> Image.Image:
    with Image.open(path) as file:
        return ImageOps.contain(ImageOps.exif_transpose(file).convert("RGB"), (side_px, side_px))


def test_copies_of_sample_photographs_are_the_same_and_marked_ones_are_not(shared):
    paths = sorted(path for path in (shared / "samples" / "photos").iterdir() if path.suffix == ".jpg")[5::25]
    assert len(paths) > 3
    for path in paths:
        picture = opened(path)
        a = looked_at(picture, "a")
        for change in ("JPEG at quality 50", "half the size"):
            b = looked_at(COPIES[change](picture), "b")
            assert said_of(measure(a, b), a, b) == Supports.SAME_IMAGE, (path.name, change)
        b = looked_at(DIFFERENCES["a circle"][0](picture), "b")
        assert said_of(measure(a, b), a, b) == Supports.DERIVATIVE, path.name


def test_neighbouring_shots_of_sample_sequences_are_never_the_same(shared):
    folders = [folder for folder in sorted((shared / "samples" / "sequences").iterdir()) if folder.is_dir()]
    for folder in folders:
        shots = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".jpg", ".png"))[:3]
        seen = [looked_at(opened(path), f"{place}") for place, path in enumerate(shots)]
        for one, other in zip(seen, seen[1:], strict=False):
            assert said_of(measure(one, other), one, other) != Supports.SAME_IMAGE, folder.name


# ---- what a tone curve must not hide, and what lies around ----


@pytest.mark.parametrize("levels", [60, 110, 180])
def test_a_watermark_shows_on_a_sheet_in_black_and_white(levels):
    """Black text that became grey can be explained from the grey side: all dark levels are black."""
    clean = sheet().point([255 * (level > 128) for level in range(256)])
    marked = clean.convert("RGBA")
    layer = Image.new("RGBA", clean.size, (0, 0, 0, 0))
    ImageDraw.Draw(layer).text((300, 380), "COPY", font=ImageFont.load_default(140), fill=(255, 255, 255, levels))
    marked = Image.alpha_composite(marked, layer).convert("RGB")
    page = looked_at(clean, "a", is_page=True)
    assert measure(page, page_of(marked)).worst > NOTICEABLE
    assert measure(page, page_of(coded(clean.convert("RGB"), "JPEG", 50))).worst < NOTICEABLE


def test_a_mark_lighter_than_all_else_shows_on_a_soft_grey_picture(picture):
    """A curve must not explain a mark by its level, which nothing else in the picture has."""
    grey = picture.convert("L").point(lambda level: 110 + level // 4).filter(ImageFilter.GaussianBlur(3)).convert("RGB")
    marked = grey.copy()
    ImageDraw.Draw(marked).text((250, 200), "COPY", fill=(205, 205, 205), font=ImageFont.load_default(48))
    evidence = measure(looked_at(grey, "a"), looked_at(coded(marked, "JPEG", 85), "b"))
    assert evidence.worst > NOTICEABLE


def test_a_rare_colour_is_not_left_to_chance(picture):
    """A small white light in a picture of warm colours: the same in a copy, whatever curves explain the rest."""
    red, green, _ = picture.split()
    warm = Image.merge("RGB", (red, green.point(lambda level: level // 2), green.point(lambda level: level // 6)))
    ImageDraw.Draw(warm).ellipse((301, 203, 309, 211), fill=(236, 240, 232))
    lit = warm.filter(ImageFilter.GaussianBlur(1.2))
    evidence = measure(looked_at(lit, "a"), looked_at(coded(lit.transpose(Image.Transpose.ROTATE_90), "JPEG", 85), "b"))
    assert evidence.worst < 0.6
    assert evidence.offset < 2


@pytest.mark.parametrize("strength", [1.0, 0.6, 1.3])
def test_a_colour_of_which_nothing_else_tells_is_explained_as_grey_is(strength):
    """White lights on a yellow flower: all else is yellow, so no other pixel tells what becomes of blue."""
    rng = np.random.default_rng(5)
    red = np.linspace(20, 190, 200 * 200).reshape(200, 200)
    yellow = np.stack([red, 0.7 * red, 0.15 * red], axis=2) + rng.normal(0, 4, (200, 200, 3))
    source = np.clip(yellow, 0, 255).astype(np.uint8)
    target = strength * (source @ np.array([0.299, 0.587, 0.114])) + rng.normal(0, 2, red.shape)
    spots = tuple(index.ravel() for index in np.mgrid[0:200:3, 0:200:3])
    curves, _ = tones(source, target.astype(np.float32), spots)
    light = (190, 180, 175)
    explained = sum(curves[level, channel] for channel, level in enumerate(light))
    assert explained == pytest.approx(strength * 181.7, abs=12)


def test_a_black_mark_on_paper_bends_no_curve():
    """Nothing else on the sheet is black: a curve on which black is white would explain the mark away."""
    rng = np.random.default_rng(7)
    grey = np.where(rng.random((200, 200)) < 0.1, 60.0, 250.0) + rng.normal(0, 2, (200, 200))
    marked = grey.copy()
    marked[150:190, 100:190] = 0
    marked_rgb = np.repeat(np.clip(marked, 0, 255).astype(np.uint8)[..., None], 3, 2)
    spots = tuple(index.ravel() for index in np.mgrid[0:200:3, 0:200:3])
    for target, falls in ((grey, 1), (255 - grey, -1)):
        curves, _ = tones(marked_rgb, target.astype(np.float32), spots)
        assert (falls * np.diff(curves.sum(axis=1)[:64]) > -0.5).all()


def test_what_bears_no_writing_is_compared_as_a_picture():
    drawing = Image.new("RGB", (700, 900), "white")
    ImageDraw.Draw(drawing).polygon(((350, 120), (120, 700), (600, 700)), fill=(30, 60, 160))
    a, b = looked_at(drawing, "a", is_page=True), page_of(drawing.rotate(90, expand=True))
    evidence = measure(a, b)
    assert evidence.are_sheets is False
    assert said_of(evidence, a, b) is Supports.SAME_IMAGE
    marked = drawing.copy()
    ImageDraw.Draw(marked).text((40, 40), "CRACK 12 MM - SEE SHEET A-3", fill=(230, 20, 20), font_size=30)
    ImageDraw.Draw(marked).ellipse((300, 400, 460, 560), outline=(230, 20, 20), width=8)
    b = page_of(marked)
    assert said_of(measure(a, b), a, b) is Supports.DERIVATIVE


def test_sheets_with_writing_are_compared_as_sheets(page):
    assert measure(page, page_of(sheet(scan=2))).are_sheets is True


def set_in(picture: Image.Image, edge: int, colour: int) -> Image.Image:
    return ImageOps.expand(picture.convert("RGB"), edge, (colour,) * 3)


def test_a_frame_begins_abruptly_and_a_scene_goes_on(picture, a):
    framed = measure(a, looked_at(set_in(picture, 50, 250), "b"))
    assert framed.border_b > ABRUPT > SMOOTH
    crop = measure(a, looked_at(picture.crop((90, 70, 520, 400)), "b"))
    assert crop.border_a < SMOOTH
    assert (framed.border_a, crop.border_b) == (None, None)


def test_the_blank_margin_of_a_sheet_goes_on(page):
    crop = measure(page, page_of(sheet().crop((60, 20, 1_110, 800))))
    assert crop.border_a < SMOOTH


def test_two_photographs_of_sheets_are_compared_as_sheets():
    """By their look neither is a scan, and a changed number is a small part of a scene."""
    one, other = (
        looked_at(photographed_again(sheet(number, scan=seed), seed), name)
        for seed, (name, number) in enumerate((("a", "30514417"), ("b", "88020935")))
    )
    found = measure(one, other)
    assert found.glyph_px > 0
    assert judge(found, FileFacts("a", False, 746, 529, {}), FileFacts("b", False, 746, 529, {})).supports in (
        Supports.DIFFERENT, Supports.OPEN,
    )  # fmt: skip
