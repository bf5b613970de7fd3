"""A planner whose browser asks for Spanish finds the official copy, sees why, takes it along, and changes language."""

import re

import pytest
from playwright.sync_api import expect

from tests.conftest import drawn, jpeg, with_exif


@pytest.fixture
def mill(agencies, schemes, file_it, run_jobs):
    """One record of two departments' copies that name different parcels."""
    data = jpeg(drawn(3, (640, 480)))
    file_it(
        data, agencies["building"], title="Corner of Mill Street", name="mill.jpg", created="2024-03-12",
        numbers=[("apn", "5149-015-902")],
    )  # fmt: skip
    file_it(
        with_exif(data, artist="Ama Osei"), agencies["metro"], title="Mill Street stop", name="stop.jpg",
        created="2024-03-12", numbers=[("apn", "5149-015-903")],
    )  # fmt: skip
    run_jobs()


@pytest.mark.parametrize("javascript", [True, False])
def test_the_whole_way_of_a_planner_is_in_spanish(visit, mill, javascript):
    page = visit(locale="es-US", javascript=javascript)
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Las imágenes de la ciudad"))
    box = page.get_by_label(re.compile("^Buscar imágenes por palabras")).first
    box.fill("corner mill")
    box.press("Enter")
    expect(page.get_by_text("1 registro para “corner mill”")).to_be_visible()
    page.get_by_role("link", name="Corner of Mill Street").click()

    why = page.get_by_role("region", name="Por qué esta es la oficial")
    expect(why).to_contain_text("La presentación de Building and Safety es la copia de registro. Se presentó primero.")
    expect(page.get_by_role("heading", name="Las 2 copias")).to_be_visible()
    expect(page.get_by_text("No todo lo que dicen sus presentaciones puede ser cierto")).to_be_visible()
    expect(page.get_by_text("12 de marzo de 2024").first).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^Descargar")).first).to_be_visible()
    expect(page.get_by_role("heading", name="Historial")).to_be_visible()
    expect(page.get_by_text("Building and Safety presentó mill.jpg.")).to_be_visible()

    page.get_by_role("link", name="5149-015-902").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("5149-015-902")
    expect(page.get_by_text("Lo que no coincide")).to_be_visible()

    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_text("What does not fit")).to_be_visible()
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_text("Lo que no coincide")).to_be_visible()
