"""Real Celery workers on each broker: killed at any moment, in any number and any order of arrival."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import uuid
from functools import cached_property
from pathlib import Path

import kombu
import psycopg
import pytest
import redis
from PIL import Image

from tests.conftest import drawn, jpeg, with_exif

PROJECT = Path(__file__).resolve().parents[2]
POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgres://root@127.0.0.1:5432/test")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
RABBITMQ = os.environ.get("TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//")
SECONDS_TO_SETTLE = 900
STATE = """
import json, time
from catalog.models import *

def state():
    return {
        "open": Job.objects.filter(state__in=("queued", "running")).count(),
        "set_aside": list(Job.objects.filter(state="set-aside").values_list("last_error", flat=True)),
        "states": sorted(ImageFile.objects.values_list("state", flat=True)),
        "filings": Filing.objects.count(),
        "files": ImageFile.objects.count(),
        "pages": Page.objects.count(),
        "pending": Record.objects.filter(state="pending").count(),
        "unpublished": Unpublished.objects.count(),
        "groups": sorted(
            [min(names, default=""), best] for record in Record.objects.standing().select_related("best_copy__file")
            for names in [sorted(Filing.objects.filter(copy__record=record).values_list("file_name", flat=True))]
            for best in [record.best_copy.file.sha256]
        ),
        "members": sorted(
            sorted(Filing.objects.filter(copy__record=record).values_list("file_name", flat=True))
            for record in Record.objects.standing()
        ),
        "reviews": sorted(sorted((i.copy_a.file.sha256, i.copy_b.file.sha256)) for i in ReviewItem.objects.all()),
        "relations": sorted(
            [r.from_copy.file.sha256, r.kind, r.to_copy.file.sha256] for r in Relation.objects.standing()
        ),
        "searchable": SearchEntry.objects.count(),
    }

def is_settled(now):
    return not now["open"] and not now["unpublished"] and now["searchable"] >= len(now["groups"])

end = time.monotonic() + SECONDS
while not is_settled(now := state()) and time.monotonic() < end:
    time.sleep(0.5)
