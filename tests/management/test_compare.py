"""`manage.py compare` shows the evidence about two files and touches nothing in the catalog."""

import os
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image, ImageDraw

from tests.conftest import drawn, jpeg

SIZE = 480, 360
PICTURES = ["differences.png", "registered-a.png", "registered-b.png"]


@pytest.fixture
def original(tmp_path) -> Path:
    path = tmp_path / "original.jpg"
    path.write_bytes(jpeg(drawn(size=SIZE), quality=95))
    return path


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def compared(capsys, *arguments: object) -> str:
    call_command("compare", *map(str, arguments))
    return capsys.readouterr().out


def marked() -> Image.Image:
    copy = drawn(size=SIZE)
    ImageDraw.Draw(copy).ellipse((200, 120, 300, 220), outline=(255, 255, 255), width=9)
    ImageDraw.Draw(copy).ellipse((205, 125, 295, 215), outline=(0, 0, 0), width=5)
    return copy


def test_a_copy_is_the_same_image_and_its_pictures_are_written(original, tmp_path, capsys):
    copy = written(tmp_path / "copy.jpg", jpeg(drawn(size=SIZE), quality=60))
    told = compared(capsys, original, copy, "--out", tmp_path / "out" / "here")
    assert "same-image: Laid over one another the two pictures agree everywhere." in told
    assert "correlation median" in told
    assert sorted(path.name for path in (tmp_path / "out" / "here").iterdir()) == PICTURES
    for name in PICTURES:
        with Image.open(tmp_path / "out" / "here" / name) as picture:
            assert picture.size == SIZE


def test_each_file_is_shown_under_the_letter_that_it_is_told_by(original, tmp_path, capsys):
    other = written(tmp_path / "marked.jpg", jpeg(marked()))
    for pair in ((original, other), (other, original)):
        told = compared(capsys, *pair, "--out", tmp_path)
        letter = "a" if "a: marked.jpg" in told else "b"
        assert f"{letter}: marked.jpg" in told
        with Image.open(tmp_path / f"registered-{letter}.png") as shown, Image.open(other) as filed:
            assert np.abs(np.asarray(shown).astype(int) - np.asarray(filed)).mean() < 6


def test_the_order_in_which_files_are_named_changes_nothing(original, tmp_path, capsys):
    other = written(tmp_path / "marked.jpg", jpeg(marked()))
    assert compared(capsys, original, other, "--out", tmp_path) == compared(capsys, other, original, "--out", tmp_path)


def test_what_differs_is_listed_with_its_place(original, tmp_path, capsys):
    told = compared(capsys, original, written(tmp_path / "marked.jpg", jpeg(marked())), "--out", tmp_path)
    assert "derivative: One was made from the other" in told
    assert "region 1" in told


def test_unrelated_pictures_are_different_and_leave_no_pictures(original, tmp_path, capsys):
    other = written(tmp_path / "other.jpg", jpeg(drawn(9, SIZE)))
    assert "different: " in compared(capsys, original, other, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("copy", "words"),
    [
        (lambda data: data, "the very same bytes"),
        (lambda data: data[:2] + b"\xff\xfe\x00\x07hello" + data[2:], "The coded picture is the same, bit for bit"),
    ],
)
def test_what_bytes_settle_is_said(original, tmp_path, capsys, copy, words):
    other = written(tmp_path / "again.jpg", copy(original.read_bytes()))
    assert words in compared(capsys, original, other, "--out", tmp_path)


def test_every_pixel_alike_is_said(original, tmp_path, capsys):
    picture = drawn(size=SIZE)
    picture.save(tmp_path / "a.png")
    picture.save(tmp_path / "b.tif")
    assert "Every pixel is the same" in compared(capsys, tmp_path / "a.png", tmp_path / "b.tif", "--out", tmp_path)


def test_a_page_of_a_document_can_be_named(original, tmp_path, capsys):
    document = tmp_path / "document.tif"
    drawn(4, SIZE).save(document, save_all=True, append_images=[drawn(size=SIZE)])
    told = compared(capsys, original, document, "--page-b", "2", "--out", tmp_path)
    assert "same-image" in told
    assert "different" in compared(capsys, original, document, "--out", tmp_path).splitlines()[-1]


def test_names_of_files_are_printed_as_they_are(original, tmp_path, capsys):
    copy = written(tmp_path / "site [bold] copy.jpg", jpeg(drawn(size=SIZE), quality=60))
    told = compared(capsys, original, copy, "--out", tmp_path / "out [dim]")
    assert "site [bold] copy.jpg" in told
    assert "out [dim]" + os.sep in told


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("missing.jpg", None, "there is no such file"),
        ("empty.jpg", b"", "The file is empty"),
        ("notes.txt", b"no picture at all", "not a picture in a format we can read"),
        ("broken.jpg", b"\xff\xd8\xff\xe0" + bytes(200), "broken.jpg: "),
        ("page.jpg", b"<html><body>", "a web page"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(original, tmp_path, name, data, words):
    if data is not None:
        written(tmp_path / name, data)
    for pair in ((original, tmp_path / name), (tmp_path / name, original)):
        with pytest.raises(CommandError, match=words):
            call_command("compare", *map(str, pair))


def test_a_page_that_is_not_there_is_refused(original):
    with pytest.raises(CommandError, match="it has no page 3"):
        call_command("compare", str(original), str(original), "--page-b", "3")


def test_a_flat_or_tiny_picture_is_refused(original, tmp_path):
    flat = written(tmp_path / "flat.jpg", jpeg(Image.new("RGB", SIZE, (90, 90, 90))))
    tiny = written(tmp_path / "tiny.jpg", jpeg(drawn(size=(40, 30))))
    for other in (flat, tiny):
        with pytest.raises(CommandError, match="too flat, too small or too damaged"):
            call_command("compare", str(original), str(other))
