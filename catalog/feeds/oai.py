"""OAI-PMH 2.0: other catalogs harvest what changed.

Tokens hold all that is needed to go on, signed; nothing is remembered here, so they are good after a restart and
for as long as the catalog stands. A list goes on behind the last place that was given, so what changes meanwhile
comes again at the end, and nothing else comes twice.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from catalog.formats import oai_pmh
from catalog.formats.entry import Catalog
from catalog.formats.qualified import write_qualified_schema
from catalog.services import entries, feeding

from .answers import finished

PAGE = 250
SALT = "oai-pmh"
DAY = re.compile(r"\d{4}-\d\d-\d\d")
SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Refused(Exception):
    """The request cannot be answered; `code` is the protocol's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list was asked for, and how far it has come: the content of a resumption token."""

    prefix: str
    since: datetime | None = None
    until: datetime | None = None
    """The last second that is asked for, inclusive."""
    spec: str = ""
    after: tuple[datetime, int] | None = None
    cursor: int = 0
    size: int = 0

    def token(self) -> str:
        parts = [
            self.prefix, _stamp(self.since), _stamp(self.until), self.spec,
            _stamp(self.after[0]) if self.after else None, self.after[1] if self.after else None,
            self.cursor, self.size,
        ]  # fmt: skip
        return signing.dumps(parts, salt=SALT)

    @classmethod
    def of_token(cls, token: str) -> "Listing":
        try:
            prefix, since, until, spec, stamp, key, cursor, size = signing.loads(token, salt=SALT)
        except (signing.BadSignature, ValueError) as error:
            raise Refused("badResumptionToken", "This token is not one of ours. Begin the list anew.") from error
        moments = [datetime.fromtimestamp(one, UTC) if one is not None else None for one in (since, until, stamp)]
        return cls(prefix, moments[0], moments[1], spec, (moments[2], key) if key else None, cursor, size)


