"""Nothing of what one may not see shows anywhere: every route is asked, in every way, by visitors and by others."""

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from catalog.models import Conflict, Correction, Decision, Notice, ReviewItem, Upload
from tests.planted import plant, said

NUMBERS = tuple(f"/id/apn/5149-015-90{n}" for n in range(2, 6))
SEARCHES = tuple(f"?q=planted{state}word" for state in ("restricted", "embargoed", "withdrawn", "narrowed", "pending"))
ENDINGS = ("", ".ttl", ".rdf", ".jsonld", ".nt")
OAI = tuple(
    f"?verb={verb}"
    for verb in (
        "Identify", "ListSets", "ListMetadataFormats",
        *(f"{one}&metadataPrefix={p}" for one in ("ListRecords", "ListIdentifiers") for p in ("oai_dc", "oai_dcterms")),
        "ListRecords&metadataPrefix=rdf", "ListRecords&metadataPrefix=oai_dc&set=dept:police",
    )
)  # fmt: skip
GET_RECORD = "?verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:127.0.0.1:{id}"

ROUTES = {
    # ---- pages
    "find": ["/", "/?agency=police", "/?year=2024", "/?page=2", *(f"/{s}" for s in SEARCHES),
             "/?view=list", "/?view=map", "/?place=plantedrestrictedword", "/?bounds=-119,33,-118,35",
             "/?has=conflict&has=copies", "/?since=1900&until=2030", "/?number=apn:5149-015-904"],
    "facets": [*(f"/facets{s}" for s in ("", "?agency=police", *SEARCHES)), "/facets?number=apn:5149-015-904"],
    "map-clusters": [*(f"/map.json{s}" for s in ("", "?bounds=-180,-90,180,90", *SEARCHES))],
    "record-number": [*NUMBERS],
    "saved": ["/saved"],
    "forget-search": ["/saved/{id}/forget"],
    "by-picture": ["/by-picture"],
    "picture-search": ["/by-picture/{id}"],
    "picture-sought": ["/by-picture/{id}/picture"],
    "record": ["/image/{id}"],
    "preview": ["/image/{id}/thumbnail", "/image/{id}/preview"],
    "copy-picture": ["/copy/{id}/thumbnail", "/copy/{id}/preview"],
    "copy-original": ["/copy/{id}/original"],
    "split": ["/copy/{id}/split"],
    "amend": ["/filing/{id}/amend"],
    "withdraw": ["/filing/{id}/withdraw"],
    "change-audience": ["/filing/{id}/audience"],
    "set-apart": ["/filing/{id}/set-apart"],
    "designate": ["/filing/{id}/designate"],
    "file": ["/file"],
    "describe": ["/file/describe"],
    "filed": ["/file/done", "/file/done?at=2026-01-01T00:00:00Z"],
    "draft-picture": ["/file/draft/{id}"],
    "review": ["/review"],
    "decide": ["/review/decide"],
    "review-pair": ["/review/{id}"],
    "exhibit": ["/review/{id}/a", "/review/{id}/differences"],
    "review-leave": ["/review/{id}/leave"],
    "bulk": ["/review/bulk", "/review/bulk?kind=faint"],
    "bulk-pairs": ["/review/bulk/{id}"],
    "bulk-undo": ["/review/bulk/{id}/undo"],
    "undo": ["/decisions/{id}/undo"],
    "conflicts": ["/conflicts", "/conflicts?state=decided", "/conflicts?agency=police"],
    "conflict": ["/conflicts/{id}"],
    "undo-conflict": ["/conflicts/{id}/undo"],
    "correct-record": ["/image/{id}/correct"],
    "correct-filing": ["/filing/{id}/correct"],
    "corrections": ["/corrections", "/corrections?state=answered", "/corrections?agency=police"],
    "correction": ["/corrections/{id}"],
    "reopen-correction": ["/corrections/{id}/reopen"],
    "correction-status": ["/corrections/{reference}"],
    "notices": ["/notices", "/notices?state=done"],
    "notice": ["/notices/{id}"],
    "jobs": ["/jobs", "/jobs?state=done"],
    "job-retry": ["/jobs/1/retry"],
    "overview": ["/overview"],
    "help": ["/help"],
    "about": ["/about"],
    "standards": ["/about/standards"],
    "language": ["/language"],
    "account_login": ["/sign-in"],
    "account_logout": [],  # it would end the asking
    # ---- feeds
    "record-data": [f"/id/image/{{id}}{ending}" for ending in ENDINGS],
    "sidecar": ["/copy/{id}/description.xml"],
    "described": ["/copy/{id}/described"],
    "oai": [*(f"/oai{asked}" for asked in OAI), f"/oai{GET_RECORD}"],
    "data-json": ["/data.json"],
    "dcat-us-3": ["/dcat-us-3.json"],
    "export": [f"/export.{e}{s}" for e in ("csv", "xml", "ttl", "rdf", "jsonld", "nt") for s in ("", SEARCHES[0])],
    "changes": ["/changes.atom"],
    "search-feed": [f"/search.atom{s}" for s in ("", "?agency=police", *SEARCHES)],
    "sitemap-index": ["/sitemap.xml"],
    "sitemap": ["/sitemap-1.xml"],
    "opensearch": ["/opensearch.xml"],
    "qualified-schema": ["/def/qualifieddc.xsd"],
    "catalog-data": [*(f"/catalog{ending}" for ending in ENDINGS), "/catalog.ttl?after=", "/catalog.nt?agency=police"],
    # ---- API
    "api-records": [f"/api/records/{s}" for s in ("?per_page=100", "?agency=police", *SEARCHES)],
    "api-facets": ["/api/records/facets/", f"/api/records/facets/{SEARCHES[0]}"],
    "api-record": ["/api/records/{id}/"],
    "api-filings": ["/api/filings/"],
    "api-filing": ["/api/filings/{id}/"],
    "api-amend": ["/api/filings/{id}/amend/"],
    "api-audience": ["/api/filings/{id}/audience/"],
    "api-withdraw": ["/api/filings/{id}/withdraw/"],
    "api-batches": ["/api/batches/", "/api/batches/?per_page=100"],
    "api-batch": ["/api/batches/{id}/"],
    "api-withdraw-batch": ["/api/batches/{id}/withdraw/"],
    "api-reviews": ["/api/reviews/"],
    "api-conflicts": ["/api/conflicts/", "/api/conflicts/?state=decided"],
    "api-conflict": ["/api/conflicts/{id}/"],
    "api-conflict-decide": ["/api/conflicts/{id}/decide/"],
    "api-decisions": ["/api/decisions/"],
    "api-decision": ["/api/decisions/{id}/"],
    "api-undo": ["/api/decisions/{id}/undo/"],
    "api-schema": ["/api/schema/"],
    "api-docs": ["/api/docs/"],
    "api-nothing": ["/api/", "/api/nothing/"],
}  # fmt: skip
"""Every route by its name with what is asked there; `{id}` stands for each id that is hidden."""

