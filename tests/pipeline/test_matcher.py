"""Real matcher processes: killed and held up while files are filed, with one standing by."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from catalog.services.leasing import LEASE_SECONDS

from .test_workers import PROJECT, Installation, _absent, expected_members, fill

SECONDS_TO_START = 30
HOLDER = """
import json
from catalog.services import leasing
lease = leasing.holding("matcher")
print(json.dumps([lease.holder, lease.address] if lease else None))
"""
ASK = """
import json, time
from catalog.services import matching
started = time.monotonic()
while time.monotonic() < started + 60:
    try:
        matching.near([matching.PagePrints(1, None, None, 50)])
        break
    except matching.NoMatcher:
        time.sleep(0.05)
print(json.dumps(time.monotonic() - started))
"""
# Asks two processes in turn, and prints what each did: one line a round, flushed, until it is ended.
WATCH = """
import json, sys, time
from catalog.services import matching
from catalog.services.frames import BadFrame
addresses, lines = {addresses}, [None, None]
question = matching.write_question([matching.PagePrints(1, None, None, 50)])
while True:
    answered = []
    for place, address in enumerate(addresses):
        end = time.monotonic() + 0.3
        try:
            lines[place] = lines[place] or matching.Line("whoever", address, end)
            matching.read_answer(lines[place].ask(question, end))
            answered.append(place)
        except matching.Refused:
            pass
        except (OSError, BadFrame):
            lines[place] = None
    print(json.dumps(answered), flush=True)
    time.sleep(0.05)
"""


class WithMatchers(Installation):
    """A catalog with matcher processes, which can be killed or held up."""

    def __init__(self, folder: Path, database: str):
        super().__init__(folder, database, "filesystem://", matcher="process")
        self.matchers: dict[int, subprocess.Popen] = {}

    def start_matcher(self) -> int:
        """Start one; return its process id once it stands ready."""
        command = [sys.executable, "manage.py", "matcher"]
        matcher = subprocess.Popen(command, cwd=PROJECT, env=self.environment, start_new_session=True)
        self.matchers[matcher.pid] = matcher
        return matcher.pid

    def holder(self) -> tuple[int, str]:
        """Wait until one of ours holds the lease; return its process id and address."""
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            holder = json.loads(self.manage("shell", "-v0", "-c", HOLDER).strip().splitlines()[-1])
            if holder and (pid := int(holder[0].split(":")[1])) in self.matchers:
                return pid, holder[1]
        raise AssertionError("nobody took the lease")

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        self.matchers.pop(pid).wait()

    def seconds_until_answered(self) -> float:
        return json.loads(self.manage("shell", "-v0", "-c", ASK).strip().splitlines()[-1])

    def kill_workers(self) -> None:
        super().kill_workers()
        for pid in list(self.matchers):
            self.kill(pid)


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def installation(request, databases, tmp_path):
    try:
        database = databases.postgres() if request.param == "PostgreSQL" else databases.sqlite()
    except psycopg.OperationalError as error:
        _absent("PostgreSQL", error)
    made = WithMatchers(tmp_path, database)
    yield made
    made.kill_workers()


def test_every_file_settles_although_matchers_are_killed_while_files_are_filed(installation, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    fill(folder, pictures=8)
    installation.start_matcher()
    installation.start_matcher()
    installation.start_worker()
    installation.manage("import_folder", str(folder), "--agency", "building")
    for _ in range(2):
        installation.kill(installation.holder()[0])
        installation.start_matcher()
    state = installation.wait_until_settled()
    assert state["set_aside"] == []
    assert state["states"].count("quarantined") == 1
    assert state["members"] == expected_members(folder)


def test_files_wait_where_no_matcher_runs_and_settle_when_one_comes(installation, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    fill(folder, pictures=1)
    installation.start_worker()
    installation.manage("import_folder", str(folder), "--agency", "building")
    deadline = time.monotonic() + 60
    while installation.state()["pages"] < 3:
        assert time.monotonic() < deadline
    assert installation.state()["open"] > 0
    installation.start_matcher()
    state = installation.wait_until_settled()
    assert state["set_aside"] == []
    assert state["members"] == expected_members(folder)


def test_the_one_that_stands_by_answers_within_the_lease(installation):
    installation.start_matcher()
    first, _ = installation.holder()
    second = installation.start_matcher()
    assert installation.seconds_until_answered() < 1
    time.sleep(3)  # the second has come up
    installation.kill(first)
    assert installation.seconds_until_answered() <= LEASE_SECONDS + 2
    assert installation.holder()[0] == second


def test_one_that_was_held_up_does_not_answer_beside_its_successor(installation):
    installation.start_matcher()
    first, its_address = installation.holder()
    installation.start_matcher()
    os.kill(first, signal.SIGSTOP)
    time.sleep(LEASE_SECONDS)
    second, other_address = installation.holder()
    assert second != first
    program = WATCH.format(addresses=[its_address, other_address])
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", program]
    with subprocess.Popen(command, cwd=PROJECT, env=installation.environment, stdout=subprocess.PIPE) as watch:
        rounds = _rounds(watch, 5)
        os.kill(first, signal.SIGCONT)
        rounds += _rounds(watch, 30)
        installation.kill(second)  # the first takes over again
        rounds += _rounds(watch, 500, until=[0])
        watch.kill()
    assert [0, 1] not in rounds
    assert [1] in rounds
    assert rounds[-1] == [0]


def _rounds(watch: subprocess.Popen, most: int, until: list[int] | None = None) -> list[list[int]]:
    rounds = []
    while len(rounds) < most and (not rounds or rounds[-1] != until):
        line = watch.stdout.readline()
        assert line, "the watching program ended"
        rounds.append(json.loads(line))
    return rounds
