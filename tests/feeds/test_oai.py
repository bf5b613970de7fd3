"""OAI-PMH as harvesters see it: the protocol's own schema, two harvesters of others, and a catalog that changes."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone
from lxml import etree
from oaipmh_scythe import Scythe
from sickle import Sickle

from catalog.feeds import oai
from catalog.metadata.validation import Value
from catalog.models import Copy, Cursor, FeedItem, Filing, Record, Source
from catalog.services import amending, deciding, feeding, history
from catalog.services.loading import Item, file_descriptions
from tests.conftest import drawn, jpeg, with_exif

OAI = "{http://www.openarchives.org/OAI/2.0/}"
FORMATS = ("oai_dc", "oai_dcterms", "rdf")


@pytest.fixture
def city(file_it, run_jobs, agencies):
    """Four public records, one of them filed by two departments, and a restricted one."""
    data = jpeg(drawn(1, (640, 480)))
    file_it(data, agencies["building"], key="a", title="Mill & <Street> \u202eיום\u0007")
    file_it(with_exif(data, artist="A. Osei"), agencies["housing"], key="b", title="Site")
    for number, slug in enumerate(("streets", "metro", "housing"), 2):
        file_it(jpeg(drawn(number)), agencies[slug], key=f"{number}", title=f"Picture {number}")
    file_it(jpeg(drawn(9)), agencies["police"], key="z", title="Zanzibar", audience="restricted")
    run_jobs()
    let_seconds_pass()
    return {c.filings.first().item_key: c for c in Copy.objects.all()}


def let_seconds_pass() -> None:
    """Stamp what changed so far some seconds ago, as if these had passed."""
    feeding.closed_until()
    for model in (FeedItem, feeding.FeedSet):
        for row in model.objects.all():
            row.stamp -= timedelta(seconds=10)
            row.save(update_fields=["stamp"])


def ask(client, **arguments) -> etree._Element:
    answer = client.get("/oai", {name.rstrip("_"): value for name, value in arguments.items()})
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml; charset=utf-8")
    return etree.fromstring(answer.content)


def identifiers(root: etree._Element) -> list[str]:
    return [element.text.rpartition(":")[2] for element in root.iter(f"{OAI}identifier")]


def error(root: etree._Element) -> str:
    return root.find(f"{OAI}error").get("code")


def harvest(client, between=lambda: None, **arguments) -> list[tuple[str, bool]]:
    """Follow the tokens to the end; return (public id, is it deleted) in the order given."""
    found, answer = [], ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc", **arguments)
    while True:
        for header in answer.iter(f"{OAI}header"):
            found.append((header.find(f"{OAI}identifier").text.rpartition(":")[2], header.get("status") == "deleted"))
        token = answer.find(f".//{OAI}resumptionToken")
        if token is None or not token.text:
            return found
        between()
        answer = ask(client, verb="ListIdentifiers", resumptionToken=token.text)


# ---- the protocol ----------------------------------------------------------------------------------------------


@pytest.fixture
def schema(shared) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(shared / "conformance" / "oai-pmh-xsd" / "driver_all.xsd"))


@pytest.mark.parametrize(
    "arguments",
    [
        {"verb": "Identify"},
        {"verb": "ListSets"},
        {"verb": "ListMetadataFormats"},
        {"verb": "ListRecords", "metadataPrefix": "oai_dc"},
        {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc", "set": "dept:housing"},
        {"verb": "ListRecords", "resumptionToken": "nonsense"},
        {"verb": "nonsense"},
        {},
    ],
    ids=str,
)
def test_answers_are_valid(client, city, schema, arguments):
    assert schema.validate(ask(client, **arguments)), schema.error_log


def test_every_record_comes_in_every_format(client, city):
    for prefix in FORMATS:
        answer = ask(client, verb="ListRecords", metadataPrefix=prefix)
        metadata = answer.findall(f".//{OAI}metadata")
        assert len(metadata) == 4
        assert all(len(one) == 1 for one in metadata)


def test_a_repository_tells_that_it_remembers_what_was_deleted(client, city):
    answer = ask(client, verb="Identify")
    assert answer.findtext(f".//{OAI}deletedRecord") == "persistent"
    assert answer.findtext(f".//{OAI}granularity") == "YYYY-MM-DDThh:mm:ssZ"
    assert answer.findtext(f".//{OAI}earliestDatestamp") == f"{min(stamps()):%Y-%m-%dT%H:%M:%SZ}"


def stamps() -> list:
    return list(FeedItem.objects.filter(audience_key="public").values_list("stamp", flat=True))


def test_post_is_answered_like_get(client, city):
    asked = {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc"}
    by_get, by_post = (etree.fromstring(f("/oai", asked).content) for f in (client.get, client.post))
    assert identifiers(by_get) == identifiers(by_post) != []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"verb": "ListRecords"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "marc"}, "cannotDisseminateFormat"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from_": "yesterday"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from_": "2026-13-01"}, "badArgument"),
        (
            {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from_": "2026-01-01", "until": "2026-01-01T00:00:00Z"},
            "badArgument",
        ),
        (
            {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from_": "2026-02-01", "until": "2026-01-01"},
            "badArgument",
        ),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "dept:nobody"}, "noRecordsMatch"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "until": "1999-01-01"}, "noRecordsMatch"),
        ({"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "oai:elsewhere:1"}, "idDoesNotExist"),
        ({"verb": "GetRecord", "metadataPrefix": "oai_dc"}, "badArgument"),
        ({"verb": "Identify", "set": "x"}, "badArgument"),
        ({"verb": "ListSets", "resumptionToken": "x"}, "badResumptionToken"),
        ({"verb": "ListRecords", "resumptionToken": "x", "metadataPrefix": "oai_dc"}, "badArgument"),
    ],
    ids=str,
)
def test_what_cannot_be_answered_is_named(client, city, arguments, code):
    assert error(ask(client, **arguments)) == code


def test_one_record_is_given_by_its_identifier(client, city):
    record = city["a"].record
    answer = ask(
        client, verb="GetRecord", metadataPrefix="oai_dc", identifier=f"oai:catalog.localhost:{record.public_id}"
    )
    assert "Mill & <Street>" in "".join(answer.itertext())


# ---- who sees what ---------------------------------------------------------------------------------------------


def test_what_a_reader_may_not_see_is_in_no_list_set_or_error(client, city, person, agencies):
    hidden = city["z"].record
    for verb in ("ListRecords", "ListIdentifiers"):
        answer = etree.tostring(ask(client, verb=verb, metadataPrefix="oai_dc"), encoding="unicode")
        assert hidden.public_id not in answer
        assert "Zanzibar" not in answer
    assert "dept:police" not in etree.tostring(ask(client, verb="ListSets"), encoding="unicode")
    here, nowhere = (
        ask(client, verb="GetRecord", metadataPrefix="oai_dc", identifier=f"oai:catalog.localhost:{public_id}")
        for public_id in (hidden.public_id, "a" * 26)
    )
    assert error(here) == error(nowhere) == "idDoesNotExist"
    client.force_login(person("sergeant", viewer=[agencies["police"]]))
    assert (hidden.public_id, False) in harvest(client)


# ---- a catalog that changes ------------------------------------------------------------------------------------


def test_lists_of_any_length_end_properly(client, city, monkeypatch):
    everything = harvest(client)
    assert len(everything) == 4
    for page in (1, 2, 3, 4, 5):
        monkeypatch.setattr(oai, "PAGE", page)
        assert harvest(client) == everything


def test_what_changes_while_it_is_harvested_comes_again_and_the_rest_comes_once(client, city, officer, monkeypatch):
    monkeypatch.setattr(oai, "PAGE", 1)
    everything = [key for key, _ in harvest(client)]
    changed = city["a"].record.public_id
    done = []

    def between():
        if not done:
            done.append(decide(city, officer, "different"))
            let_the_second_close()

    found = [key for key, _ in harvest(client, between)]
    for key in everything:
        assert found.count(key) >= 1
        assert key == changed or found.count(key) == 1
    assert city["b"].home_record.public_id in found


def decide(city, officer, verdict: str):
    now = timezone.now()
    return deciding.decide(copy_a=city["a"], copy_b=city["b"], verdict=verdict, reason="", by=officer, at=now)


def let_the_second_close() -> None:
    """Take in what changed, and stamp nothing more with that second."""
    history.publish_all()
    while feeding.follow():
        pass
    cursor = Cursor.objects.get(name=feeding.FEEDS)
    cursor.closed_at += timedelta(seconds=1)
    cursor.save()


def test_an_incremental_harvest_from_the_last_date_brings_what_changed(client, city, officer):
    date = ask(client, verb="Identify").findtext(f"{OAI}responseDate")
    assert error(ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc", from_=date)) == "noRecordsMatch"
    decision = decide(city, officer, "different")
    let_the_second_close()
    split = dict(harvest(client, from_=date))
    assert split == {city["a"].record.public_id: False, city["b"].home_record.public_id: False}
    date = ask(client, verb="Identify").findtext(f"{OAI}responseDate")
    deciding.undo(decision=decision, by=officer, at=timezone.now())
    let_the_second_close()
    assert dict(harvest(client, from_=date))[city["b"].home_record.public_id]


def test_a_copy_of_hundreds_equals_the_catalog_although_that_changed_all_the_time(client, filer, monkeypatch):
    agency = filer.memberships.get().agency
    source = Source.objects.create(agency=agency, name="inventory", kind=Source.Kind.TABLE)
    items = [Item(f"{n}", [Value("title", f"Item {n}"), Value("created", "unknown")]) for n in range(300)]
    file_descriptions(agency=agency, source=source, items=items, audience="public", filed_by=None, at=timezone.now())
    let_seconds_pass()
    monkeypatch.setattr(oai, "PAGE", 25)
    chance, amended = random.Random(1), set()

    def between():
        for filing in chance.sample(list(Filing.objects.select_related("copy__record")), 3):
            values = [Value("title", f"Amended {len(amended)}")]
            amending.amend(filing=filing, element="title", values=values, reason="", by=filer, at=timezone.now())
            amended.add(filing.copy.record.public_id)
        let_the_second_close()

    date = ask(client, verb="Identify").findtext(f"{OAI}responseDate")
    first = [key for key, _ in harvest(client, between)]
    everything = set(Record.objects.values_list("public_id", flat=True))
    assert {key for key in everything if first.count(key) != 1} <= amended
    assert set(first) == everything
    assert amended <= {key for key, _ in harvest(client, from_=date)} < everything


def test_a_record_that_was_joined_to_another_is_deleted_and_lives_again_after_a_split(client, city, officer):
    home = city["b"].home_record.public_id
    assert home not in dict(harvest(client))  # it was never seen alone
    decision = decide(city, officer, "different")
    let_the_second_close()
    assert dict(harvest(client))[home] is False
    deciding.undo(decision=decision, by=officer, at=timezone.now())
    let_the_second_close()
    assert dict(harvest(client))[home] is True
    gone = ask(client, verb="GetRecord", metadataPrefix="oai_dc", identifier=f"oai:catalog.localhost:{home}")
    assert gone.find(f".//{OAI}header").get("status") == "deleted"
    assert gone.find(f".//{OAI}metadata") is None


def test_a_pending_record_is_in_no_feed(client, city, file_it, agencies):
    file_it(jpeg(drawn(20)), agencies["metro"], key="new", title="New")
    let_the_second_close()
    assert Record.objects.filter(state="pending").exists()
    assert len(harvest(client)) == 4


def test_tokens_are_good_days_later_and_not_to_be_forged(client, city, monkeypatch):
    monkeypatch.setattr(oai, "PAGE", 3)
    answer = ask(client, verb="ListRecords", metadataPrefix="oai_dc")
    token = answer.find(f".//{OAI}resumptionToken").text
    in_two_days = timezone.now() + timedelta(days=2)
    monkeypatch.setattr(feeding.timezone, "now", lambda: in_two_days)
    monkeypatch.setattr("time.time", in_two_days.timestamp)
    assert len(identifiers(ask(client, verb="ListRecords", resumptionToken=token))) == 1
    assert error(ask(client, verb="ListRecords", resumptionToken=f"x{token}")) == "badResumptionToken"


# ---- harvesters of others --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore:No directory at")
def test_two_harvesters_of_others_bring_the_same(live_server, city, monkeypatch):
    monkeypatch.setattr(oai, "PAGE", 3)
    address = f"{live_server.url}/oai"
    by_sickle = {one.header.identifier for one in Sickle(address).ListRecords(metadataPrefix="oai_dc")}
    with Scythe(address) as scythe:
        by_scythe = {one.header.identifier for one in scythe.list_records(metadata_prefix="oai_dc")}
    assert by_sickle == by_scythe
    assert len(by_sickle) == 4


@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore:No directory at")
def test_the_gate_of_the_standard_passes(live_server, city, check):
    assert check.check_oai(f"{live_server.url}/oai") == 0


def test_what_a_signed_in_person_harvests_is_kept_nowhere(client, city, person, agencies):
    asked = {"verb": "ListRecords", "metadataPrefix": "oai_dc"}
    assert client.get("/oai", asked)["Cache-Control"] == "no-cache"
    client.force_login(person("sergeant", viewer=[agencies["police"]]))
    assert client.get("/oai", asked)["Cache-Control"] == "private, no-store"
