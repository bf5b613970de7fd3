"""What all tests share: real rows, real pictures, the real pipeline run to its end."""

import importlib.util
import io
import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import ModuleType

import hypothesis
import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.db import connection
from django.utils import timezone
from PIL import Image

from catalog import tasks
from catalog.metadata.validation import Value
from catalog.models import Agency, Membership, Scheme, Source, User
from catalog.services import examining, filing, jobs, matching
from catalog.services.store import store

# In CI the same cases every time: what chance finds is found, and mended, while developing.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI") == "true":
    hypothesis.settings.load_profile("ci")

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
CATALOGS = Path(__file__).resolve().parent.parent / "catalog" / "locale"
APPEND_ONLY = ("catalog_event", "catalog_publication")


def pytest_collection_modifyitems(items) -> None:
    """Mark the tests that no database can change: CI need not run them twice. What takes longest goes first."""
    rooms, long = {"imaging", "metadata", "formats", "pipeline"}, {"pipeline", "test_demo_city.py"}
    parts_of = {item: set(item.path.relative_to(Path(__file__).parent).parts) for item in items}
    for item, parts in parts_of.items():
        if rooms & parts:
            item.add_marker(pytest.mark.plain)
    items.sort(key=lambda item: not long & parts_of[item])


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of samples and conformance gates beside the project."""
    if not SHARED.is_dir():
        reason = "the folder of samples and conformance gates is not beside the project"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return SHARED


@pytest.fixture(scope="session")
def check(shared: Path) -> ModuleType:
    """The module that runs the standards' own shapes and schemas."""
    spec = importlib.util.spec_from_file_location("conformance_check", shared / "conformance" / "check.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory):
    """Every test has a store and a spool of its own."""
    folder = tmp_path_factory.mktemp("store")
    was = settings.DATA_DIR
    settings.DATA_DIR = folder
    store.cache_clear()
    matching.mirror.cache_clear()
    yield
    settings.DATA_DIR = was
    store.cache_clear()


@pytest.fixture(autouse=True)
def _plain_installation(settings, tmp_path):
    """Nothing here needs built static assets, a matcher, slow password hashes or a cache that outlives the test."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STATIC_ROOT = tmp_path
    settings.MATCHER = "embedded"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
        "counts": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},  # databases begin anew, processes do not
    }


@pytest.fixture(scope="session", autouse=True)
def _translations():
    """What `make setup` compiles, where it was not run since a translation changed."""
    for source in CATALOGS.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            with source.open("rb") as file, NamedTemporaryFile(dir=source.parent, delete=False) as compiled:
                write_mo(compiled, read_po(file))
            Path(compiled.name).replace(target)


@pytest.fixture(scope="session", autouse=True)
def _one_decode_child():
    yield
    if examining.sandbox.cache_info().currsize:
        examining.sandbox().close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """History refuses to be deleted, so emptying it after a test that committed lifts its guards for that moment."""
    with django_db_blocker.unblock():
        _lift_guards_when_emptying(connection)


def _lift_guards_when_emptying(connection) -> None:
    flush = connection.ops.sql_flush
    if connection.vendor != "sqlite":
        return  # TRUNCATE passes by triggers for rows
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN (%s, %s)", APPEND_ONLY
        )
        guards = cursor.fetchall()

    def sql_flush(*arguments, **options):
        lifted = [f"DROP TRIGGER {name}" for name, _ in guards]
        return [*lifted, *flush(*arguments, **options), *(sql for _, sql in guards)]

    connection.ops.sql_flush = sql_flush


# ---- people and agencies -------------------------------------------------------------------------------------


@pytest.fixture
def agencies(db) -> dict[str, Agency]:
    """Five agencies by slug."""
    names = {
        "building": "Building and Safety",
        "streets": "Street Services",
        "metro": "Metro",
        "housing": "Housing",
        "police": "Police records",
    }
    return {slug: Agency.objects.create(slug=slug, name=name) for slug, name in names.items()}


@pytest.fixture
def agency(agencies) -> Agency:
    return agencies["building"]


@pytest.fixture
def person(db):
    """Make a person: person("ana", filer=[agency], officer=[other])."""

    def make(name: str, **roles) -> User:
        user = User.objects.create_user(name, password="a long pass phrase")  # noqa: S106
        for role, where in roles.items():
            for agency in where:
                Membership.objects.create(user=user, agency=agency, role=role)
        return user

    return make


@pytest.fixture
def filer(person, agency) -> User:
    return person("filer", filer=[agency])


@pytest.fixture
def officer(person, agencies) -> User:
    """A records officer of every agency."""
    return person("officer", officer=list(agencies.values()))


@pytest.fixture
def schemes(agencies) -> dict[str, Scheme]:
    return {
        "apn": Scheme.objects.create(slug="apn", label="Parcel (APN)", normaliser="apn", issuer="County Assessor"),
        "permit": Scheme.objects.create(
            slug="permit", label="Permit", normaliser="permit", office_of_record=agencies["building"]
        ),
    }


# ---- pictures ------------------------------------------------------------------------------------------------


def drawn(seed: int = 1, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """A picture with texture, another for every seed."""
    noise = Image.effect_noise((size[0] // 8, size[1] // 8), 90 + seed % 7)
    import random

    rng = random.Random(seed)
    noise.putdata([rng.randrange(256) for _ in range(noise.width * noise.height)])
    return Image.merge("RGB", [noise.resize(size, Image.Resampling.BICUBIC).rotate(90 * n) for n in (0, 2, 0)])


def jpeg(picture: Image.Image, quality: int = 90, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality, **options)
    return buffer.getvalue()


def faintly_marked(picture: Image.Image) -> bytes:
    """The picture with a mark that careless copying could have left: the measurements leave it open."""
    spot = picture.crop((150, 100, 170, 120))
    marked = picture.copy()
    marked.paste(spot.point(lambda level: min(255, level + 13)), (150, 100))
    return jpeg(marked, quality=95)


def tiny(picture: Image.Image) -> bytes:
    """The picture so small that nothing can be compared closely: alike, and not for the software to decide."""
    return jpeg(picture.resize((60, 45), Image.Resampling.LANCZOS))


def with_exif(data: bytes, **tags) -> bytes:
    """The same coded JPEG picture with other metadata: `description`, `artist`, `taken` as EXIF writes them."""
    numbers = {"description": 0x010E, "artist": 0x013B, "make": 0x010F, "model": 0x0110}
    exif = Image.Exif()
    for name, value in tags.items():
        if name in numbers:
            exif[numbers[name]] = value
    if "taken" in tags:
        exif.get_ifd(0x8769)[0x9003] = tags["taken"]
    body = b"Exif\x00\x00" + exif.tobytes().removeprefix(b"Exif\x00\x00")
    return data[:2] + b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body + data[2:]


# ---- filing and working --------------------------------------------------------------------------------------


@pytest.fixture
def file_it(db):
    """File bytes through the service, or None for a description alone: file_it(data, agency, title="...")."""

    def file_bytes(data: bytes | None, agency: Agency, *, name="picture.jpg", key="", audience="public",
                   title="A picture", created="unknown", numbers=(), at=None, by=None, values=(),
                   embargo_until=""):  # fmt: skip
        source, _ = Source.objects.get_or_create(agency=agency, name="tests", defaults={"kind": Source.Kind.API})
        spooled = store().spool([data], file_name=name, max_size_bytes=200_000_000) if data else None
        try:
            return filing.receive_filing(
                agency=agency, source=source, spooled=spooled, file_name=name if data else "", item_key=key or name,
                audience=audience, identifiers=numbers, filed_by=by, at=at or timezone.now(),
                values=[Value("title", title), Value("created", created), *values], embargo_until=embargo_until,
            )  # fmt: skip
        finally:
            if spooled:
                spooled.discard()

    return file_bytes


@pytest.fixture
def run_jobs(monkeypatch):
    """Work through all due jobs in this process, as a worker does, until none is left."""
    monkeypatch.setattr(tasks, "_send", lambda task: None)

    return work_through


TURNS_MAX = 400
"""So many times a worker's turn is enough for every test; what needs more does not come to an end."""


def work_through() -> None:
    """Work until no job is due; fail where that does not come to an end."""
    for _ in range(TURNS_MAX):
        if not jobs.count_due(1):
            tasks.publish()
            return
        tasks.work()
    pytest.fail("the jobs make one another necessary without end")