print(json.dumps({**now, "is_settled": is_settled(now)}))
"""


class Installation:
    """A catalog of its own: data folder, database, broker, and workers that can be killed."""

    def __init__(self, folder: Path, database: str, broker: str, matcher: str = "embedded"):
        self.workers: list[subprocess.Popen] = []
        self.environment = {
            **os.environ,
            "DATA_DIR": str(folder / "data"),
            "DATABASE_URL": database,
            "BROKER_URL": broker,
            "QUEUE": f"test-{uuid.uuid4().hex}",
            "DECODE_WALL_SECONDS": "8",
            "LEASE_SECONDS": "12",
            "MATCHER": matcher,
        }

    def manage(self, *arguments: str) -> str:
        return _manage(self.environment, *arguments)

    def start_worker(self, processes: int = 2) -> None:
        name = uuid.uuid4().hex
        command = "-m celery -A config worker --beat --loglevel error --without-gossip --without-mingle"
        schedule = Path(self.environment["DATA_DIR"]) / name
        options = ["--concurrency", str(processes), "--hostname", f"{name}@test", "--schedule", str(schedule)]
        arguments = [sys.executable, *command.split(), *options]
        self.workers.append(subprocess.Popen(arguments, cwd=PROJECT, env=self.environment, start_new_session=True))

    def kill_workers(self) -> None:
        """kill -9 of the worker and of all its processes at once."""
        while self.workers:
            worker = self.workers.pop()
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()

    def state(self, seconds: float = 0) -> dict:
        """Return what the catalog holds: now, or once it has settled, or after so many seconds."""
        told = self.manage("shell", "-v0", "-c", STATE.replace("SECONDS", str(seconds)))
        return json.loads(told.strip().splitlines()[-1])

    def wait_until_settled(self) -> dict:
        state = self.state(SECONDS_TO_SETTLE)
        assert state["is_settled"], f"not settled: {state}"
        return state


def _manage(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT, env=environment, capture_output=True, text=True, check=False, timeout=2 * SECONDS_TO_SETTLE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


class Databases:
    """Databases with one agency, each a copy of one that was migrated for all tests."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.names: list[str] = []

    def sqlite(self) -> str:
        copy = self.folder / f"{uuid.uuid4().hex}.sqlite3"
        shutil.copy(self._migrated_sqlite, copy)
        return f"sqlite:///{copy}"

    def postgres(self) -> str:
        """Raises psycopg.OperationalError where there is no PostgreSQL."""
        return self._address(self._created(f'TEMPLATE "{self._migrated_postgres}"'))

    @cached_property
    def _migrated_sqlite(self) -> Path:
        path = self.folder / "migrated.sqlite3"
        self._migrate(f"sqlite:///{path}")
        return path

    @cached_property
    def _migrated_postgres(self) -> str:
        name = self._created()
        self._migrate(self._address(name))
        return name

    def _migrate(self, address: str) -> None:
        environment = {**os.environ, "DATA_DIR": str(self.folder), "DATABASE_URL": address}
        _manage(environment, "migrate", "-v0")
        _manage(environment, "add_agency", "building", "Building and Safety")

    def _created(self, how: str = "") -> str:
        name = f"record_copy_{uuid.uuid4().hex}"
        with psycopg.connect(POSTGRES, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" {how}')
        self.names.append(name)
        return name

    @staticmethod
    def _address(name: str) -> str:
        return f"{POSTGRES.rsplit('/', 1)[0]}/{name}"

    def drop(self) -> None:
        for name in self.names:
            with psycopg.connect(POSTGRES, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _absent(service: str, error: Exception) -> None:
    reason = f"{service} is not running: {error}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(params=["embedded", "redis", "rabbitmq"])
def installation(request, databases, tmp_path):
    broker = {"embedded": "filesystem://", "redis": REDIS, "rabbitmq": RABBITMQ}[request.param]
    try:
        database = databases.sqlite() if request.param == "embedded" else databases.postgres()
    except psycopg.OperationalError as error:
        _absent("PostgreSQL", error)
    try:
        if request.param == "redis":
            with redis.Redis.from_url(REDIS) as connection:
                connection.ping()
        elif request.param == "rabbitmq":
            with kombu.Connection(RABBITMQ) as connection:
                connection.ensure_connection(max_retries=1)
    except (redis.RedisError, OSError) as error:
        _absent(request.param, error)
    made = Installation(tmp_path, database, broker)
    yield made
    made.kill_workers()


@pytest.fixture
def folder(tmp_path) -> Path:
    """Forty-three files: twelve pictures with twins, smaller copies, crops, and one that cannot be read."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    return fill(folder, pictures=12)


def fill(folder: Path, pictures: int) -> Path:
    for n in range(pictures):
        picture = drawn(n, (480, 360))
        data = jpeg(picture)
        (folder / f"{n:02}.jpg").write_bytes(data)
        (folder / f"{n:02}-tagged.jpg").write_bytes(with_exif(data, artist=f"Photographer {n}"))
        if n % 4 == 1:
            (folder / f"{n:02}-crop.jpg").write_bytes(jpeg(picture.crop((30, 30, 370, 280))))
        (folder / f"{n:02}-small.jpg").write_bytes(jpeg(picture.resize((240, 180), Image.Resampling.LANCZOS)))
        if n % 4 == 0:
            (folder / f"{n:02}-again.jpg").write_bytes(data)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture at all" * 9)
    return folder


def expected_members(folder: Path) -> list[list[str]]:
    names = sorted(p.name for p in folder.iterdir() if p.name != "broken.jpg")
    groups = {}
    for name in names:
        groups.setdefault(name if "crop" in name else name[:2], []).append(name)
    return sorted(groups.values())


def test_killed_workers_lose_nothing_and_do_nothing_twice(installation, folder):
    rng = random.Random(4)
    installation.start_worker()
    installation.manage("import_folder", str(folder), "--agency", "building")
    for _ in range(3):
        time.sleep(rng.uniform(0.5, 2.5))
        installation.kill_workers()
        installation.start_worker()
    state = installation.wait_until_settled()
    count = len(list(folder.iterdir()))
    assert state["set_aside"] == []
    assert state["filings"] == count
    assert state["files"] == count - 3  # three files are the bytes of another
    assert state["states"].count("quarantined") == 1
    assert state["pages"] == state["files"] - 1
    assert state["members"] == expected_members(folder)
    assert state["pending"] == 1  # of the file that cannot be read


@pytest.mark.parametrize("processes", [1, 2, 8])
def test_the_order_of_arrival_and_the_number_of_workers_do_not_matter(databases, tmp_path, processes):
    states = []
    for seed in range(2):
        source = shuffled(tmp_path / f"order-{seed}", random.Random(seed * 10 + processes))
        installation = Installation(tmp_path / f"catalog-{seed}", databases.sqlite(), "filesystem://")
        try:
            installation.start_worker(processes)
            installation.manage("import_folder", str(source), "--agency", "building")
            state = installation.wait_until_settled()
        finally:
            installation.kill_workers()
        members = [sorted(Path(name).name for name in group) for group in state["members"]]
        best = sorted(best for _, best in state["groups"])
        states.append((sorted(members), best, state["reviews"], state["relations"]))
    assert states[0] == states[1]
    assert states[0][3]
    plain = tmp_path / "plain"
    plain.mkdir()
    assert states[0][0] == expected_members(fill(plain, pictures=6))


def shuffled(folder: Path, rng: random.Random) -> Path:
    """The same pictures in folders whose names sort by chance, which is the order in which they are filed."""
    folder.mkdir()
    paths = sorted(fill(folder, pictures=6).iterdir())
    for place, path in enumerate(rng.sample(paths, len(paths))):
        (folder / f"{place:02}").mkdir()
        path.rename(folder / f"{place:02}" / path.name)
    return folder
