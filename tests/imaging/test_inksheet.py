import io
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

from catalog.imaging.inksheet import (
    bears_writing,
    compared,
    ink_signature,
    is_page_like,
    ruled_out_many,
    rules_out,
)
from catalog.imaging.methods import ORIENTATIONS
from tests.imaging.drawn import scene

WORDS = (
    "the",
    "owner",
    "shall",
    "keep",
    "this",
    "sheet",
    "at",
    "the",
    "site",
    "until",
    "final",
    "approval",
    "and",
    "show",
    "it",
)
UNDONE_BY = {4: 4, 5: 6, 6: 5}
"""The orientation that takes another one back, where it is not itself."""


def form(number: int) -> Image.Image:
    """A filled-in form of one template, 150 dpi: each number has its own case, parcel, address, date and fee."""
    own, text = random.Random(number), random.Random(0)
    page = Image.new("L", (1_275, 1_650), 250)
    draw = ImageDraw.Draw(page)
    small, large = ImageFont.load_default(18), ImageFont.load_default(23)
    draw.text((110, 90), "REQUEST FOR A FENCE PERMIT", font=ImageFont.load_default(36), fill=20)
    fields = [
        ("Case", f"{own.randint(10**7, 10**8 - 1)}"),
        ("Parcel", f"{own.randint(2_000, 5_999)}-{own.randint(100, 999)}-{own.randint(100, 999)}"),
        ("Address", f"{own.randint(1_000, 9_999)} S HILL STREET"),
        ("Day", f"2026-{own.randint(10, 12)}-{own.randint(10, 28)}"),
        ("Fee", f"$ {own.randint(100, 999)}.00"),
    ]
    for n, (label, value) in enumerate(fields):
        draw.rectangle((110, 190 + 70 * n, 1_160, 260 + 70 * n), outline=90, width=2)
        draw.text((120, 196 + 70 * n), label, font=small, fill=90)
        draw.text((390, 222 + 70 * n), value, font=large, fill=25)
    for line in range(26):
        draw.text((110, 700 + 30 * line), " ".join(text.choice(WORDS) for _ in range(15)), font=small, fill=60)
    return page


def scanned(page: Image.Image, seed: int) -> Image.Image:
    """The sheet on a scanner: up to a degree askew, a few pixels off, with its noise and tone."""
    own = random.Random(seed)
    page = page.rotate(
        own.uniform(-1, 1),
        Image.Resampling.BICUBIC,
        fillcolor=250,
        translate=(own.uniform(-6, 6), own.uniform(-6, 6)),
    )
    noise = np.random.default_rng(seed).normal(own.uniform(-8, 4), 5, (page.height, page.width))
    return Image.fromarray(np.clip(np.asarray(page, np.float32) + noise, 0, 255).astype(np.uint8))


def coded(page: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    page.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("L")


def stamped(page: Image.Image) -> Image.Image:
    page = page.copy()
    draw = ImageDraw.Draw(page)
    draw.ellipse((760, 480, 1_130, 690), outline=70, width=7)
    draw.text((810, 560), "APPROVED", font=ImageFont.load_default(48), fill=70)
    return page


COPIES = {
    "JPEG at quality 20": lambda page: coded(page, 20),
    "darker": lambda page: ImageEnhance.Brightness(page).enhance(0.65),
    "brighter": lambda page: ImageEnhance.Brightness(page).enhance(1.35),
    "contrast": lambda page: ImageEnhance.Contrast(page).enhance(1.5),
    "auto-contrast": lambda page: ImageOps.autocontrast(page, cutoff=1),
    "blurred": lambda page: page.filter(ImageFilter.GaussianBlur(2.5)),
    "half the size": lambda page: page.resize((637, 825), Image.Resampling.LANCZOS),
    "a third of the size": lambda page: page.resize((425, 550), Image.Resampling.LANCZOS),
    "256 px": lambda page: page.resize((198, 256), Image.Resampling.LANCZOS),
    "stretched": lambda page: page.resize((1_275, 1_320)),
    "stamped": stamped,
    "dark on light turned over": ImageOps.invert,
}


def signature(page: Image.Image) -> bytes:
    return ink_signature(np.asarray(page))


# ---- is it a page? ----


def page_like(picture: Image.Image) -> bool:
    return is_page_like(np.asarray(picture.convert("L")))


def opened(path: Path) -> Image.Image | None:
    try:
        with Image.open(path) as picture:
            small = ImageOps.exif_transpose(picture).convert("RGB")
    except OSError:
        return None
    return ImageOps.contain(small, (1_600, 1_600)) if max(small.size) > 1_600 else small


@pytest.mark.parametrize("change", COPIES)
def test_a_form_is_a_page_however_it_was_copied(change):
    assert page_like(COPIES[change](scanned(form(1), 1)))


def test_a_picture_with_structure_everywhere_a_blank_sheet_and_a_dot_are_no_pages():
    assert not page_like(scene(640, 480))
    assert not page_like(Image.new("L", (1_275, 1_650), 250))
    assert not page_like(Image.new("L", (1, 1), 250))


def test_photographs_are_hardly_ever_taken_for_pages(shared):
    folders = (shared / "samples" / "photos", shared / "samples" / "sequences")
    paths = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()][::4]
    pictures = [picture for path in paths if (picture := opened(path))]
    assert len(pictures) > 40
    assert sum(map(page_like, pictures)) <= 2