def _stamp(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def oai(request: HttpRequest) -> HttpResponse:
    """Answer one request of a harvester; whoever is signed in harvests what he or she may see."""
    catalog, closed = entries.catalog_entry(), feeding.closed_until()
    address = request.build_absolute_uri(request.path)
    try:
        arguments = _arguments(request)
        body = ANSWERS[arguments["verb"]](request.user, arguments, closed, catalog, address)
    except Refused as refused:
        body = oai_pmh.error(refused.code, str(refused))
        if refused.code in ("badVerb", "badArgument"):
            arguments = {}
    answer = oai_pmh.answer(closed, address, arguments, body)
    return finished(request, HttpResponse(answer, content_type="text/xml; charset=utf-8"))


def schema(request: HttpRequest) -> HttpResponse:
    """The XML Schema of the element that holds qualified Dublin Core in our answers."""
    return HttpResponse(write_qualified_schema(entries.catalog_entry()), content_type="application/xml")


def _arguments(request: HttpRequest) -> dict[str, str]:
    """Return the arguments by name, each given once and allowed for the verb. Raises Refused."""
    given = request.POST if request.method == "POST" else request.GET
    verbs = given.getlist("verb")
    if len(verbs) != 1 or verbs[0] not in oai_pmh.VERBS:
        raise Refused("badVerb", f"Give one verb: {', '.join(oai_pmh.VERBS)}.")
    allowed = oai_pmh.VERBS[verbs[0]] | {"verb"}
    for name, values in given.lists():
        if name not in allowed:
            raise Refused("badArgument", f"{verbs[0]} takes no argument {name[:40]!r}.")
        if len(values) != 1:
            raise Refused("badArgument", f"The argument {name} stands {len(values)} times; give it once.")
    arguments = {name: values[0] for name, values in given.lists()}
    if "resumptionToken" in arguments and len(arguments) > 2:
        raise Refused("badArgument", "A resumptionToken stands alone beside the verb.")
    return arguments


# ---- the six verbs ---------------------------------------------------------------------------------------------


def _identify(user, _: dict, closed: datetime, catalog: Catalog, address: str) -> str:
    earliest = feeding.earliest(user) or closed
    return oai_pmh.identify(catalog, address=address, earliest=earliest, email=settings.CATALOG_EMAIL)


def _list_formats(user, arguments: dict, _: datetime, catalog: Catalog, __: str) -> str:
    if "identifier" in arguments:
        _item(user, arguments, catalog)
    return oai_pmh.list_formats(catalog)


def _list_sets(user, arguments: dict, *_: object) -> str:
    if "resumptionToken" in arguments:
        raise Refused("badResumptionToken", "All sets are given at once, so there is no token for them.")
    return oai_pmh.list_sets(feeding.sets(user))


def _get_record(user, arguments: dict, _: datetime, catalog: Catalog, __: str) -> str:
    form = _form(arguments.get("metadataPrefix"))
    item = _item(user, arguments, catalog)
    return f"<GetRecord>{oai_pmh.record(_header(item, catalog), item.entry, form, catalog)}</GetRecord>"


def _list_records(user, arguments: dict, closed: datetime, catalog: Catalog, _: str) -> str:
    listing = _listing(arguments)
    form = _form(listing.prefix)
    found, going_on = _page(user, listing, closed, with_entries=True)
    said = (oai_pmh.record(_header(item, catalog), item.entry, form, catalog) for item in found)
    return f"<ListRecords>{''.join(said)}{going_on}</ListRecords>"


def _list_identifiers(user, arguments: dict, closed: datetime, catalog: Catalog, _: str) -> str:
    listing = _listing(arguments)
    _form(listing.prefix)
    found, going_on = _page(user, listing, closed, with_entries=False)
    return f"<ListIdentifiers>{''.join(_header(item, catalog) for item in found)}{going_on}</ListIdentifiers>"


ANSWERS = {
    "Identify": _identify,
    "ListMetadataFormats": _list_formats,
    "ListSets": _list_sets,
    "GetRecord": _get_record,
    "ListRecords": _list_records,
    "ListIdentifiers": _list_identifiers,
}


def _page(user, listing: Listing, closed: datetime, *, with_entries: bool) -> tuple[list[feeding.Item], str]:
    """Return the next items of a list, and the element by which it goes on, empty where one answer holds it all."""
    until = min(closed, listing.until + timedelta(seconds=1)) if listing.until else closed
    which = {"until": until, "since": listing.since, "spec": listing.spec}
    found = feeding.items(user, after=listing.after, limit=PAGE + 1, with_entries=with_entries, **which)
    if not found and not listing.after:
        raise Refused("noRecordsMatch", "No record fits this request.")
    shown, is_more = found[:PAGE], len(found) > PAGE
    if not is_more and not listing.after:
        return shown, ""
    size = listing.size or feeding.count(user, **which)
    token = ""
    if is_more:
        token = Listing(
            listing.prefix, listing.since, listing.until, listing.spec, shown[-1].place, listing.cursor + PAGE, size
        ).token()
    return shown, oai_pmh.resumption(token, size=max(size, listing.cursor + len(shown)), cursor=listing.cursor)


def _header(item: feeding.Item, catalog: Catalog) -> str:
    return oai_pmh.header(item.public_id, item.stamp, item.sets, catalog, is_deleted=item.is_deleted)


def _item(user, arguments: dict, catalog: Catalog) -> feeding.Item:
    identifier = arguments.get("identifier")
    if not identifier:
        raise Refused("badArgument", "Give the identifier of a record.")
    public_id = oai_pmh.public_id_of(identifier, catalog)
    item = feeding.find_item(user, public_id) if public_id else None
    if item is None:
        raise Refused("idDoesNotExist", "There is no such record here.")
    return item


def _form(prefix: str | None) -> oai_pmh.MetadataFormat:
    if not prefix:
        raise Refused("badArgument", f"Give a metadataPrefix: {', '.join(oai_pmh.METADATA_FORMATS)}.")
    if prefix not in oai_pmh.METADATA_FORMATS:
        raise Refused("cannotDisseminateFormat", f"Records come as {', '.join(oai_pmh.METADATA_FORMATS)}.")
    return oai_pmh.METADATA_FORMATS[prefix]


def _listing(arguments: dict[str, str]) -> Listing:
    if token := arguments.get("resumptionToken"):
        return Listing.of_token(token)
    since, until = arguments.get("from"), arguments.get("until")
    if since and until and len(since) != len(until):
        raise Refused("badArgument", "Give from and until in the same form: 2026-03-05, or 2026-03-05T08:00:00Z.")
    listing = Listing(
        arguments.get("metadataPrefix", ""),
        _moment(since) if since else None,
        _moment(until, is_end=True) if until else None,
        arguments.get("set", ""),
    )
    if listing.since and listing.until and listing.since > listing.until:
        raise Refused("badArgument", "from lies after until.")
    return listing


def _moment(text: str, *, is_end: bool = False) -> datetime:
    """Return a date in the protocol's form; of a day its first second, or its last. Raises Refused."""
    try:
        if SECOND.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(UTC)
        if DAY.fullmatch(text):
            day = datetime.fromisoformat(text).replace(tzinfo=UTC)
            return day + timedelta(days=1, seconds=-1) if is_end else day
    except (ValueError, OverflowError):
        pass
    raise Refused("badArgument", f"{text[:40]!r} is no date. Write 2026-03-05, or 2026-03-05T08:00:00Z.")
