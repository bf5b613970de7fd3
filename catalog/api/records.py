"""Finding records, and reading one with its filings and evidence."""

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.models import Agency, SearchFacet, Source
from catalog.models import Record as RecordRow
from catalog.services import reading, searching, tracking
from catalog.services.faceting import facets_of
from catalog.services.narrowing import LONGEST_QUERY, LONGEST_VALUE, MOST_VALUES

from .base import Address, CatalogView, Name, PageParams, PageSerializer, ProblemDetailsSerializer, page_of
from .errors import Gone
from .filings import FilingSerializer

MOST_COPIES = reading.MAX_FILINGS
MOST_PENDING = 20
PROBLEMS = {400: ProblemDetailsSerializer}


# ---- searching -----------------------------------------------------------------------------------------------


class Values(serializers.ListField):
    """Several values of one parameter, each given by itself: `?agency=metro&agency=housing`."""

    def __init__(self, help_text: str):
        child = serializers.CharField(max_length=LONGEST_VALUE, allow_blank=True)
        super().__init__(child=child, max_length=MOST_VALUES, required=False, help_text=help_text)


class SearchParams(PageParams):
    """What a search is narrowed by, as every door of the catalog takes it (catalog.services.narrowing)."""

    q = serializers.CharField(
        max_length=LONGEST_QUERY, allow_blank=True, default="", help_text="Words, or a parcel or permit number."
    )
    agency = Values("Short name of an agency; of several, any.")
    year = Values("Year in which the picture was made, four digits; of several, any.")
    number = serializers.CharField(
        max_length=200, allow_blank=True, default="", help_text="Numbering system and number, such as apn:5149-015-902."
    )
    source = Values(f"Kind of source: {', '.join(Source.Kind.values)}; of several, any.")
    place = Values("Name of a place, as it is stated; of several, any.")
    subject = Values("Subject, as it is stated; of several, any.")
    format = Values("Media type of a file, such as image/jpeg; of several, any.")
    has = Values(f"What it must have: {', '.join(SearchFacet.Has.values)}; of several, each.")
    since = serializers.CharField(
        max_length=64, allow_blank=True, default="", help_text="Made on this day or later; EDTF, such as 1998-05."
    )
    until = serializers.CharField(
        max_length=64, allow_blank=True, default="", help_text="Made on this day or earlier; EDTF, such as 1998-05."
    )
    bounds = serializers.CharField(
        max_length=200, allow_blank=True, default="", help_text="Within west,south,east,north in degrees."
    )

    def validate(self, attrs: dict) -> dict:
        attrs = super().validate(attrs)
        if problems := searching.narrow(None, asked=self.initial_data).errors:
            raise serializers.ValidationError(dict(problems))
        return attrs


class FacetParams(SearchParams):
    page = per_page = None