def test_scans_of_print_are_pages(shared):
    names = ("eurotext.tif", "patent.png", "table.15.tif", "turingtest.png", "zanotti-78.jpg", "bois-2.tif")
    assert all(page_like(opened(shared / "samples" / "pages" / name)) for name in names)


# ---- is anything written on it? ----


def written(picture: Image.Image) -> bool | None:
    return bears_writing(np.asarray(picture.convert("L")))


@pytest.mark.parametrize("change", COPIES)
def test_something_is_written_on_a_form_however_it_was_copied(change):
    assert written(COPIES[change](scanned(form(1), 1))) is not False


def test_one_word_is_enough_along_or_down():
    sheet = Image.new("L", (600, 600), 240)
    ImageDraw.Draw(sheet).text((200, 300), "4711-08", fill=40, font_size=18)
    assert written(sheet)
    assert written(sheet.rotate(90))
    assert written(ImageOps.invert(sheet))


def test_nothing_is_written_on_a_drawing_of_a_few_lines_and_a_small_picture_does_not_tell():
    drawing = Image.new("L", (600, 600), 240)
    pen = ImageDraw.Draw(drawing)
    pen.ellipse((100, 100, 500, 500), outline=20, width=6)
    for place in ((220, 220), (360, 240), (280, 400)):
        pen.rectangle((*place, place[0] + 20, place[1] + 30), fill=20)
    assert written(drawing) is False
    assert written(Image.new("L", (600, 600), 240)) is False
    assert written(drawing.resize((300, 300))) is None


# ---- can they be one sheet? ----


@pytest.fixture(scope="module")
def forms() -> list[bytes]:
    return [signature(scanned(form(number), number)) for number in range(8)]


def test_filled_in_forms_of_one_template_are_ruled_out(forms):
    answers = [ruled_out_many(one, forms[place + 1 :]) for place, one in enumerate(forms)]
    assert np.concatenate(answers).mean() > 0.5


@pytest.mark.parametrize("change", COPIES)
def test_a_copy_of_the_scan_is_never_ruled_out(change, forms):
    for number in (0, 3):
        assert not rules_out(forms[number], signature(COPIES[change](scanned(form(number), number))))


def test_a_sheet_that_was_scanned_again_is_never_ruled_out(forms):
    for number in range(len(forms)):
        for seed in (100 + number, 200 + number):
            assert not rules_out(forms[number], signature(scanned(form(number), seed)))


@pytest.mark.parametrize("orientation", range(8))
def test_turned_pages_are_compared_as_they_lie(orientation, forms):
    turn = ORIENTATIONS[orientation]
    back = UNDONE_BY.get(orientation, orientation)
    same, other = scanned(form(0), 50), scanned(form(2), 2)
    if turn is not None:
        same, other = same.transpose(turn), other.transpose(turn)
    assert not rules_out(forms[0], signature(same), orientation)
    assert not rules_out(signature(same), forms[0], back)
    assert rules_out(forms[0], signature(other), orientation)
    assert rules_out(signature(other), forms[0], back)


@pytest.mark.parametrize("change", ["scanned again", "stamped", "JPEG at quality 20"])
def test_the_sheet_itself_has_fewer_other_strokes_than_any_other_form(change, forms):
    """Of a soft copy other forms cannot be ruled out, but they come after its original."""
    for number in (0, 3, 7):
        page = form(number)
        again = scanned(page, number + 100) if change == "scanned again" else COPIES[change](scanned(page, number))
        copy = signature(coded(again.filter(ImageFilter.GaussianBlur(1)), 40))
        strokes = [compared(copy, one)[1] for one in forms]
        assert strokes == [compared(one, copy)[1] for one in forms]
        assert strokes[number] < min(strokes[:number] + strokes[number + 1 :])


def test_the_answer_does_not_depend_on_the_order_nor_on_the_company(forms):
    for one in forms:
        together = ruled_out_many(one, forms)
        assert together.tolist() == [rules_out(one, other) for other in forms]
        assert together.tolist() == [rules_out(other, one) for other in forms]


def test_nothing_is_ruled_out_that_does_not_register(forms):
    crop = scanned(form(1), 1).crop((60, 60, 1_100, 1_500))
    blank = Image.new("L", (1_275, 1_650), 250)
    for picture in (crop, blank, scene(640, 480).convert("L"), Image.new("L", (1, 1))):
        assert not ruled_out_many(signature(picture), forms).any()


def test_bytes_that_no_page_has_are_refused(forms):
    for wrong in (b"", b"1", forms[0][:-1]):
        with pytest.raises(ValueError, match="no signature of ink"):
            rules_out(forms[0], wrong)


def test_no_companions_no_answers(forms):
    assert ruled_out_many(forms[0], []).tolist() == []
