import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from catalog.imaging.features import (
    FEATURES,
    MAX_DISTANCE_BITS,
    MIN_VOTES,
    LocalFeatures,
    local_features,
    pair_votes,
    votes_between,
)
from tests.imaging.drawn import leaves


def features_of(picture: Image.Image) -> LocalFeatures:
    return local_features(np.asarray(picture.convert("L")))


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    return leaves(800, 600, seed=1)


def on_a_phone(picture: Image.Image) -> Image.Image:
    screen = Image.new("L", (540, 960), 16)
    screen.paste(picture.resize((540, 405)), (0, 270))
    return screen


def photographed(picture: Image.Image) -> Image.Image:
    """The picture seen a little from the side."""
    corners = np.array([[0, 0], [800, 0], [800, 600], [0, 600]], np.float32)
    seen = np.array([[60, 30], [760, 60], [780, 560], [20, 520]], np.float32)
    return Image.fromarray(
        cv2.warpPerspective(np.asarray(picture), cv2.getPerspectiveTransform(corners, seen), (800, 600))
    )


PARTS = {
    "smaller": lambda picture: picture.resize((400, 300)),
    "stretched": lambda picture: picture.resize((800, 480)),
    "cropped to half": lambda picture: picture.crop((150, 100, 716, 524)),
    "cropped to a quarter": lambda picture: picture.crop((300, 200, 700, 500)),
    "turned by a quarter": lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
    "tilted": lambda picture: picture.rotate(4, Image.Resampling.BICUBIC, expand=True),
    "on a phone": on_a_phone,
    "photographed": photographed,
    "darker": lambda picture: picture.point(lambda level: level // 2),
}


@pytest.mark.parametrize("change", PARTS.values(), ids=PARTS)
def test_a_picture_is_a_candidate_of_what_shows_part_of_it(picture, change):
    assert votes_between(features_of(picture), features_of(change(picture))) >= MIN_VOTES


def test_different_pictures_are_no_candidates():
    found = [features_of(leaves(400, 300, seed)) for seed in range(12)]
    votes = [votes_between(a, b) for place, a in enumerate(found) for b in found[:place]]
    assert max(votes) < MIN_VOTES


def test_two_pictures_on_the_same_screen_are_no_candidates():
    screens = []
    for seed in (5, 6):
        screen = on_a_phone(leaves(800, 600, seed))
        draw = ImageDraw.Draw(screen)
        draw.text((20, 10), "10:42", fill=255, font_size=24)
        draw.text((20, 900), "Share   Edit   Delete", fill=220, font_size=24)
        screens.append(features_of(screen))
    assert votes_between(*screens) < MIN_VOTES


def test_two_framed_pictures_are_no_candidates():
    soft = [leaves(400, 300, seed).filter(ImageFilter.GaussianBlur(3)) for seed in range(8)]
    framed = [features_of(ImageOps.expand(one, (24, 24, 24, 72), 250)) for one in soft]
    assert max(votes_between(a, b) for place, a in enumerate(framed) for b in framed[:place]) < MIN_VOTES


def test_two_copies_of_which_one_is_half_covered_are_candidates(picture):
    covered = picture.copy()
    covered.paste(255, (0, 0, 400, 600))
    assert votes_between(features_of(picture), features_of(covered)) >= MIN_VOTES


def test_votes_are_the_same_from_either_side(picture):
    whole = features_of(picture)
    for change in PARTS.values():
        part = features_of(change(picture))
        assert votes_between(whole, part) == votes_between(part, whole)


def test_a_drawn_pattern_of_like_places_is_compared_too():
    tile = Image.new("L", (40, 40), 255)
    ImageDraw.Draw(tile).ellipse((12, 12, 28, 28), fill=0)
    pattern = Image.new("L", (400, 400))
    for number in range(100):
        pattern.paste(tile, (number % 10 * 40, number // 10 * 40))
    found = features_of(pattern)
    assert votes_between(found, found) >= MIN_VOTES


def test_votes_grow_with_likeness():
    votes = pair_votes(np.arange(129)).tolist()
    assert votes == sorted(votes, reverse=True)
    assert (votes[0], votes[MAX_DISTANCE_BITS], votes[MAX_DISTANCE_BITS + 1], votes[128]) == (25, 1, 0, 0)


def test_a_picture_agrees_with_itself_in_nearly_every_place(picture):
    found = features_of(picture)
    assert len(found) == FEATURES
    assert votes_between(found, found) >= 25 * FEATURES * 0.9


def test_features_come_back_from_their_bytes(picture):
    found = features_of(picture)
    stored = found.to_bytes()
    again = LocalFeatures.from_bytes(stored)
    assert len(stored) == 20 * len(found)
    assert (again.places == found.places).all()
    assert (again.bits == found.bits).all()


def test_bytes_of_another_length_are_refused():
    with pytest.raises(ValueError, match="no whole number of features"):
        LocalFeatures.from_bytes(bytes(21))


def test_a_flat_picture_has_no_features_and_no_votes(picture):
    nothing = local_features(np.full((300, 400), 128, np.uint8))
    assert len(nothing) == 0
    assert nothing.to_bytes() == b""
    assert votes_between(nothing, features_of(picture)) == votes_between(nothing, nothing) == 0


@pytest.mark.parametrize("size", [(96, 96), (3, 900), (2_000, 97)])
def test_a_picture_of_any_shape_can_be_asked(size):
    found = features_of(leaves(*size, seed=3))
    assert len(found) <= FEATURES
