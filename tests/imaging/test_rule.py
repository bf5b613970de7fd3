"""What the rule says of measurements, case by case: no pictures here."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.imaging import rule
from catalog.imaging.evidence import NOTICEABLE, Evidence, Region
from catalog.imaging.rule import FileFacts, Supports, capture_veto, fit_of, judge

SAME = Evidence(
    registered=True, inliers=200, error_px=0.05, cover_a=1.0, cover_b=1.0, compared_px=700_000, side_px=1_024,
    worst=0.5, p99=0.35, median=0.2, offset=1.5, offset_p99=0.8, blocks=1_500, textured=0.8,
    correlation_worst=0.9, correlation_p5=0.98, correlation_median=0.99, noise=2.0,
)  # fmt: skip
SPOT = Region(0.1, 0.7, 0.2, 0.8, area=0.01, worst=5.0, spread_a=30.0, spread_b=40.0)
INK = replace(SPOT, spread_a=1.5)
WIPED = replace(SPOT, spread_b=1.5)
HOLE = replace(SPOT, left=0.01, right=0.045)
MARKED = replace(SAME, worst=5.0, differing=0.01, offset=20.0, correlation_worst=-0.1, regions=(SPOT,))
DOUBTFUL = replace(SAME, worst=2.5, differing=0.001, regions=(replace(SPOT, area=0.001, worst=2.5),))
SHEET = replace(SAME, glyph_px=12.0, noise_alike=0.3)
OTHER_INK = replace(MARKED, glyph_px=12.0, noise_alike=0.3)
NOTHING = Evidence(registered=False)
UNALIKE = replace(
    SAME, inliers=15, worst=8.0, p99=7.0, median=3.0, differing=0.7, correlation_worst=-0.9, correlation_p5=-0.5,
    correlation_median=0.1, regions=(replace(SPOT, area=0.7),),
)  # fmt: skip
SCENE = replace(UNALIKE, inliers=90, correlation_median=0.5, differing=0.4)
CROP = replace(SAME, cover_a=0.4, cover_b=1.0, surround_a=0.8)


def file(name: str = "a", *, side_px: int = 3_000, is_page: bool = False, **capture: object) -> FileFacts:
    return FileFacts(name, is_page, side_px, side_px * 3 // 4, capture)


def sheet(name: str) -> FileFacts:
    return file(name, side_px=2_200, is_page=True)


A, B, SHEET_A, SHEET_B = file("a"), file("b"), sheet("a"), sheet("b")


# ---- photographs ----


@pytest.mark.parametrize(
    ("evidence", "supports"),
    [
        (SAME, Supports.SAME_IMAGE),
        (replace(SAME, turned_degrees=90.0), Supports.SAME_IMAGE),
        (replace(SAME, stretch=1.25, scale=0.8), Supports.SAME_IMAGE),
        (replace(SAME, blur_px=1.5, unevenness=0.4), Supports.SAME_IMAGE),
        (replace(SAME, inliers=0, error_px=None), Supports.SAME_IMAGE),
        (DOUBTFUL, Supports.OPEN),
        (replace(SAME, offset=12.0, offset_p99=1.0), Supports.OPEN),
        (replace(SAME, blocks=rule.SAME_BLOCKS - 1), Supports.OPEN),
        (replace(SAME, correlation_p5=0.4), Supports.OPEN),
        (replace(SAME, is_bent=True), Supports.OPEN),
        (MARKED, Supports.DERIVATIVE),
        (replace(MARKED, correlation_median=0.0, contained=0.99, inliers=90), Supports.DERIVATIVE),
        (replace(MARKED, correlation_median=0.0, contained=0.99, inliers=10), Supports.DIFFERENT),
        (replace(MARKED, correlation_median=0.0, contained=0.90, inliers=30), Supports.DIFFERENT),
        (replace(SAME, is_mirrored=True), Supports.DERIVATIVE),
        (replace(SAME, is_inverted=True), Supports.DERIVATIVE),
        (CROP, Supports.DERIVATIVE),
        (replace(CROP, is_mirrored=True), Supports.DERIVATIVE),
        (replace(CROP, cover_a=rule.PARTLY / 2, cover_b=rule.PARTLY / 2), Supports.SAME_SCENE),
        (replace(CROP, cover_a=rule.PARTLY / 2, cover_b=rule.PARTLY / 2, inliers=15), Supports.DIFFERENT),
        (SCENE, Supports.SAME_SCENE),
        (UNALIKE, Supports.DIFFERENT),
        (replace(SAME, blocks=rule.AGREEING_BLOCKS - 1), Supports.OPEN),
        (replace(SAME, blocks=rule.LEAST_BLOCKS - 1), Supports.DIFFERENT),
        (replace(SAME, textured=0.1, worst=rule.SMOOTH_WORST + 0.1), Supports.OPEN),
        (replace(SAME, textured=0.1, worst=rule.SMOOTH_WORST), Supports.SAME_IMAGE),
        (replace(SAME, parallax_px=0.3), Supports.OPEN),
        (NOTHING, Supports.DIFFERENT),
    ],
)  # fmt: skip
def test_what_the_measurements_of_photographs_mean(evidence, supports):
    assert judge(evidence, A, B).supports == supports


def test_a_small_copy_of_a_large_picture_is_the_same_but_not_clearly():
    small = replace(SAME, scale=0.1, finer="a")
    assert judge(small, A, file("b", side_px=300)).supports == Supports.SAME_IMAGE
    assert not judge(small, A, file("b", side_px=300)).is_clear
    assert judge(SAME, A, B).is_clear
    assert judge(replace(SAME, scale=0.5), file("a", side_px=600), file("b", side_px=300)).is_clear


def test_a_window_that_stands_out_in_a_small_copy_may_be_a_mark_grown_small():
    faint = replace(SAME, scale=0.1, worst=1.8, p99=0.3)
    assert judge(faint, A, file("b", side_px=300)).supports == Supports.OPEN
    assert judge(faint, A, B).supports == Supports.SAME_IMAGE


def test_the_better_fit_is_that_which_differs_less():
    assert fit_of(replace(SAME, median=0.0, p99=0.0)) == 1
    assert 0 < fit_of(UNALIKE) < fit_of(MARKED) <= fit_of(SAME) < 1
    assert judge(SAME, A, B).fit == fit_of(SAME)


# ---- what was made from another ----


@pytest.mark.parametrize(
    ("cover_a", "cover_b", "made_from"), [(0.4, 1.0, "a"), (1.0, 0.4, "b"), (0.95, 0.99, "a"), (0.99, 0.95, "b")]
)
def test_a_crop_was_made_from_the_picture_that_shows_more(cover_a, cover_b, made_from):
    box, whole = (0.0, 0.0, 0.3, 0.3), (0.0, 0.0, 1.0, 1.0)
    parts = {"part_a": box, "part_b": whole} if made_from == "a" else {"part_a": whole, "part_b": box}
    crop = replace(SAME, cover_a=cover_a, cover_b=cover_b, surround_a=0.8, surround_b=0.8, **parts)
    judged = judge(crop, A, B)
    assert judged.region == box
    assert "(top left)" in judged.because
    assert (judged.supports, judged.kind, judged.made_from) == (Supports.DERIVATIVE, "crop", made_from)
    assert f"{min(cover_a, cover_b):.0%} of the other" in judged.because


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({}, "frame"),
        ({"turned_degrees": 4.0}, "turned"),
        ({"is_bent": True}, "photograph"),
        ({"unevenness": 0.5}, "photograph"),
    ],
)
def test_what_shows_another_whole_with_nothing_around_it_was_made_from_that(more, kind):
    framed = replace(CROP, surround_a=0.0, **more)
    judged = judge(framed, A, B)
    assert (judged.supports, judged.kind, judged.made_from) == (Supports.DERIVATIVE, kind, "b")


@pytest.mark.parametrize(
    ("surround", "border", "more", "kind"),
    [
        (0.05, None, {}, "frame"),
        (0.05, 20.0, {}, "frame"),
        (0.28, 20.0, {}, "frame"),
        (0.28, None, {}, "crop"),
        (0.28, 3.0, {}, "crop"),
        (0.48, 20.0, {}, "crop"),
        (0.05, 1.0, {}, "crop"),
        (0.05, 1.0, {"turned_degrees": 4.0}, "turned"),
        (0.05, 1.0, {"is_bent": True}, "photograph"),
    ],
)
def test_a_screen_begins_abruptly_and_a_blank_margin_goes_on(surround, border, more, kind):
    judged = judge(replace(SAME, cover_a=0.4, surround_a=surround, border_a=border, **more), A, B)
    assert (judged.kind, judged.made_from) == (kind, "a" if kind == "crop" else "b")


@pytest.mark.parametrize(
    ("evidence", "kind"),
    [
        (replace(SAME, is_mirrored=True), "mirror image"),
        (replace(SAME, is_inverted=True), "negative"),
        (MARKED, "mark-up"),
    ],
)
def test_which_of_two_whole_pictures_came_first_is_not_told(evidence, kind):
    judged = judge(evidence, A, B)
    assert (judged.supports, judged.kind, judged.made_from) == (Supports.DERIVATIVE, kind, None)


def test_what_differs_is_handed_on_with_its_place():
    judged = judge(MARKED, A, B)
    assert judged.differences == ((0.1, 0.7, 0.2, 0.8),)
    assert "in 1 place (bottom left)" in judged.because


def test_a_marked_crop_says_both():
    judged = judge(replace(MARKED, cover_a=0.4, surround_a=0.8), A, B)
    assert judged.kind == "crop"
    assert "40% of the other" in judged.because
    assert "bottom left" in judged.because


# ---- sheets of paper ----


@pytest.mark.parametrize(
    ("evidence", "supports"),
    [
        (SHEET, Supports.SAME_IMAGE),
        (replace(SHEET, glyph_px=rule.LEGIBLE_PX - 1), Supports.OPEN),
        (replace(SHEET, worst=1.5, p99=0.3), Supports.OPEN),
        (replace(SHEET, worst=1.5, p99=1.2), Supports.SAME_IMAGE),
        (OTHER_INK, Supports.DIFFERENT),
        (replace(OTHER_INK, regions=(INK,)), Supports.OPEN),
        (replace(OTHER_INK, regions=(INK, WIPED)), Supports.DIFFERENT),
        (replace(OTHER_INK, regions=(INK,), noise_alike=0.9), Supports.DERIVATIVE),
        (replace(OTHER_INK, noise_alike=0.9), Supports.DIFFERENT),
        (replace(OTHER_INK, regions=(INK,), noise_alike=None), Supports.OPEN),
        (replace(OTHER_INK, regions=(INK,), noise_alike=None, median=0.05), Supports.DERIVATIVE),
        (replace(OTHER_INK, noise_alike=None, median=0.05), Supports.DIFFERENT),
        (replace(OTHER_INK, regions=(HOLE,)), Supports.OPEN),
        (replace(OTHER_INK, regions=(HOLE, SPOT)), Supports.DIFFERENT),
        (replace(OTHER_INK, regions=(HOLE, INK)), Supports.OPEN),
        (replace(DOUBTFUL, glyph_px=12.0), Supports.OPEN),
        (replace(DOUBTFUL, glyph_px=12.0, noise_alike=0.9), Supports.OPEN),
        (replace(DOUBTFUL, glyph_px=12.0, noise_alike=0.9, cover_a=0.7, surround_a=0.8), Supports.DERIVATIVE),
        (replace(DOUBTFUL, glyph_px=4.0), Supports.DIFFERENT),
        (replace(DOUBTFUL, glyph_px=4.0, p99=1.8), Supports.OPEN),
        (replace(CROP, glyph_px=12.0), Supports.DERIVATIVE),
        (replace(CROP, glyph_px=4.0), Supports.OPEN),
        (replace(UNALIKE, glyph_px=12.0), Supports.DIFFERENT),
        (replace(SCENE, glyph_px=12.0), Supports.DIFFERENT),
    ],
)
def test_what_the_measurements_of_sheets_mean(evidence, supports):
    assert judge(evidence, SHEET_A, SHEET_B).supports == supports


def test_one_sheet_makes_a_pair_of_sheets():
    assert judge(OTHER_INK, SHEET_A, B).supports == judge(OTHER_INK, A, SHEET_B).supports == Supports.DIFFERENT


def test_added_ink_is_asked_about_and_never_merged():
    judged = judge(replace(OTHER_INK, regions=(INK,)), SHEET_A, SHEET_B)
    assert "more ink" in judged.because
    assert judged.made_from is None


def test_a_sheet_too_small_to_read_says_how_small():
    small = replace(SHEET, glyph_px=4.0, scale=0.2)
    assert (
        "(400 px) is too small to read" in judge(small, SHEET_A, replace(SHEET_B, width_px=300, height_px=400)).because
    )


@pytest.mark.parametrize(
    ("more", "kind", "made_from"),
    [
        ({"scale": 0.3}, "reduced", "a"),
        ({"scale": 0.3, "finer": "b"}, "reduced", "b"),
        ({"scale": 0.6, "is_bent": True}, "photograph", "a"),
        ({"cover_a": 0.4, "surround_a": 0.8}, "crop", "a"),
        ({"cover_b": 0.7, "surround_b": 0.02, "is_bent": True}, "photograph", "a"),
        ({"scale": 0.9}, "", None),
        ({"scale": 0.6, "is_bent": True, "worst": 2.4, "p99": 1.6, "differing": 0.001}, "photograph", "a"),
        ({"scale": 0.6, "is_bent": True, "worst": 3.0, "p99": 0.8, "differing": 0.001}, "", None),
    ],
)
def test_a_sheet_that_cannot_be_read_leans_to_what_it_was_made_from(more, kind, made_from):
    judged = judge(replace(SHEET, glyph_px=4.0, **more), SHEET_A, SHEET_B)
    assert (judged.supports, judged.kind, judged.made_from) == (Supports.OPEN, kind, made_from)
    assert judged.leans == (Supports.DERIVATIVE if kind else None)


# ---- the camera's own data ----

TAKEN = {"date_time_original": "2026:03:14 10:42:07"}


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        ({"serial": "1234"}, {"serial": "1235"}, "serial numbers differ (1234 and 1235)"),
        ({"shutter_count": 801}, {"shutter_count": 802}, "other exposures"),
        (TAKEN, {"date_time_original": "2026:03:14 10:42:08"}, "different moments"),
        ({**TAKEN, "sub_sec": "12"}, {**TAKEN, "sub_sec": "47"}, "within one second"),
        ({**TAKEN, "sub_sec": "05"}, {**TAKEN, "sub_sec": "5"}, "within one second"),
    ],
)
def test_two_exposures_are_never_one_picture_however_alike(a, b, words):
    for one, other in ((a, b), (b, a)):
        assert capture_veto(one, other)
        for evidence in (SAME, MARKED, CROP, replace(SAME, scale=0.1)):
            judged = judge(evidence, file("a", **one), file("b", **other))
            assert judged.supports == Supports.SAME_SCENE
    assert words in judge(SAME, file("a", **a), file("b", **b)).because


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({}, {}),
        (TAKEN, {}),
        (TAKEN, TAKEN),
        ({**TAKEN, "sub_sec": "12"}, TAKEN),
        ({**TAKEN, "sub_sec": "12"}, {**TAKEN, "sub_sec": "120"}),
        ({**TAKEN, "serial": "1", "shutter_count": 5}, {**TAKEN, "serial": "1", "shutter_count": 5}),
        ({**TAKEN, "serial": "1"}, {**TAKEN, "serial": ""}),
        ({"sub_sec": "1"}, {"sub_sec": "2"}),
        ({"serial": None}, {"serial": "7"}),
    ],
)
def test_what_only_one_file_carries_or_both_alike_excludes_nothing(a, b):
    assert capture_veto(a, b) == capture_veto(b, a) == ""
    assert judge(SAME, file("a", **a), file("b", **b)).supports == Supports.SAME_IMAGE


# ---- words ----

EVERY = [
    SAME, MARKED, DOUBTFUL, SHEET, OTHER_INK, NOTHING, UNALIKE, SCENE, CROP,
    replace(SAME, scale=0.004, finer="b", turned_degrees=-179.7, stretch=1.3, blur_px=2.0),
    replace(SAME, offset=12.0), replace(SAME, is_bent=True), replace(SAME, blocks=30),
    replace(CROP, surround_a=0.0), replace(CROP, surround_a=None), replace(CROP, cover_a=0.001),
    replace(OTHER_INK, regions=(INK,)), replace(MARKED, regions=(SPOT,) * 20, differing=0.1),
    replace(UNALIKE, regions=()), replace(SCENE, regions=()), replace(SAME, correlation_p5=0.1),
]  # fmt: skip


@pytest.mark.parametrize("evidence", EVERY)
def test_every_reason_is_a_sentence_for_a_person(evidence):
    for a in (A, SHEET_A, file("a", side_px=40, **TAKEN)):
        for b in (B, file("b", **{**TAKEN, "serial": "5"})):
            because = judge(evidence, a, b).because
            assert re.fullmatch(r"[A-Z][^_{}\n]+[.?]", because)
            assert not re.search(r"None|nan|inf\b|  | ,|nowhere|\b0%|True|False", because)
            assert not ("nearly everywhere" in because and "nothing agrees" in because)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"offset": 12.0}, "faint or small mark"),
        ({"blocks": rule.SAME_BLOCKS - 1}, "too little to be sure"),
        ({"is_bent": True}, "bent"),
        ({"stretch": 1.6}, "stretched by 60%"),
    ],
)
def test_what_leaves_a_pair_open_that_differs_nowhere_is_said(more, words):
    judged = judge(replace(SAME, **more), A, B)
    assert judged.supports == Supports.OPEN
    assert words in judged.because


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (replace(SAME, turned_degrees=-90.1), "turned by 90 degrees"),
        (replace(SAME, turned_degrees=179.9), "turned upside down"),
        (replace(SAME, scale=0.5), "50% of the size"),
        (replace(SAME, stretch=1.25), "stretched by 25%"),
        (replace(SAME, blur_px=1.4), "less sharp"),
    ],
)
def test_how_a_copy_was_changed_is_said(evidence, words):
    assert words in judge(evidence, A, B).because


def test_a_copy_that_was_not_changed_says_no_more_than_that():
    assert judge(SAME, A, B).because == "Laid over one another the two pictures agree everywhere."


# ---- what must hold for any measurements ----

SHARES = st.floats(0, 1)
RATIOS = st.floats(0, 8)
REGIONS = st.lists(
    st.builds(
        Region,
        left=st.floats(0, 0.4), top=st.floats(0, 0.4), right=st.floats(0.5, 1), bottom=st.floats(0.5, 1),
        area=st.floats(1e-5, 0.05), worst=st.floats(NOTICEABLE, 8),
        spread_a=st.floats(0, 60), spread_b=st.floats(0, 60),
    ),
    max_size=3,
).map(tuple)  # fmt: skip
MEASURED = st.builds(
    Evidence,
    registered=st.just(True), inliers=st.integers(0, 400), is_mirrored=st.booleans(), is_inverted=st.booleans(),
    turned_degrees=st.floats(-180, 180), scale=st.floats(0.05, 1), finer=st.sampled_from("ab"), is_bent=st.booleans(),
    stretch=st.floats(1, 2.5), cover_a=st.sampled_from([0.05, 0.3, 0.9, 0.99, 1.0]),
    cover_b=st.sampled_from([0.05, 0.3, 0.9, 0.99, 1.0]), surround_a=st.none() | SHARES, surround_b=st.none() | SHARES,
    worst=RATIOS, p99=st.floats(0, 2), median=st.floats(0, 1), offset=st.floats(0, 30), offset_p99=st.floats(0, 5),
    differing=st.floats(0, 0.2), regions=REGIONS, blocks=st.integers(0, 200), correlation_worst=st.floats(-1, 1),
    correlation_p5=st.floats(0, 1), correlation_median=st.floats(0.5, 1), noise_alike=st.none() | SHARES,
    glyph_px=st.sampled_from([0.0, 5.0, 9.0]), blur_px=st.floats(0, 8), unevenness=SHARES,
)  # fmt: skip
FILES = st.sampled_from([(A, B), (SHEET_A, B), (SHEET_A, SHEET_B), (file("a", side_px=200), B)])


@given(MEASURED, FILES)
@settings(max_examples=200, deadline=None)
def test_the_same_is_said_only_where_nothing_differs_and_both_are_whole(evidence, files):
    judged = judge(evidence, *files)
    if judged.supports == Supports.SAME_IMAGE:
        assert evidence.worst <= NOTICEABLE
        assert min(evidence.cover_a, evidence.cover_b) >= rule.WHOLE
        assert not evidence.is_mirrored
        assert judged.made_from is None
    assert 0 < judged.fit <= 1 or judged.fit == 0
    assert judged.because.endswith((".", "?"))


@given(MEASURED, FILES, st.floats(0, 6), st.floats(0, 20), st.floats(0, 0.1), REGIONS)
@settings(max_examples=200, deadline=None)
def test_one_more_difference_never_makes_two_pictures_the_same(evidence, files, worst, offset, differing, regions):
    more = replace(
        evidence,
        worst=evidence.worst + worst,
        offset=evidence.offset + offset,
        differing=evidence.differing + differing,
        correlation_worst=-1.0,
        regions=(*evidence.regions, *regions),
    )
    if judge(evidence, *files).supports != Supports.SAME_IMAGE:
        assert judge(more, *files).supports != Supports.SAME_IMAGE


@given(MEASURED, FILES)
@settings(max_examples=200, deadline=None)
def test_camera_data_that_differ_never_bring_pictures_closer(evidence, files):
    a, b = files
    told = judge(evidence, replace(a, capture={"serial": "1"}), replace(b, capture={"serial": "2"}))
    assert told.supports not in (Supports.SAME_IMAGE, Supports.DERIVATIVE)


@given(MEASURED, FILES)
@settings(max_examples=200, deadline=None)
def test_what_is_said_does_not_depend_on_which_is_named_first(evidence, files):
    a, b = files
    swapped = replace(
        evidence,
        finer="b" if evidence.finer == "a" else "a",
        cover_a=evidence.cover_b,
        cover_b=evidence.cover_a,
        surround_a=evidence.surround_b,
        surround_b=evidence.surround_a,
        turned_degrees=-evidence.turned_degrees,
        regions=tuple(replace(r, spread_a=r.spread_b, spread_b=r.spread_a) for r in evidence.regions),
    )
    forth, back = judge(evidence, a, b), judge(swapped, b, a)
    assert back.supports == forth.supports
    assert back.kind == forth.kind or evidence.cover_a == evidence.cover_b
    if evidence.cover_a != evidence.cover_b:
        assert back.made_from == {"a": "b", "b": "a", None: None}[forth.made_from]
