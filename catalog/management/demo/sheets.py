"""The demo's sheets: forms that were filled in and scanned at 200 dpi, and drawings. All of it drawn here."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

DPI = 200
LETTER = (1700, 2200)
TABLOID = (2200, 1700)
INK = 20
PEN_INK = 70
MARGIN = 110


# ---- forms ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Form:
    """A form with what was filled in. `marks`: one letter a line of `checks`: y(es), n(o), or - (not applicable)."""

    office: str
    title: str
    code: str
    number: str
    fields: tuple[tuple[tuple[str, str], ...], ...]
    """Rows of (label, value)."""
    checks: tuple[tuple[str, tuple[str, ...]], ...]
    """Sections of lines."""
    answers: tuple[str, str]
    marks: str
    remarks: tuple[str, ...]
    signed: str
    signed_on: str
    stamp: str = ""
    columns: int = 2
    number_label: str = "Permit no."
    is_banded: bool = False
    """A dark band across the head, the look of some departments."""


def drawn_form(form: Form, page: int = 1, pages: int = 1) -> Image.Image:
    """Return the form as its program prints it: letter size, 200 dpi, grey."""
    sheet = Image.new("L", LETTER, 255)
    pen = ImageDraw.Draw(sheet)
    y = _head(sheet, pen, form)
    y = _fields(sheet, pen, form, y + 26)
    y = _checks(sheet, pen, form, y + 34)
    y = _remarks(sheet, pen, form, y + 20)
    _signature(sheet, pen, form, min(y + 40, 1850))
    if form.stamp:
        _stamp(sheet, form.stamp, form.signed_on, (1180, min(y + 20, 1830)))
    _print(pen, (MARGIN, 2120), form.code, 20)
    _print(pen, (LETTER[0] - MARGIN, 2120), f"Page {page} of {pages}", 20, anchor="ra")
    return sheet


def _head(sheet: Image.Image, pen: ImageDraw.ImageDraw, form: Form) -> int:
    right, colour = LETTER[0] - MARGIN, INK
    if form.is_banded:
        pen.rectangle((MARGIN - 20, 90, right + 20, 262), 45)
        colour = 250
    _seal(pen, (MARGIN + 62, 176), colour)
    _print(pen, (MARGIN + 150, 108), "City of Example", 28, colour)
    _print(pen, (MARGIN + 150, 146), form.office, 46, colour, bold=True)
    _print(pen, (MARGIN + 150, 208), form.title, 34, colour)
    _print(pen, (right, 116), form.number_label, 22, colour, anchor="ra")
    _print(pen, (right, 150), form.number, 38, colour, bold=True, anchor="ra")
    if not form.is_banded:
        pen.line((MARGIN, 272, right, 272), INK, 5)
        pen.line((MARGIN, 281, right, 281), INK, 1)
    return 290


def _seal(pen: ImageDraw.ImageDraw, at: tuple[int, int], colour: int) -> None:
    """The city's seal: a tower gate between two rings."""
    x, y = at
    for radius, width in ((62, 4), (50, 2)):
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=colour, width=width)
    for left in (-30, 14):
        pen.rectangle((x + left, y - 22, x + left + 16, y + 28), outline=colour, width=3)
    pen.rectangle((x - 14, y - 6, x + 14, y + 28), outline=colour, width=3)
    pen.arc((x - 9, y + 4, x + 9, y + 36), 180, 360, fill=colour, width=3)
    pen.line((x - 40, y + 30, x + 40, y + 30), colour, 3)


def _fields(sheet: Image.Image, pen: ImageDraw.ImageDraw, form: Form, y: int) -> int:
    right, height = LETTER[0] - MARGIN, 84
    for row in form.fields:
        weights = [max(len(value) + 3, len(label), 9) for label, value in row]
        x = MARGIN
        for place, ((label, value), weight) in enumerate(zip(row, weights, strict=True)):
            end = right if place == len(row) - 1 else x + (right - MARGIN) * weight // sum(weights)
            pen.rectangle((x, y, end, y + height), outline=INK, width=2)
            _print(pen, (x + 12, y + 8), label, 19, 60)
            _write(sheet, (x + 18, y + 34), value, 34)
            x = end
        y += height
    return y


