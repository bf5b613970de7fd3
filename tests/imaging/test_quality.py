from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.imaging.media import MediaType
from catalog.imaging.quality import (
    RENDERED,
    Quality,
    better_because,
    channel_depth,
    editor_named_in,
    estimated_compression,
    is_original_capture,
    order_key,
)

BEST = Quality(
    intact=True,
    original_capture=True,
    editor=None,
    width_px=4_032,
    height_px=3_024,
    real_pixels=4_032 * 3_024,
    bit_depth=8,
    compression=2.5,
    was_jpeg=False,
    colour=True,
    metadata_count=40,
    sha256="0" * 64,
)

# each line of the order in turn: what is worse, and the sentence
LINES = [
    ({"intact": False}, "It is intact; the other is damaged."),
    (
        {"original_capture": False, "editor": "Adobe Photoshop 7.0"},
        "It is as the camera wrote it; the other was saved by Adobe Photoshop 7.0.",
    ),
    (
        {"original_capture": False},
        "It is as the camera wrote it, with full camera metadata; the other lacks them.",
    ),
    (
        {"width_px": 1_600, "height_px": 1_200, "real_pixels": 1_600 * 1_200},
        "It shows more: 4,032 x 3,024 pixels against 1,600 x 1,200.",
    ),
    (
        {"width_px": 8_064, "height_px": 6_048, "real_pixels": 1_021 * 766},
        "The other was enlarged: it shows no more than about 1,000 x 770 pixels.",
    ),
    ({"bit_depth": 2}, "It holds finer tones: 8 bits a channel against 2."),
    (
        {"compression": 14.3},
        "It is compressed less, so it keeps finer detail (coarseness 2.5 against 14.3, where 1 is the finest).",
    ),
    (
        {"compression": 2.8, "was_jpeg": True},
        "The other was written from a JPEG, whose losses its pixels still show "
        "(coarseness 2.5 against about 2.8, where 1 is the finest).",
    ),
    ({"compression": RENDERED}, "It is the stored picture; the other is drawn from a document."),
    ({"colour": False}, "It is in colour; the other is grey."),
    ({"metadata_count": 3}, "It carries more embedded metadata: 40 values against 3."),
    (
        {"sha256": "1" * 64},
        "Both are equally good; the smaller checksum decides, so that the choice stays the same every time.",
    ),
]


@pytest.mark.parametrize(("worse", "sentence"), LINES)
def test_the_sentence_names_the_line_that_decided(worse, sentence):
    other = replace(BEST, **worse)
    assert order_key(BEST) < order_key(other)
    assert better_because(BEST, other) == sentence


@pytest.mark.parametrize("line", range(len(LINES) - 1))
def test_an_earlier_line_decides_over_all_later_ones(line):
    behind = replace(BEST, **LINES[line][0])
    ahead = BEST
    for worse, _ in LINES[line + 1 :]:
        if not worse.keys() & LINES[line][0].keys():
            ahead = replace(ahead, **worse)
    assert order_key(ahead) < order_key(behind)


def test_a_lossless_copy_is_said_to_be_stored_without_loss():
    sentence = better_because(replace(BEST, compression=0.0), BEST)
    assert sentence == "It is stored without loss; the other lost detail when it was compressed."


def test_the_worse_copy_is_not_explained_as_the_better():
    with pytest.raises(ValueError, match="the other copy"):
        better_because(replace(BEST, colour=False), BEST)


qualities = st.builds(
    Quality,
    intact=st.booleans(),
    original_capture=st.booleans(),
    editor=st.none(),
    width_px=st.integers(1, 3),
    height_px=st.integers(1, 3),
    real_pixels=st.integers(1, 9),
    bit_depth=st.sampled_from([1, 8, 16]),
    compression=st.sampled_from([0.0, 1.5, RENDERED]),
    was_jpeg=st.booleans(),
    colour=st.booleans(),
    metadata_count=st.integers(0, 2),
    sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
)


@given(st.lists(qualities, min_size=2, max_size=6, unique_by=lambda one: one.sha256))
def test_the_best_copy_does_not_depend_on_the_order_of_arrival(copies):
    best = min(copies, key=order_key)
    assert best == min(reversed(copies), key=order_key)
    assert all(better_because(best, other) for other in copies)


@given(qualities)
def test_quality_comes_back_from_json(quality):
    assert Quality.from_json(quality.to_json()) == quality


@pytest.mark.parametrize("name", ["Adobe Photoshop CS2 Windows", "GIMP 2.10.32", "Picasa", "Photos 1.5", "paint.net 4"])
def test_an_editors_name_is_recognised(name):
    assert editor_named_in("", name) == name


@pytest.mark.parametrize("firmware", ["Ver.1.00", "Digital Camera FinePix S2 Pro Ver1.00", "11.2.6", "E775v1.4", ""])
def test_firmware_is_no_editor(firmware):
    assert editor_named_in(firmware) is None


def test_an_original_capture_has_all_camera_metadata_and_no_editor():
    assert is_original_capture("Canon", "IXUS", "2004:08:27 13:52:55", "0.004", None)
    assert not is_original_capture("Canon", "IXUS", "", "0.004", None)
    assert not is_original_capture("Canon", "IXUS", "2004:08:27 13:52:55", "0.004", "GIMP 2.10")


def test_a_palette_of_256_colours_counts_as_two_bits_a_channel():
    assert (channel_depth("P", 8), channel_depth("RGB", 8), channel_depth("1", 1)) == (2, 8, 1)


def test_fewer_bits_a_pixel_are_a_stronger_compression():
    strong, weak = (estimated_compression(MediaType.WEBP, size, 10**6) for size in (30_000, 900_000))
    assert 255 >= strong > weak >= 1
