"""Old evidence is brought up to the present rule, by command."""

from dataclasses import replace

import pytest
from django.core.management import call_command
from PIL import Image

from catalog.imaging import rule
from catalog.models import Match, Record
from tests.conftest import drawn, jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture
def joined(file_it, run_jobs, agencies) -> None:
    picture = drawn(size=(960, 720))
    file_it(jpeg(picture, quality=95), agencies["building"], key="fine")
    file_it(jpeg(picture.resize((640, 480), Image.Resampling.LANCZOS)), agencies["metro"], key="small")
    run_jobs()
    assert Record.objects.standing().count() == 1


def stricter(monkeypatch) -> None:
    judge = rule.judge
    monkeypatch.setattr(rule, "judge", lambda *facts: replace(judge(*facts), supports=rule.Supports.OPEN))


def rematch(capsys, *arguments: str) -> str:
    call_command("rematch", *arguments)
    return capsys.readouterr().out


def test_a_rule_that_changes_nothing_says_so(joined, capsys):
    assert "Nothing changes." in rematch(capsys)


def test_a_dry_run_tells_what_would_part_and_changes_nothing(joined, run_jobs, capsys, monkeypatch):
    stricter(monkeypatch)
    told = rematch(capsys, "--dry-run")
    assert "part" in told
    assert "same-image is now open" in told
    run_jobs()
    assert Record.objects.standing().count() == 1
    assert Match.objects.filter(supports="same-image").exists()


def test_records_follow_the_new_rule_and_the_old_one_again(joined, run_jobs, capsys, monkeypatch):
    with monkeypatch.context() as patch:
        stricter(patch)
        rematch(capsys)
        run_jobs()
        assert Record.objects.standing().count() == 2
    assert "join" in rematch(capsys)
    run_jobs()
    assert Record.objects.standing().count() == 1


def test_what_an_older_method_measured_is_measured_anew(joined, run_jobs, capsys):
    Match.objects.filter(method__startswith="evidence/").update(method="evidence/0", supports="different")
    assert "different is now same-image" in rematch(capsys)
    run_jobs()
    assert Record.objects.standing().count() == 1
    assert Match.objects.filter(method=Match.objects.latest("id").method, supports="same-image").exists()
