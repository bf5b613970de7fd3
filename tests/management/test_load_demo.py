"""The command: what it tells, what it leaves alone; and that its pictures are the same each time."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from catalog.management.commands import load_demo
from catalog.management.demo import city, pictures
from catalog.management.demo.people import PASSWORD
from catalog.metadata.validation import check_filing
from catalog.models import Batch, Filing, ImageFile, Record, User


@pytest.fixture(autouse=True)
def _drawn_only(monkeypatch):
    """As if none of the packages with photographs were installed."""
    monkeypatch.setattr(pictures, "find_spec", lambda name: None)


@pytest.fixture
def village(db, monkeypatch):
    """A city of four pictures, two of them photographs."""
    monkeypatch.setattr(load_demo, "items", city.same_bytes_from_two_agencies)


def told() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def test_every_filing_passes_the_checks_of_a_filing_and_has_a_key_of_its_own():
    items = list(city.items())
    assert not [p for item in items for p in check_filing(item.values)]
    assert len({(item.office, item.key) for item in items}) == len(items)


@pytest.mark.parametrize("file_name", ["A1.0_site_plan_corr.png", "scan 0091.jpg", "A1.0 site plan.tif"])
def test_a_picture_is_drawn_with_the_same_bytes_each_time(file_name):
    item = next(item for item in city.cases() if item.file_name == file_name)
    assert item.draw() == item.draw()


def test_other_metadata_leave_the_coded_picture_alone():
    plain = pictures.jpeg(pictures.Image.new("RGB", (40, 30), "teal"))
    once = pictures.with_exif(plain, pictures.Camera("A", "B"), "2020-01-02T03:04:05", north_east=(34.05, -118.28))
    again = pictures.with_exif(once, pictures.Camera("C", "D"), "2021-01-02T03:04:05")
    assert again.count(b"Exif\0\0") == 1
    assert once.endswith(plain[20:])
    assert again.endswith(plain[20:])


def test_without_the_packages_the_drawn_part_is_filed_and_it_says_how_to_get_the_rest(village):
    words = told()
    assert "pip install -r requirements.txt -r requirements-demo.txt" in words
    assert PASSWORD in words
    assert Filing.objects.count() == 2


def test_loading_twice_files_nothing_twice(village):
    told()
    before = [model.objects.count() for model in (Filing, ImageFile, Record, User, Batch)]
    assert "\n0 pictures filed" in told()
    assert [model.objects.count() for model in (Filing, ImageFile, Record, User, Batch)] == before


def test_a_password_that_was_changed_stays_changed(village):
    told()
    officer = User.objects.get(username="officer")
    officer.set_password("quite another one")
    officer.save()
    told()
    assert User.objects.get(username="officer").check_password("quite another one")


def test_waiting_for_decisions_ends_when_no_worker_comes(village):
    out = StringIO()
    call_command("load_demo", "--decide", "0", stdout=out)
    assert "run load_demo --decide again" in out.getvalue()


def test_a_catalog_with_people_of_its_own_is_left_alone(person):
    person("ana")
    with pytest.raises(CommandError, match="people of its own"):
        told()
    assert User.objects.count() == 1
