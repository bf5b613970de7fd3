"""Take a picture of every page of a running catalog with its demo city, at three widths.

    python tests/browser/screenshots.py [http://127.0.0.1:8000] [--dark] [--folder docs/pages] [--only record,find]

The demo's people sign in; a draft is thrown away again, nothing is filed, decided or retried.
"""

import argparse
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

WIDTHS = {"wide": (1280, 900), "tablet": (768, 1024), "phone": (375, 740)}
PASSWORD = "record-copy-demo"  # noqa: S105 - the demo's, said at its start
TALLEST_PX = 2200
PAGES_LOOKED_AT = 4
FIND = {
    "find": "/",
    "result": "/?q=street",
    "list": "/?q=street&view=list",
    "map": "/?view=map",
    "facets": "/facets?q=street",
    "dates": "/?since=2016&until=yesterday",
    "nothing": "/?q=nowhere+at+all",
}
A_CARD = "main .card h3 a"
WITH_CONFLICT = ".card:has(.badge--warn) h3 a"
FILED_OFTEN = ".card:has(.badge--accent) h3 a"


def pages(page: Page, person: str) -> Iterator[str]:
    """Go from page to page as this person; yield each one's name when it is to be pictured."""
    if person == "stranger":
        for name, address in FIND.items():
            page.goto(address)
            yield name
        for name, address in {
            "overview": "/overview",
            "help": "/help",
            "about": "/about",
            "standards": "/about/standards",
            "programs": "/api/docs",
            "sign-in": "/sign-in",
            "absent": "/nothing/here",
        }.items():
            page.goto(address)
            yield name
        if open_a_telling_record(page):
            page.get_by_role("link", name="Something is wrong with this").click()
            yield "correct"
        page.goto("/corrections")
        yield "follow-a-correction"
        yield from search_by_picture(page)
        page.goto("/")
        if page.locator(".examples a[href^='/id/']").count():
            page.locator(".examples a[href^='/id/']").first.click()
            yield "number"
    elif person == "officer":
        if open_a_telling_record(page):
            yield "record"
        page.goto("/saved")
        yield "saved"
        page.goto("/review")
        yield "review"
        page.goto("/review/bulk")
        yield "bulk"
        for name, link in {"conflicts": ".queue-item h2 a", "corrections": ".queue-item h2 a"}.items():
            page.goto(f"/{name}")
            yield name
            if page.locator(link).count():
                page.locator(link).first.click()
                yield name.removesuffix("s")
    elif person == "building":
        yield from describe_a_picture(page)
        page.goto("/?agency=building")
        page.locator(A_CARD).first.click()
        if page.get_by_role("link", name="Amend").count():
            page.get_by_role("link", name="Amend").first.click()
            yield "amend"
            amending = page.url
            for name in ("withdraw", "audience"):
                page.goto(amending.replace("/amend", f"/{name}"))
                yield name
        page.goto("/notices")
        yield "notices"
        if page.locator(".queue-item h2 a").count():
            page.locator(".queue-item h2 a").first.click()
            yield "notice"
    elif person == "operator":
        page.goto("/jobs")
        yield "jobs"


def open_a_telling_record(page: Page) -> bool:
    """Open a record that has something to show: a conflict, else several filings, else the newest."""
    for kind in (WITH_CONFLICT, FILED_OFTEN, A_CARD):
        for number in range(1, 1 + (PAGES_LOOKED_AT if kind != A_CARD else 1)):
            page.goto(f"/?page={number}")
            if page.locator(kind).count():
                page.locator(kind).first.click()
                return True
    return False


def search_by_picture(page: Page) -> Iterator[str]:
    """Ask whose picture the first record's preview is."""
    picture = a_preview(page)
    page.goto("/by-picture")
    yield "by-picture"
    page.set_input_files("input[type=file]", picture)
    page.locator("form[enctype] button[type=submit]").click()
    page.locator(".sought h1").wait_for()
    yield "picture-search"


def describe_a_picture(page: Page) -> Iterator[str]:
    """Send a picture, look at the form that describes it, and throw the draft away."""
    picture = a_preview(page)
    page.goto("/file")
    yield "file"
    page.set_input_files("input[type=file]", picture)
    page.get_by_role("button", name="Send and describe").click()
    page.wait_for_url("**/file/describe")
    yield "describe"
    page.get_by_role("button", name="Throw").click()
    page.wait_for_load_state()


def a_preview(page: Page) -> dict:
    """Return the preview of the newest record of a department, as a file to choose."""
    page.goto("/?agency=building")
    preview = page.request.get(page.locator(".card img").first.get_attribute("src"))
    return {"name": "found.jpg", "mimeType": "image/jpeg", "buffer": preview.body()}


def sign_in(page: Page, person: str) -> None:
    page.goto("/sign-in")
    page.fill("#id_login", person)
    page.fill("#id_password", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def scroll_through(page: Page) -> None:
    """Let pictures load that wait until they come into view."""
    page.evaluate("document.querySelectorAll('img[loading=lazy]').forEach(img => { img.loading = 'eager'; })")
    page.wait_for_load_state("networkidle")


def save(page: Page, path: Path) -> None:
    with Image.open(io.BytesIO(page.screenshot(full_page=True))) as picture:
        picture.crop((0, 0, picture.width, min(picture.height, TALLEST_PX))).save(path, quality=62, method=6)


def take_all(browser: Browser, base: str, folder: Path, color_scheme: str, only: set[str]) -> None:
    suffix = "-dark" if color_scheme == "dark" else ""
    for width, (across, down) in WIDTHS.items():
        for person in ("stranger", "officer", "building", "operator"):
            context = browser.new_context(
                base_url=base, viewport={"width": across, "height": down}, color_scheme=color_scheme
            )
            page = context.new_page()
            if person != "stranger":
                sign_in(page, person)
            for name in pages(page, person):
                if only and name not in only:
                    continue
                page.wait_for_load_state("networkidle")
                scroll_through(page)
                save(page, folder / f"{name}-{width}{suffix}.webp")
            context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("--folder", type=Path, default=Path("docs/pages"))
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--only", default="", help="names of pages, with commas")
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        only = {name for name in wanted.only.split(",") if name}
        take_all(browser, wanted.base, wanted.folder, "dark" if wanted.dark else "light", only)
        browser.close()


if __name__ == "__main__":
    main()
