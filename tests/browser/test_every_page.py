"""Every page, for every role, wide and narrow, light and dark, in both languages: nothing for axe to find."""

import io

import pytest
from django.utils import timezone

from catalog.metadata.validation import Value
from catalog.models import Conflict, Correction, Job, Notice, Record, ReviewItem
from catalog.services import correcting, jobs, uploading
from tests.conftest import drawn, faintly_marked, jpeg, with_exif

from .conftest import ROOT, WIDTHS

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCHEMES = ("light", "dark")


@pytest.fixture
def city(agencies, schemes, person, file_it, run_jobs):
    """One of each thing that a page can show; returns people and addresses by name."""
    building, metro, housing = agencies["building"], agencies["metro"], agencies["housing"]
    clerk = person("clerk", officer=list(agencies.values()))
    clerk.is_operator = True
    clerk.save()
    mill = jpeg(drawn(31))
    permit, parcel = ("permit", "21016-10000-12345"), ("apn", "5149-015-902")
    file_it(
        mill,
        building,
        title="Corner of Mill Street, after the retrofit",
        created="2024-03-12",
        numbers=[permit, parcel],
    )
    file_it(
        with_exif(mill, artist="B. Ito"), metro, title="Stop", created="2024-03-12", numbers=[("apn", "5149-015-903")]
    )
    file_it(mill, housing, title="Site check", key="again")
    file_it(jpeg(drawn(7), quality=95), building, key="32", title="Large", audience="internal")
    file_it(faintly_marked(drawn(7)), metro, key="32", title="Small", audience="internal")
    for seed in range(40, 66):
        file_it(jpeg(drawn(seed, (96, 72))), metro, key=str(seed), title=f"Platform {seed}", created=str(1980 + seed),
                values=[Value("spatial", f"east={-118.5 + seed / 200}; north=34.{seed}", "", "Point")])  # fmt: skip
    run_jobs()
    correct_and_contradict(clerk)
    file_it(jpeg(drawn(33)), building, key="33", title="Just filed")
    job = file_it(jpeg(drawn(34)), building, key="34", name="heavy.jpg").jobs[0]
    Job.objects.filter(pk=job.pk).update(failures=Job.FAILURES_ALLOWED - 1)
    jobs.fail(jobs.claim(job.pk), "The decoder needed more than 2 GB of memory and was stopped.")
    for name, data in (("ramp with a long name from the scanner.jpg", mill), ("other.jpg", jpeg(drawn(35)))):
        chunks = io.BytesIO(data)
        uploading.receive_upload(
            owner=clerk, agency=building, audience="public", chunks=chunks, file_name=name, at=timezone.now()
        )
    return clerk


def correct_and_contradict(clerk) -> None:
    """Two corrections of a record: one waits, the other was passed on to its department; beside a conflict."""
    record = Record.objects.standing().get(title__startswith="Corner")
    for proposed in ("Corner of Foundry Street", "Corner of Mill and Foundry Street, seen from the north-east"):
        correction = correcting.receive_correction(
            record=record, filing=record.record_copy, element="title", said=record.title, proposed=proposed,
            because="The sign at the left says so.", contact="ana@example.org", asked_by=None, at=timezone.now(),
        )  # fmt: skip
    correcting.answer_correction(
        correction=correction, verdict="passed-on", answer="Please look at the original.", by=clerk, at=timezone.now(),
        agency=record.record_copy.agency,
    )  # fmt: skip