class AgencySerializer(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.CharField()


class FoundRecordSerializer(serializers.Serializer):
    """A standing record, in short."""

    id = serializers.CharField(source="record.public_id")
    url = Address("api-record", source="record.public_id")
    page_url = Address("record", source="record.public_id", help_text="The page for people.")
    title = serializers.CharField(source="record.title")
    agency = AgencySerializer(source="record.record_copy.agency", help_text="Whose filing is the record copy.")
    year = serializers.IntegerField(allow_null=True)
    thumbnail_url = Address("copy-picture", "thumbnail", source="record.best_copy.public_id")
    filing_count = serializers.IntegerField()
    has_conflict = serializers.BooleanField(help_text="Its filings contradict one another.")


class FoundSerializer(PageSerializer):
    results = FoundRecordSerializer(many=True)


class AgencyCountSerializer(AgencySerializer):
    count = serializers.IntegerField()


class YearCountSerializer(serializers.Serializer):
    year = serializers.IntegerField()
    count = serializers.IntegerField()


class ValueCountSerializer(serializers.Serializer):
    value = serializers.CharField()
    count = serializers.IntegerField()


class FacetsSerializer(serializers.Serializer):
    """What narrows a search further. Each is counted under all that was asked but its own choice, up to 10,000."""

    total = serializers.IntegerField()
    is_capped = serializers.BooleanField(help_text="There are more than were counted: counts say `at least`.")
    agency = AgencyCountSerializer(many=True)
    year = YearCountSerializer(many=True)
    source = ValueCountSerializer(many=True)
    place = ValueCountSerializer(many=True)
    subject = ValueCountSerializer(many=True)
    format = ValueCountSerializer(many=True)
    has = ValueCountSerializer(many=True)


class Records(CatalogView):
    @extend_schema(
        operation_id="search_records",
        summary="Search the standing records",
        description="Best first where words are given that fit no more than 2,000 records, newest first "
        "otherwise; counts only what the caller may see.",
        parameters=[SearchParams],
        responses={200: FoundSerializer, **PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        checked = SearchParams.of(request)
        page, per_page = checked["page"], checked["per_page"]
        found = searching.find(user=request.user, asked=request.query_params, page=page, per_page=per_page)
        results = FoundRecordSerializer(found.results, many=True, context={"request": request}).data
        return Response(page_of(request, page, found.pages, found.total, found.is_capped, results))


class Facets(CatalogView):
    @extend_schema(
        operation_id="search_facets",
        summary="Count what a search finds by agency, year, place and more",
        parameters=[FacetParams],
        responses={200: FacetsSerializer, **PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        FacetParams.of(request)
        narrowing = searching.narrow(request.user, asked=request.query_params)
        counted, total = facets_of(narrowing), searching.count(narrowing.qs)
        names = dict(Agency.objects.values_list("slug", "name"))
        told = {name: [{"value": one.value, "count": one.count} for one in values] for name, values in counted.items()}
        told["agency"] = [
            {"slug": one.value, "name": names.get(one.value, one.value), "count": one.count}
            for one in counted["agency"]
        ]
        told["year"] = [{"year": int(one.value), "count": one.count} for one in counted["year"]]
        is_capped = total > searching.MAX_COUNT
        return Response({"total": min(total, searching.MAX_COUNT), "is_capped": is_capped, **told})


# ---- one record ----------------------------------------------------------------------------------------------


class DescribedValueSerializer(serializers.Serializer):
    value = serializers.CharField()
    language = serializers.CharField(allow_blank=True)
    scheme = serializers.CharField(allow_blank=True)
    because = serializers.CharField(help_text="Why this value stands, in a sentence.")
    agencies = serializers.ListField(child=serializers.CharField(), help_text="Who states it.")
    filings = serializers.ListField(child=serializers.CharField(), help_text="Ids of the filings that state it.")


class DescribedElementSerializer(serializers.Serializer):
    element = serializers.CharField(help_text="Local name of the Dublin Core term.")
    label = serializers.CharField()
    values = DescribedValueSerializer(many=True)


class IdentifierSerializer(serializers.Serializer):
    scheme = serializers.CharField(source="scheme.slug")
    label = serializers.CharField(source="scheme.label")
    value = serializers.CharField()


class EvidenceSerializer(serializers.Serializer):
    """What was measured between two files."""

    id = serializers.CharField(source="public_id")
    method = serializers.CharField(help_text="Name and version of what compared them.")
    supports = serializers.CharField(help_text="The relation that it supports.")
    distance_bits = serializers.IntegerField(
        allow_null=True, help_text="In how many of 256 bits the fingerprints differ, at best."
    )
    measurements = serializers.DictField()
    made_at = serializers.DateTimeField()


class CopySerializer(serializers.Serializer):
    """One file of the record."""

    id = serializers.CharField(source="copy.public_id")
    is_best = serializers.BooleanField(help_text="It shows most, and the others are compared with it.")
    tie = serializers.CharField(source="copy.tie")
    because = serializers.CharField(source="copy.because", help_text="Why it belongs to this record.")
    differs = serializers.ListField(child=serializers.CharField(), help_text="How it differs from the best copy.")
    evidence = EvidenceSerializer(allow_null=True)
    media_type = serializers.CharField(source="file.media_type", help_text="Empty where no picture was filed yet.")
    size_bytes = serializers.IntegerField(source="file.size_bytes", allow_null=True)
    sha256 = serializers.CharField(
        source="file.sha256", allow_null=True, help_text="Checksum of the bytes as received; null where none were."
    )
    condition = serializers.CharField(source="file.state")
    condition_reason = serializers.CharField(source="file.state_reason", allow_blank=True)
    page_count = serializers.IntegerField(source="file.page_count")
    width_px = serializers.IntegerField(help_text="Upright width of the first page.")
    height_px = serializers.IntegerField(help_text="Upright height of the first page.")
    filings = serializers.SerializerMethodField(help_text="Ids of its filings.")
    thumbnail_url = Address("copy-picture", "thumbnail", source="copy.public_id")
    preview_url = Address("copy-picture", "preview", source="copy.public_id")
    original_url = Address("copy-original", source="copy.public_id")

    def get_filings(self, view: reading.CopyView) -> list[str]:
        return [f.filing.public_id for f in view.filings]


class RecordFilingSerializer(serializers.Serializer):
    """One filing of the record."""

    id = serializers.CharField(source="filing.public_id")
    url = Address("api-filing", source="filing.public_id")
    agency = AgencySerializer(source="filing.agency")
    source = serializers.CharField(source="filing.source.name")
    item_key = serializers.CharField(source="filing.item_key")
    file_name = serializers.CharField(source="filing.file_name")
    title = serializers.CharField()
    filed_at = serializers.DateTimeField(source="filing.filed_at")
    is_record_copy = serializers.BooleanField(help_text="This filing is authoritative.")
    identifiers = IdentifierSerializer(many=True)


class AlternativeSerializer(serializers.Serializer):
    value = serializers.CharField()
    filings = serializers.ListField(child=serializers.CharField(), help_text="Ids of the filings that state it.")


class ConflictSerializer(serializers.Serializer):
    """Values that cannot all be true."""

    element = serializers.CharField(
        help_text="Local name of the Dublin Core term; identifier:<scheme> where numbers differ."
    )
    id = serializers.CharField(source="conflict.public_id")
    state = serializers.CharField(source="conflict.state", help_text="open, sent-back or decided.")
    decision = serializers.CharField(source="decision.public_id", default=None, allow_null=True)
    label = serializers.CharField()
    alternatives = serializers.SerializerMethodField()

    @extend_schema_field(AlternativeSerializer(many=True))
    def get_alternatives(self, view: reading.ConflictView) -> list[dict]:
        return [
            {"value": value, "filings": [f.filing.public_id for f in filings]} for value, filings in view.alternatives
        ]


class RelationSerializer(serializers.Serializer):
    """What the record has to do with another."""

    sentence = serializers.CharField()
    kind = serializers.CharField()
    how = serializers.CharField(allow_blank=True, help_text="How the one was made from the other, where known.")
    because = serializers.CharField(allow_blank=True, help_text="What was found, where comparing found it.")
    is_from_here = serializers.BooleanField(help_text="The other record is the source, not the result.")
    record = serializers.CharField(source="other.public_id")
    title = serializers.CharField(source="other.title")
    url = Address("api-record", source="other.public_id")
    decision = serializers.CharField(
        source="decision.public_id", allow_null=True, help_text="Id of the decision, where a person made it."
    )
    evidence = EvidenceSerializer(allow_null=True, help_text="What was measured, where comparing found it.")


class RecordDecisionSerializer(serializers.Serializer):
    """A decision that stands about the record."""

    id = serializers.CharField(source="public_id")
    url = Address("api-decision", source="public_id")
    verdict = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    decided_by = Name()
    decided_at = serializers.DateTimeField()


class EventSerializer(serializers.Serializer):
    at = serializers.DateTimeField()
    sentence = serializers.CharField()
    actor = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)


class RecordSerializer(serializers.Serializer):
    """A standing record with everything that is known of it."""

    id = serializers.CharField(source="record.public_id")
    url = Address("api-record", source="record.public_id")
    page_url = Address("record", source="record.public_id", help_text="The page for people.")
    data_url = Address("record-data", source="record.public_id", help_text="As linked data.")
    state = serializers.CharField(source="record.state")
    audience = serializers.CharField(source="record.audience_key", help_text="Who may see it.")
    title = serializers.CharField(source="record.title")
    why = serializers.ListField(child=serializers.CharField(), help_text="Why this is the authoritative version.")
    filed_at = serializers.DateTimeField(source="record.filed_at")
    modified_at = serializers.DateTimeField(source="record.modified_at")
    description = DescribedElementSerializer(many=True)
    identifiers = IdentifierSerializer(many=True)
    conflicts = ConflictSerializer(many=True)
    copy_count = serializers.SerializerMethodField(help_text=f"How many there are; {MOST_COPIES} are told.")
    copies = serializers.SerializerMethodField(help_text="The best one first.")
    filings = RecordFilingSerializer(many=True, help_text=f"Earliest first, {reading.MAX_FILINGS} at most.")
    relations = RelationSerializer(many=True)
    decisions = RecordDecisionSerializer(many=True, help_text=f"Latest first, {reading.MAX_EVENTS} at most.")
    history = EventSerializer(many=True, help_text=f"Latest first, {reading.MAX_EVENTS} at most.")
    absorbed = serializers.ListField(
        child=serializers.CharField(), help_text="Ids of the records that this one answers for."
    )

    def get_copy_count(self, view: reading.RecordView) -> int:
        return len(view.copies)

    @extend_schema_field(CopySerializer(many=True))
    def get_copies(self, view: reading.RecordView) -> list[dict]:
        return CopySerializer(view.copies[:MOST_COPIES], many=True, context=self.context).data


class PendingRecordSerializer(serializers.Serializer):
    """A record whose file has not settled, as members of its agency see it."""

    id = serializers.CharField(source="record.public_id")
    url = Address("api-record", source="record.public_id")
    page_url = Address("record", source="record.public_id", help_text="The page for people.")
    state = serializers.CharField(help_text="pending, or quarantined where its file cannot be read.")
    reason = serializers.CharField(allow_blank=True)
    filings = FilingSerializer(many=True)


class Record(CatalogView):
    @extend_schema(
        operation_id="read_record",
        summary="Read a record with its filings and evidence",
        description="An absorbed record answers 301 with the address of the one that answers for it; the answer may "
        "change when a decision is undone, so do not remember it.",
        responses={
            200: PolymorphicProxySerializer(
                "ReadRecord", [RecordSerializer, PendingRecordSerializer], resource_type_field_name=None
            ),
            301: None,
            404: ProblemDetailsSerializer,
            410: ProblemDetailsSerializer,
        },
    )
    def get(self, request: Request, public_id: str) -> HttpResponseBase:
        records = tracking.records_open_to(request.user).select_related(
            "absorbed_into", "best_copy__file", "record_copy__agency"
        )
        record = records.filter(public_id=public_id).first()
        if record is None:
            gone = get_object_or_404(tracking.records_gone_for(request.user), public_id=public_id)
            raise Gone(reading.read_tombstone(gone, request.user))
        if record.state == RecordRow.State.ABSORBED:
            return _moved(record.answering)
        if record.state == RecordRow.State.PENDING:
            return Response(PendingRecordSerializer(_pending(record, request.user), context={"request": request}).data)
        view = reading.read_record(record, request.user)
        return Response(RecordSerializer(view, context={"request": request}).data)


def _moved(record: RecordRow) -> HttpResponseBase:
    response = redirect(reverse("api-record", args=[record.public_id]), permanent=True)
    response["Cache-Control"] = "no-store"  # an undo must reach everybody
    return response


def _pending(record: RecordRow, user) -> dict:
    filings = (
        tracking.filings_followed_by(user)
        .standing()
        .filter(copy__record=record)
        .order_by("filed_at", "id")[:MOST_PENDING]
    )
    progress = [tracking.progress_of(filing, user) for filing in filings]
    is_quarantined = any(p.state == tracking.QUARANTINED for p in progress)
    return {
        "record": record,
        "state": tracking.QUARANTINED if is_quarantined else record.state,
        "reason": next((p.reason for p in progress if p.reason), ""),
        "filings": progress,
    }
