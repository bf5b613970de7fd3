"""A real browser on a real server; what workers would do is done by the real task functions in this process."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as project
from django.db import connection
from django.test import Client, override_settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.conftest import _lift_guards_when_emptying

PLAIN_STATIC = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
ROOT = Path(__file__).resolve().parents[2]
WIDTHS = {"wide": (1280, 900), "tablet": (768, 1024), "phone": (375, 740)}

# Playwright's synchronous interface runs an event loop in this thread; the tests use the database between its calls.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(items):
    for item in items:
        if ROOT / "tests" / "browser" in Path(item.path).parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


def _unless_ci(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; its sandbox needs rights that containers do not give."""
    path = shutil.which("chromium")
    if not path:
        _unless_ci("there is no chromium on this machine (apt-get install chromium)")
    if not (ROOT / "static" / "vendor" / "uswds.css").exists():
        _unless_ci("the static assets are not built (npm ci && npm run build)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory) -> None:
    """On SQLite, a database in a file: one in memory has a single connection, over which the threads of the server and
    the test would wait for each other without end."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "catalog.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def _history_can_be_emptied(chromium, django_db_setup, django_db_blocker) -> None:
    """Beside Playwright's event loop Django has another connection than before: its guards are lifted likewise."""
    with django_db_blocker.unblock():
        if hasattr(connection.ops.sql_flush, "__self__"):
            _lift_guards_when_emptying(connection)


@pytest.fixture(scope="session", autouse=True)
def _served_as_it_is(tmp_path_factory) -> Iterator[None]:
    """Static files by their plain names, and no limits that many tests in a row would meet."""
    with override_settings(
        STORAGES={**project.STORAGES, "staticfiles": PLAIN_STATIC},
        STATIC_ROOT=tmp_path_factory.mktemp("static"),
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        CACHES={
            "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
            "counts": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
        },
    ):
        yield


@pytest.fixture(scope="session")
def live_server(_served_as_it_is, live_server):
    return live_server


@pytest.fixture
def visit(chromium, live_server):
    """Open a browser window of somebody's own: visit(user, javascript=False, width="phone", color_scheme="dark",
    locale="es-US").

    Whatever the browser complains of, refused scripts and styles among it, fails the test at its end.
    """
    contexts: list[tuple[BrowserContext, bool]] = []
    complaints: list[str] = []

    def open_window(user=None, *, javascript=True, width="wide", color_scheme="light", locale="en-US") -> Page:
        across, down = WIDTHS[width]
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": across, "height": down},
            java_script_enabled=javascript,
            color_scheme=color_scheme,
            locale=locale,
        )
        contexts.append((context, javascript))
        if user:
            client = Client()
            client.force_login(user)
            cookie = client.cookies[project.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": project.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: _is_a_complaint(said) and complaints.append(f"{page.url}: {said.text}"))
        page.on("response", lambda answer: answer.status >= 500 and complaints.append(f"{answer.url}: {answer.status}"))
        return page

    yield open_window
    for context, javascript in contexts:
        for page in context.pages:
            _come_to_rest(page, javascript)
        context.close()
    assert complaints == []


def _come_to_rest(page: Page, javascript: bool) -> None:
    """Let a page that loads ahead, and says when it is left, do so while the server still answers."""
    page.wait_for_load_state("load", timeout=30_000)
    if javascript and "/review/" in page.url:
        expect(page.locator("body[data-busy]")).to_have_count(0, timeout=30_000)
        page.goto("/about", wait_until="networkidle")


def _is_a_complaint(said: ConsoleMessage) -> bool:
    """Refused forms and absent pages are answers, which the console reports as resources that failed to load."""
    return said.type == "error" and not said.text.startswith("Failed to load resource")