def addresses(city) -> dict[str, str]:
    record = Record.objects.standing().get(title__startswith="Corner")
    return {
        "find": "/",
        "result": "/?q=platform&agency=metro",
        "nothing": "/?q=nowhere",
        "list": "/?q=platform&view=list",
        "map": "/?view=map",
        "dates not understood": "/?since=yesterday&until=x",
        "facets": "/facets?q=platform&agency=metro",
        "parcel": "/id/apn/5149-015-902",
        "record": record.get_absolute_url(),
        "pending": Record.objects.filter(state="pending").first().get_absolute_url(),
        "file": "/file",
        "describe": "/file/describe",
        "amend": f"/filing/{record.record_copy.public_id}/amend",
        "withdraw": f"/filing/{record.record_copy.public_id}/withdraw",
        "who may see it": f"/filing/{record.record_copy.public_id}/audience",
        "review": f"/review/{ReviewItem.objects.get().public_id}",
        "bulk": "/review/bulk",
        "conflicts": "/conflicts",
        "conflict": f"/conflicts/{Conflict.objects.get().public_id}",
        "correct": f"{record.get_absolute_url()}/correct",
        "correct a filing": f"/filing/{record.record_copy.public_id}/correct",
        "corrections": "/corrections",
        "correction": f"/corrections/{Correction.objects.earliest('pk').public_id}",
        "passed on": f"/corrections/{Correction.objects.latest('pk').public_id}",
        "what became of it": f"/corrections/{Correction.objects.latest('pk').reference}",
        "no such correction": "/corrections/RC-2222-2222",
        "notices": "/notices",
        "notice": f"/notices/{Notice.objects.get().public_id}",
        "jobs": "/jobs",
        "set aside": "/jobs?state=set-aside",
        "overview": "/overview",
        "help": "/help",
        "about": "/about",
        "standards": "/about/standards",
        "absent": "/nothing",
        "sign out": "/sign-out",
    }


WIDER = """[...document.querySelectorAll("main *, header *, footer *")]
    .filter(element => element.getBoundingClientRect().right > innerWidth)
    .map(element => element.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("locale", ["en-US", "es-US"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_and_nothing_overflows_in_light_and_dark(visit, city, locale, width):
    page, stranger = (visit(who, width=width, locale=locale) for who in (city, None))
    found = {}
    for name, address in [*addresses(city).items(), ("sign in", "/sign-in"), ("follow", "/corrections")]:
        window = stranger if name in ("sign in", "follow") else page
        window.goto(address)
        if name == "record":
            window.locator(".copy details > summary").first.click()
        window.evaluate(AXE.read_text())
        found[name] = [problem for scheme in SCHEMES for problem in problems_of(window, scheme)]
        if window.evaluate("document.documentElement.lang") != locale[:2]:
            found[name].append("in another language")
        if window.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[name].append(f"wider than the window: {window.evaluate(WIDER)}")
    assert {name: problems for name, problems in found.items() if problems} == {}


def problems_of(window, color_scheme: str) -> list[str]:
    """Return what axe finds in a page in that scheme; no colour is on its way from one to the other."""
    window.emulate_media(color_scheme=color_scheme, reduced_motion="reduce")
    result = window.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)
    return [
        f"{color_scheme}: {v['id']}: {node['html'][:120]} {node['failureSummary']}"
        for v in result["violations"]
        for node in v["nodes"]
    ]


def test_mistakes_in_a_form_are_reported_so_that_axe_finds_nothing(visit, city):
    page = visit(city)
    page.goto("/file/describe")
    page.get_by_role("button", name="File these 2 pictures").click()
    page.evaluate(AXE.read_text())
    assert problems_of(page, "light") == []


def test_the_first_page_loads_within_200_kB(visit, city):
    page = visit()
    sizes = {}
    page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
    page.goto("/", wait_until="networkidle")
    import gzip

    texts = [url for url in sizes if url.endswith((".css", ".js", ".svg"))]
    assert texts
    assets = {url: size for url, size in sizes.items() if "/static/" in url}
    compressed = sum(
        len(gzip.compress(page.request.get(url).body())) if url in texts else size for url, size in assets.items()
    )
    assert compressed + len(gzip.compress(page.content().encode())) < 200_000


def test_the_skip_link_leads_to_the_content_and_the_focus_is_seen(visit, city):
    page = visit()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