NEVER_SEEN = ("restricted", "alike", "embargoed", "pending", "internal")
SEEN_ONCE = ("withdrawn", "narrowed")


def names(patterns) -> set[str]:
    found = set()
    for one in patterns:
        if isinstance(one, URLResolver):
            found |= names(one.url_patterns)
        elif isinstance(one, URLPattern):
            found.add(one.name)
    return found


def test_every_route_has_its_row():
    assert names(get_resolver().url_patterns) == ROUTES.keys()


@pytest.fixture
def city(file_it, run_jobs, agencies, schemes, person):
    return plant(file_it, run_jobs, agencies, person)


def test_what_is_hidden_is_there_for_its_agency(city, client, clerk_of_all):
    client.force_login(clerk_of_all)
    for state in (*NEVER_SEEN, "narrowed"):
        number = 0 if state == "pending" else 1
        assert client.get("/api/records/", {"q": city[state].word}).json()["total"] == number, state


@pytest.fixture
def clerk_of_all(person, agencies):
    return person("clerk of all", viewer=list(agencies.values()))


def visitor(person, agencies) -> Client:
    return Client()


def of_another_agency(person, agencies) -> Client:
    client = Client()
    client.force_login(person("stranger", officer=[agencies["streets"]]))
    return client


@pytest.mark.parametrize("who", [visitor, of_another_agency])
def test_nothing_hidden_shows(city, person, agencies, who):
    client = who(person, agencies)
    client.raise_request_exception = False
    hidden = [state for state in NEVER_SEEN if who is visitor or state != "internal"]
    never = {id for state in hidden for id in city[state].ids} | city["narrowed"].new_ids
    once = {id for state in SEEN_ONCE for id in city[state].ids}
    others = {
        *Upload.objects.values_list("public_id", flat=True),
        *ReviewItem.objects.filter(audience_key__startswith="restricted").values_list("public_id", flat=True),
        *Decision.objects.filter(audience_key__startswith="restricted").values_list("public_id", flat=True),
        *Conflict.objects.values_list("public_id", flat=True),
        *Correction.objects.values_list("public_id", flat=True),
        *Notice.objects.values_list("public_id", flat=True),
    }
    words = {city[state].word for state in (*hidden, *SEEN_ONCE)} | {"planteddraftword"}
    shown = []
    for name, addresses in ROUTES.items():
        for address in addresses:
            for asked in spelt_out(address, never | once | others):
                for status, told in answers(client, name, asked):
                    assert status < 500, asked
                    own = set(re.findall(r"planted[a-z]+word|[a-z2-7]{26}", asked))
                    remembered = once if name == "oai" else set()
                    shown += [
                        (asked, status, one)
                        for one in (words | never | once | others) - own - remembered
                        if one in told
                    ]
    assert shown == []


def spelt_out(address: str, ids: set[str]) -> list[str]:
    """Return the addresses that one row means: one for each id, or for each reference of a correction."""
    references = Correction.objects.values_list("reference", flat=True)
    values = {"id": ids, "reference": references}
    name = next((one for one in values if f"{{{one}}}" in address), "")
    return [address.format(**{name: value}) for value in values[name]] if name else [address]


def answers(client: Client, name: str, address: str):
    """Yield status and all that is said, headers included, to GET and POST."""
    cache.clear()  # sign-ins are counted
    for send in (client.get, client.post):
        if name == "account_login" and send == client.post:
            continue
        answer = send(address)
        yield answer.status_code, f"{list(answer.items())}\n{said(answer).decode('utf-8', 'replace')}"


def test_a_search_for_a_hidden_word_is_answered_as_for_one_that_is_nowhere(city, client):
    for state in (*NEVER_SEEN, *SEEN_ONCE):
        word, nowhere = city[state].word, "planted" + "x" * (len(city[state].word) - 11) + "word"
        for address in (
            "/?q={}",
            "/?view=list&q={}",
            "/facets?q={}",
            "/map.json?q={}",
            "/api/records/?q={}",
            "/api/records/facets/?q={}",
            "/export.csv?q={}",
            "/catalog.nt?q={}",
        ):
            answers_to = [client.get(address.format(one)) for one in (word, nowhere)]
            assert answers_to[0].status_code == answers_to[1].status_code
            told, nothing = (said(answer).decode() for answer in answers_to)
            assert told.replace(word, "") == nothing.replace(nowhere, ""), (address, state)
