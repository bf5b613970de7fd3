"""Filing a folder from the shell: goes on, can be run again, tells what became of each file."""

import csv
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from catalog import tasks
from catalog.models import Filing, Record, Statement
from tests.conftest import drawn, jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "scans"
    (folder / "deep").mkdir(parents=True)
    (folder / "IMG_1.jpg").write_bytes(jpeg(drawn(1)))
    (folder / "deep" / "again.jpg").write_bytes(jpeg(drawn(1)))
    (folder / "notes.txt").write_text("no picture")
    (folder / "empty.jpg").write_bytes(b"")
    (folder / ".hidden.jpg").write_bytes(jpeg(drawn(2)))
    (folder / "link.jpg").symlink_to(folder / "IMG_1.jpg")
    return folder


def import_folder(folder, **options) -> str:
    out = io.StringIO()
    call_command("import_folder", folder, agency="building", stdout=out, stderr=out, **options)
    return out.getvalue()


@pytest.fixture(autouse=True)
def _no_messages(monkeypatch, agency):
    monkeypatch.setattr(tasks, "_send", lambda task: None)


def figures(text: str) -> list[int]:
    return [int(line.split("│")[2].replace(",", "")) for line in text.splitlines() if line.startswith("│")]


def test_every_file_is_filed_or_refused_with_its_reason(folder):
    told = import_folder(folder)
    assert figures(told) == [1, 1, 0, 2]
    assert "notes.txt: " in told
    assert "empty.jpg: " in told
    assert set(Filing.objects.values_list("item_key", flat=True)) == {"IMG_1.jpg", "deep/again.jpg"}


def test_running_it_again_files_nothing_anew(folder, run_jobs):
    import_folder(folder)
    run_jobs()
    assert figures(import_folder(folder)) == [0, 0, 2, 2]
    assert Filing.objects.count() == 2


def test_changed_bytes_under_the_same_name_supersede(folder, run_jobs):
    import_folder(folder)
    (folder / "IMG_1.jpg").write_bytes(jpeg(drawn(5)))
    import_folder(folder)
    run_jobs()
    new = Filing.objects.get(supersedes__isnull=False)
    assert new.supersedes.item_key == new.item_key == "IMG_1.jpg"
    assert Record.objects.standing().count() == 2


def test_the_metadata_file_describes(folder, schemes, tmp_path):
    table = tmp_path / "metadata.csv"
    table.write_text(
        "file,title,created,subject,apn\n"
        "IMG_1.jpg,North elevation,2024-05-01,brick|mill,5149 015 902\n"
        "deep/again.jpg,Same again,not a day,,\n"
        "absent.jpg,Not there,unknown,,\n"
    )
    refused = tmp_path / "refused.csv"
    told = import_folder(folder, metadata=table, refused=refused)
    assert figures(told) == [1, 0, 0, 4]
    said = set(Statement.objects.filter(filing__item_key="IMG_1.jpg").values_list("element", "value"))
    assert {("title", "North elevation"), ("subject", "brick"), ("subject", "mill")} <= said
    with refused.open(newline="") as file:
        reasons = {row["file"]: row["reason"] for row in csv.DictReader(file)}
    assert "not a day" in reasons["deep/again.jpg"]
    assert "does not hold it" in reasons["absent.jpg"]


def test_the_metadata_file_says_from_which_day_on_others_may_see(folder, tmp_path):
    table, refused = tmp_path / "metadata.csv", tmp_path / "refused.csv"
    table.write_text("file,title,embargo_until\nIMG_1.jpg,North,2999-01-01\ndeep/again.jpg,South,1999-01-01\n")
    import_folder(folder, metadata=table, refused=refused)
    filing = Filing.objects.get()
    assert (filing.audience, filing.audience_after, str(filing.embargo_until)) == ("restricted", "public", "2999-01-01")
    with refused.open(newline="") as file:
        reasons = {row["file"]: row["reason"] for row in csv.DictReader(file)}
    assert "“1999-01-01” is not in the future; write, say," in reasons["deep/again.jpg"]


def test_an_unknown_agency_is_an_error_that_names_the_known(folder):
    with pytest.raises(CommandError, match="Known: building"):
        call_command("import_folder", folder, agency="nobody")


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(CommandError, match="is not a folder"):
        import_folder(tmp_path / "nowhere")
