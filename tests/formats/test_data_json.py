import json

import pytest

from catalog.formats.data_json import data_json, dataset_1_1, dataset_3, dcat_us_3
from catalog.formats.text import well_formed

from .examples import CATALOG, HOSTILE_TEXTS, damaged, hostile, minimal, nameless, photograph, withdrawn, worked_example

ENTRIES = [photograph(), minimal(), nameless(), damaged(), withdrawn(), *worked_example()]


@pytest.fixture
def violations(check, tmp_path):
    """Count what the schemas of both versions find in a catalog of these entries."""

    def count(*entries) -> int:
        old, new = tmp_path / "data.json", tmp_path / "dcat-us-3.json"
        old.write_bytes(b"".join(data_json(entries, CATALOG)))
        new.write_bytes(b"".join(dcat_us_3(entries, CATALOG)))
        return check.check_datajson(old) + check.check_dcatus3(new)

    return count


def test_a_catalog_is_valid_in_both_versions(violations):
    assert violations(*ENTRIES) == 0


def test_an_empty_catalog_is_valid_too(violations):
    assert violations() == 0


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_hostile_text_is_valid_and_says_the_same(violations, text):
    entry = hostile(text)
    assert violations(entry) == 0
    if text.strip():
        assert dataset_1_1(entry, CATALOG)["title"] == dataset_3(entry, CATALOG)["title"] == well_formed(text).strip()


def test_both_name_the_record_its_files_and_its_office(check):
    old, new = dataset_1_1(photograph(), CATALOG), dataset_3(photograph(), CATALOG)
    assert old["identifier"] == new["identifier"] == "https://images.city.example/id/image/01JQ7X"
    assert old["publisher"]["name"] == new["publisher"]["name"] == "Planning Department"
    assert len(old["distribution"]) == len(new["distribution"]) == len(photograph().copies)
    assert old["accessLevel"] == "public"


def test_no_licence_date_or_place_is_made_up():
    for dataset in (dataset_1_1(minimal(), CATALOG), dataset_3(minimal(), CATALOG)):
        assert not {"license", "created", "spatial", "temporal", "issued"} & dataset.keys()


def test_the_stream_is_one_document():
    assert len(json.loads(b"".join(data_json(ENTRIES, CATALOG)))["dataset"]) == len(ENTRIES)