def _checks(sheet: Image.Image, pen: ImageDraw.ImageDraw, form: Form, y: int) -> int:
    marks = iter(form.marks)
    width = (LETTER[0] - 2 * MARGIN) // form.columns
    for heading, lines in form.checks:
        pen.rectangle((MARGIN, y, LETTER[0] - MARGIN, y + 40), 225)
        _print(pen, (MARGIN + 12, y + 7), heading, 25, bold=True)
        for column in range(form.columns):
            for place, answer in enumerate(form.answers):
                x = MARGIN + width * (column + 1) - 128 + 62 * place
                _print(pen, (x + 13, y + 9), answer, 20, anchor="ma")
        y += 52
        rows = -(-len(lines) // form.columns)
        for place, line in enumerate(lines):
            left, top = MARGIN + width * (place // rows), y + 46 * (place % rows)
            _print(pen, (left + 12, top + 2), line, 24)
            mark = next(marks, " ")
            for box, letter in enumerate("yn"):
                x = left + width - 128 + 62 * box
                pen.rectangle((x, top, x + 26, top + 26), outline=INK, width=2)
                if mark == letter:
                    _cross(pen, (x, top), place * 7 + box)
        y += 46 * rows + 14
    return y


def _cross(pen: ImageDraw.ImageDraw, at: tuple[int, int], seed: int) -> None:
    x, y = at
    a, b, c, d = np.random.default_rng(seed).integers(-4, 5, 4)
    pen.line((x + 1 + a, y + 1 + b, x + 27 + c, y + 26 + d), PEN_INK, 4)
    pen.line((x + 26 + b, y - 2 + a, x + c, y + 27 + d), PEN_INK, 4)


def _remarks(sheet: Image.Image, pen: ImageDraw.ImageDraw, form: Form, y: int) -> int:
    _print(pen, (MARGIN, y), "Remarks", 25, bold=True)
    y += 42
    for line in [*form.remarks, ""]:
        _write(sheet, (MARGIN + 14, y), line, 35)
        pen.line((MARGIN, y + 44, LETTER[0] - MARGIN, y + 44), 130, 1)
        y += 58
    return y


def _signature(sheet: Image.Image, pen: ImageDraw.ImageDraw, form: Form, y: int) -> None:
    for left, label in ((MARGIN, "Inspector (print and sign)"), (830, "Date")):
        end = left + (660 if left == MARGIN else 260)
        pen.line((left, y + 112, end, y + 112), INK, 2)
        _print(pen, (left, y + 120), label, 20, 60)
    _write(sheet, (MARGIN + 6, y + 66), form.signed, 34)
    _write(sheet, (840, y + 66), form.signed_on, 34)
    _scrawl(pen, (MARGIN + 360, y + 78), form.signed)


def _scrawl(pen: ImageDraw.ImageDraw, at: tuple[int, int], name: str) -> None:
    """A signature: the same name always signs alike."""
    rng = np.random.default_rng([ord(c) for c in name])
    along = np.linspace(0, 1, 260)
    loops, more, lean = rng.uniform(3.5, 6.5), rng.uniform(7, 12), rng.uniform(10, 26)
    height = rng.uniform(34, 52) * np.exp(-rng.uniform(0.6, 2.2) * along) * (0.5 + 0.5 * np.sin(more * along) ** 2)
    turn = 2 * np.pi * loops * along + rng.uniform(0, 6)
    x = at[0] + rng.uniform(190, 260) * along + lean * np.sin(turn)
    y = at[1] - height * (np.cos(turn) + 0.5 * np.sin(more * turn / loops)) + 12 * np.sin(3 * along)
    pen.line(list(zip(x, y, strict=True)), PEN_INK, 4, joint="curve")
    pen.line((at[0] + 10, at[1] + 26, at[0] + 265, at[1] + 8), PEN_INK, 3)


def _stamp(sheet: Image.Image, words: str, day: str, at: tuple[int, int]) -> None:
    """A rubber stamp, a little turned, with worn ink."""
    face = Image.new("L", (440, 190), 0)
    pen = ImageDraw.Draw(face)
    pen.rounded_rectangle((6, 6, 433, 183), 20, outline=255, width=7)
    pen.rounded_rectangle((18, 18, 421, 171), 14, outline=255, width=2)
    _print(pen, (220, 34), words, 52, 255, bold=True, anchor="ma")
    _print(pen, (220, 114), f"City of Example   {day}", 25, 255, anchor="ma")
    worn = np.random.default_rng(len(words)).uniform(0, 1, (24, 55)).astype(np.float32)
    wear = Image.fromarray((worn * 255).astype(np.uint8)).resize(face.size, Image.Resampling.BICUBIC)
    worn_face = np.asarray(face, np.float32) * np.clip(np.asarray(wear, np.float32) / 90, 0.25, 1)
    face = Image.fromarray(worn_face.astype(np.uint8)).rotate(7, Image.Resampling.BICUBIC, expand=True)
    sheet.paste(105, at, face)


# ---- drawings ------------------------------------------------------------------------------------------------


def site_plan(address: str, parcel: str, permit: str, drawn_by: str, drawn_on: str, revision: str) -> Image.Image:
    """A lot with its house, the addition that is applied for, and what a plan checker measures."""
    sheet, pen = _drawing_sheet(
        "Site plan",
        (address, f"APN {parcel}"),
        (("Permit", permit), ("Drawn", drawn_by), ("Date", drawn_on), ("Rev.", revision)),
    )
    _print(pen, (230, 1300), address.split(" ", 1)[1].upper(), 34, bold=True)
    pen.line((120, 1270, 1560, 1270), INK, 3)
    pen.line((120, 1240, 1560, 1240), INK, 2)
    for x in range(120, 1560, 46):
        pen.line((x, 1360, x + 24, 1360), INK, 2)
    _dashed(pen, [(420, 240), (1180, 240), (1180, 1200), (420, 1200), (420, 240)], 34, 10)
    for neighbour in ((150, 420, 350, 900), (1270, 330, 1530, 860)):
        pen.rectangle(neighbour, outline=120, width=2)
        _print(pen, (neighbour[0] + 14, neighbour[1] + 14), "neighbor", 20, 120)
    house = [(500, 620), (900, 620), (900, 540), (1090, 540), (1090, 1010), (760, 1010), (760, 1060), (500, 1060)]
    pen.polygon(house, fill=238, outline=INK, width=5)
    addition = (640, 380, 1000, 540)
    _hatched(pen, addition)
    pen.rectangle((940, 1060, 1090, 1240), outline=INK, width=2)
    _print(pen, (1015, 1140), "drive", 22, anchor="mm")
    _print(pen, (760, 800), "Existing dwelling\n1 story, 1,460 sq ft", 28)
    pen.rectangle((700, 425, 940, 500), 255)
    _print(pen, (820, 462), "ADDITION 288 sq ft", 24, bold=True, anchor="mm")
    for x, y, radius in ((490, 330, 52), (1105, 350, 40), (590, 1130, 34)):
        _tree(pen, x, y, radius)
    _measure(pen, (420, 200), (1180, 200), "50.00'")
    _measure(pen, (1214, 240), (1214, 1200), "63.15'")
    _measure(pen, (640, 566), (900, 566), "17'-4\"")
    _measure(pen, (960, 240), (960, 380), "9'-3\"")
    _measure(pen, (420, 700), (500, 700), "5'-3\"")
    _measure(pen, (500, 1060), (500, 1200), "9'-2\"")
    _north_arrow(pen, (1400, 1060))
    _scale_bar(pen, (1300, 1190), ("0", "10", "20 ft"))
    return sheet


def curb_ramp(corner: str, project: str, drawn_by: str, drawn_on: str) -> Image.Image:
    """A curb ramp as built: plan above, section below."""
    sheet, pen = _drawing_sheet(
        "Curb ramp, as built",
        (corner, "Plan and section A-A"),
        (("Project", project), ("Drawn", drawn_by), ("Date", drawn_on)),
    )
    pen.line((160, 760, 640, 760), INK, 6)
    pen.line((1120, 760, 1540, 760), INK, 6)
    pen.line((160, 790, 1540, 790), INK, 2)
    pen.polygon([(640, 760), (760, 420), (1000, 420), (1120, 760)], outline=INK, width=3)
    pen.rectangle((760, 420, 1000, 760), outline=INK, width=4)
    for x in range(780, 1000, 22):
        for y in range(660, 756, 22):
            pen.ellipse((x - 5, y - 5, x + 5, y + 5), outline=INK, width=2)
    pen.rectangle((700, 240, 1060, 420), outline=INK, width=3)
    _print(pen, (880, 330), "landing 1.8 %", 26, anchor="mm")
    _print(pen, (880, 540), "ramp 7.9 %", 26, anchor="mm")
    _measure(pen, (760, 200), (1000, 200), "4'-0\"")
    _measure(pen, (1180, 420), (1180, 760), "6'-2\"")
    for y, letter_y in ((150, 120), (880, 912)):
        pen.line((880, y, 880, y + 46 * (1 if y < 500 else -1)), INK, 4)
        _print(pen, (880, letter_y), "A", 30, bold=True, anchor="mm")
    _print(pen, (190, 820), "gutter", 22)
    _print(pen, (190, 700), "sidewalk", 22)
    ground = [(200, 1100), (520, 1100), (980, 1190), (1060, 1200), (1500, 1170)]
    pen.line(ground, INK, 6, joint="curve")
    pen.line([(x, y + 46) for x, y in ground], INK, 3, joint="curve")
    for x in range(220, 1480, 24):
        y = float(np.interp(x, *zip(*ground, strict=True)))
        pen.line((x, y + 46, x + 22, y), 110, 1)
    _print(pen, (200, 1030), "Section A-A", 28, bold=True)
    _print(pen, (600, 1040), "7.9 % max. 8.3 %", 24)
    _measure(pen, (520, 1310), (980, 1310), "6'-2\"")
    _scale_bar(pen, (1280, 1300), ("0", "2", "4 ft"))
    return sheet


def track_plan(stretch: str, project: str, drawn_by: str, drawn_on: str) -> Image.Image:
    """Two tracks with a crossover through a stop, and the places from which the corridor is photographed."""
    sheet, pen = _drawing_sheet(
        "Corridor photography, camera points",
        (stretch,),
        (("Project", project), ("Drawn", drawn_by), ("Date", drawn_on)),
    )
    along = np.linspace(0, 1, 200)
    middle = [(120 + 1460 * t, 720 + 90 * np.sin(2.4 * t + 0.3)) for t in along]
    for aside in (-62, -34, 34, 62):
        pen.line([(x, y + aside) for x, y in middle], INK, 4)
    for x, y in middle[::4]:
        for aside in (-48, 48):
            pen.line((x, y + aside - 24, x, y + aside + 24), 110, 5)
    for aside in (-62, -34):
        (x0, y0), (x1, y1) = middle[138], middle[162]
        pen.line((x0, y0 + aside, x1, y1 + aside + 96), INK, 4)
    for aside in (-150, 90):
        x, y = middle[70]
        pen.rectangle((x - 190, y + aside, x + 250, y + aside + 56), 232, INK, 3)
    _print(pen, (middle[70][0] + 30, middle[70][1] - 122), "Mill Street Station", 26, anchor="mm")
    for number, (place, side) in enumerate(((12, -230), (46, 230), (98, -250), (128, 210), (160, -220), (180, 240)), 1):
        x, y = middle[place]
        pen.line((x, y + side * 0.84, x, y + side * 0.3), INK, 2)
        pen.ellipse((x - 34, y + side - 34, x + 34, y + side + 34), 255, INK, 4)
        _print(pen, (x, y + side), f"C{number}", 28, bold=True, anchor="mm")
        _print(pen, (x + 46, y + side - 14), f"{104 + number}+{37 * number % 100:02d}", 22)
    for x, y in middle[10::32]:
        pen.line((x, y - 84, x, y + 84), 150, 1)
    _north_arrow(pen, (1460, 330))
    _scale_bar(pen, (180, 1260), ("0", "100", "200 ft"))
    return sheet


def _drawing_sheet(title: str, lines: Sequence[str], cells: Sequence[tuple[str, str]]):
    """Return an empty tabloid sheet with frame and title block, and a pen on it."""
    sheet = Image.new("L", TABLOID, 255)
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((50, 50, 2150, 1650), outline=INK, width=6)
    pen.rectangle((1640, 50, 2150, 1650), outline=INK, width=4)
    _seal(pen, (1740, 150), INK)
    _print(pen, (1820, 112), "City of Example", 34, bold=True)
    _print(pen, (1820, 160), "Public record", 24)
    pen.line((1640, 240, 2150, 240), INK, 3)
    _print(pen, (1664, 270), "Notes", 26, bold=True)
    notes = ("1. Dimensions in feet and inches.", "2. Verify on site before work.", "3. Not to be scaled from copies.")
    for place, line in enumerate(notes):
        _print(pen, (1664, 316 + 38 * place), line, 23)
    words = title.split(", ")
    for place, part in enumerate(words):
        _print(pen, (1664, 900 + 52 * place), part if place == 0 else part.capitalize(), 42, bold=True)
    for place, line in enumerate(lines):
        _print(pen, (1664, 1020 + 40 * place), line, 28)
    top = 1650 - 110 * len(cells)
    for place, (label, value) in enumerate(cells):
        y = top + 110 * place
        pen.line((1640, y, 2150, y), INK, 2)
        _print(pen, (1664, y + 12), label, 21, 60)
        _print(pen, (1664, y + 46), value, 34)
    return sheet, pen


def _dashed(pen: ImageDraw.ImageDraw, points, on: int, off: int) -> None:
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        length = float(np.hypot(x1 - x0, y1 - y0))
        for at in np.arange(0, length, on + off):
            a, b = at / length, min(at + on, length) / length
            pen.line((x0 + (x1 - x0) * a, y0 + (y1 - y0) * a, x0 + (x1 - x0) * b, y0 + (y1 - y0) * b), INK, 4)


def _hatched(pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = box
    height = bottom - top
    for x in range(left - height, right, 22):
        start, end = max(left, x), min(right, x + height)
        pen.line((start, bottom - (start - x), end, bottom - (end - x)), 90, 2)
    pen.rectangle(box, outline=INK, width=5)


def _tree(pen: ImageDraw.ImageDraw, x: int, y: int, radius: int) -> None:
    for turn in np.arange(0, 2 * np.pi, np.pi / 6):
        a, b = x + radius * np.cos(turn), y + radius * np.sin(turn)
        pen.arc((a - 16, b - 16, a + 16, b + 16), np.degrees(turn) - 110, np.degrees(turn) + 110, fill=90, width=2)
    pen.ellipse((x - 4, y - 4, x + 4, y + 4), INK)


def _measure(pen: ImageDraw.ImageDraw, start: tuple[int, int], end: tuple[int, int], words: str) -> None:
    """A dimension line with ticks, its figure in the middle."""
    pen.line((*start, *end), INK, 2)
    for x, y in (start, end):
        pen.line((x - 9, y + 9, x + 9, y - 9), INK, 3)
    x, y = (start[0] + end[0]) // 2, (start[1] + end[1]) // 2
    around = pen.textbbox((x, y), words, font=ImageFont.load_default(24), anchor="mm")
    pen.rectangle((around[0] - 5, around[1] - 3, around[2] + 5, around[3] + 3), 255)
    _print(pen, (x, y), words, 24, anchor="mm")


def _north_arrow(pen: ImageDraw.ImageDraw, at: tuple[int, int]) -> None:
    x, y = at
    pen.ellipse((x - 48, y - 48, x + 48, y + 48), outline=INK, width=3)
    pen.polygon([(x, y - 78), (x - 20, y + 20), (x, y)], INK)
    pen.polygon([(x, y - 78), (x + 20, y + 20), (x, y)], outline=INK, width=2)
    _print(pen, (x, y - 112), "N", 34, bold=True, anchor="mm")


def _scale_bar(pen: ImageDraw.ImageDraw, at: tuple[int, int], words: Sequence[str]) -> None:
    x, y = at
    for part in range(4):
        pen.rectangle((x + 55 * part, y, x + 55 * (part + 1), y + 14), 255 if part % 2 else INK, INK, 2)
    for place, word in enumerate(words):
        _print(pen, (x + 110 * place, y + 20), word, 22, anchor="ma")


# ---- paper ---------------------------------------------------------------------------------------------------


def scanned(sheet: Image.Image, seed: int) -> Image.Image:
    """Return the sheet as an office scanner sees it: a little askew, grey paper, a shadow at the edge, noise."""
    rng = np.random.default_rng(seed)
    paper = sheet.rotate(rng.uniform(-0.7, 0.7), Image.Resampling.BICUBIC, fillcolor=255, translate=(5, -4))
    pixels = np.asarray(paper, np.float32) * 0.94 + 4
    height, width = pixels.shape
    shadow = np.exp(-np.arange(width) / 26) * rng.uniform(40, 90)
    coarse = Image.fromarray(rng.integers(0, 255, (24, 18), np.uint8)).resize((width, height), Image.Resampling.BICUBIC)
    pixels = pixels - shadow + (np.asarray(coarse, np.float32) - 128) * 0.03 + rng.normal(0, 2.2, (height, width))
    for y in (height * 0.17, height * 0.5, height * 0.83)[: 2 + seed % 2]:
        _punch(pixels, (44, int(y)))
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _punch(pixels: np.ndarray, at: tuple[int, int], radius: int = 25) -> None:
    x, y = at
    down, across = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    hole = across**2 + down**2 <= radius**2
    pixels[y - radius : y + radius + 1, x - radius : x + radius + 1][hole] = 38


def bilevel(sheet: Image.Image) -> Image.Image:
    """Return the sheet in black and white, as scanners save many pages."""
    return sheet.point(lambda grey: 255 * (grey > 150)).convert("1", dither=Image.Dither.NONE)


def microfilmed(sheet: Image.Image, seed: int) -> Image.Image:
    """Return the sheet as a microfilm scanner delivers it: 16 bits of grey in the narrow range that film has."""
    rng = np.random.default_rng(seed)
    pixels = np.asarray(sheet.resize((1100, 850), Image.Resampling.LANCZOS), np.float32) / 255
    height, width = pixels.shape
    down, across = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    light = 1 - 0.22 * (across**2 + down**2)
    film = 9_000 + 31_000 * (0.12 + 0.88 * pixels) * light + rng.normal(0, 420, pixels.shape)
    return Image.fromarray(film.clip(0, 65_535).astype(np.uint16))


# ---- letters -------------------------------------------------------------------------------------------------


def _print(pen: ImageDraw.ImageDraw, at, words: str, size: int, colour: int = INK, *, bold=False, anchor="la") -> None:
    """Printed words. Pillow brings one face along; a thin outline of the same ink makes it bold."""
    anchor = None if "\n" in words else anchor
    pen.text(at, words, colour, ImageFont.load_default(size), anchor=anchor, stroke_width=size / 34 if bold else 0)


def _write(sheet: Image.Image, at: tuple[int, int], words: str, size: int) -> None:
    """Words written by hand: slanted, each letter a little up or down."""
    if not words:
        return
    font = ImageFont.load_default(size)
    rng = np.random.default_rng([ord(c) for c in words])
    line = Image.new("L", (int(font.getlength(words) * 1.1) + 60, size * 2), 0)
    pen, x = ImageDraw.Draw(line), 20.0
    for letter in words:
        pen.text((x, size * 0.3 + rng.uniform(-1.4, 1.4)), letter, 255, font)
        x += font.getlength(letter) * rng.uniform(0.95, 1.03)
    slant = 0.22
    slanted = line.transform(
        line.size, Image.Transform.AFFINE, (1, slant, -slant * size, 0, 1, 0), Image.Resampling.BICUBIC
    )
    sheet.paste(PEN_INK, (at[0] - 20, int(at[1] - size * 0.3)), slanted)
