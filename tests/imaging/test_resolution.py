import io

import numpy as np
import pytest
from PIL import Image, ImageFilter

from catalog.imaging.resolution import enlargement, real_pixels

RESAMPLING = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
# sharp and soft, noisy and smooth, from cameras, film and a scanner
PHOTOGRAPHS = (
    "Canon_PowerShot_S30_(2).jpg",
    "Casio_EX-Z3.jpg",
    "FujiFilm_FinePix1400Zoom_(1).jpg",
    "Kodak_DX4330.jpg",
    "Nikon_E950.jpg",
    "astronaut.png",
    "coffee.png",
    "chelsea.png",
)


def photograph(shared, name: str) -> Image.Image:
    with Image.open(shared / "samples" / "photos" / name) as picture:
        picture.load()
        return picture.convert("RGB").crop((0, 0, min(900, picture.width), min(700, picture.height)))


def recoded(picture: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file)


def scaled(picture: Image.Image, factor: float, resampling: str = "bicubic") -> Image.Image:
    size = tuple(round(side * factor) for side in picture.size)
    return picture.resize(size, RESAMPLING[resampling])


@pytest.mark.parametrize("name", PHOTOGRAPHS)
@pytest.mark.parametrize("quality", [50, 75, 95])
def test_a_photograph_counts_in_full_at_every_quality(shared, name, quality):
    picture = photograph(shared, name)
    assert real_pixels(recoded(picture, quality)) == picture.width * picture.height


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_soft_or_reduced_photograph_counts_in_full(shared, name):
    picture = photograph(shared, name)
    soft = picture.filter(ImageFilter.GaussianBlur(2))
    for one in (soft, recoded(soft, 90), recoded(scaled(picture, 0.75), 90), scaled(picture, 0.5)):
        assert real_pixels(one) == one.width * one.height


@pytest.mark.parametrize("resampling", RESAMPLING)
@pytest.mark.parametrize("factor", [1.5, 2, 3])
def test_an_enlarged_copy_counts_less_than_its_original(shared, factor, resampling):
    behind = 0
    for name in PHOTOGRAPHS:
        picture = photograph(shared, name)
        enlarged = recoded(scaled(picture, factor, resampling), 90)
        behind += real_pixels(enlarged) < picture.width * picture.height
    assert behind >= len(PHOTOGRAPHS) - (3 if (factor, resampling) == (2, "lanczos") else 2)  # which leaves least


@pytest.mark.parametrize("factor", [1.5, 2, 3])
def test_the_scale_is_read_from_an_enlarged_photograph(shared, factor):
    picture = photograph(shared, "coffee.png")
    assert enlargement(scaled(picture, factor)) == pytest.approx(factor, rel=0.02)


def test_drawings_pages_and_patterns_are_not_enlarged_pictures(shared):
    stripes = Image.fromarray(np.tile(np.uint8([0, 0, 255]), (400, 134)))
    assert enlargement(stripes) == 1
    for name in ("feyn.tif", "patent.png", "keystone.png", "map1.jpg", "zanotti-78.jpg"):
        with Image.open(shared / "samples" / "pages" / name) as page:
            page.load()
            assert enlargement(page) == 1


@pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK", "I;16", "F", "LAB", "YCbCr"])
def test_every_mode_is_measured(mode):
    assert real_pixels(of_mode(noise(300, 300), mode)) == 90_000


@pytest.mark.parametrize("size", [(1, 1), (255, 4_000), (3_000, 1), (300, 300)])
def test_small_narrow_and_flat_pictures_count_in_full(size):
    assert real_pixels(Image.new("RGB", size, (200, 200, 200))) == size[0] * size[1]


def noise(width: int, height: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8))


def of_mode(picture: Image.Image, mode: str) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(np.asarray(picture.convert("L"), np.uint16) * 200)
    return picture.convert(mode)
