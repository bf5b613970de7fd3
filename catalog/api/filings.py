"""Filing an image, and following what becomes of it."""

import json
from collections.abc import Iterator
from itertools import chain

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import tasks
from catalog.metadata.elements import ELEMENTS, find_element
from catalog.metadata.validation import Problem, Value, check_filing, normalise_text
from catalog.models import Agency, ApiToken, Audience, Membership, Scheme, Source
from catalog.services import reading, tracking
from catalog.services.filing import FilingRefused, Receipt, receive_filing
from catalog.services.store import Refused, Spooled, store

from .authentication import MayFile
from .base import Address, CatalogView, ProblemDetailsSerializer, address, body_of
from .errors import Gone, Refusal

OWN_SOURCE = "API"
ENVELOPE_BYTES = 1_000_000
"""How much longer than the file itself a request may be."""
FORM_NAMES = ("agency", "audience", "embargo_until", "source", "item_key", "idempotency_key", "metadata")
VALUE_NAMES = {"value", "language", "scheme"}
KEY_HEADER = "Idempotency-Key"


# ---- what is sent --------------------------------------------------------------------------------------------


class FilingForm(serializers.Serializer):
    """A filing, as multipart/form-data.

    The description is sent as fields named like Dublin Core terms, repeated where there are several values, or as one
    JSON object in `metadata`; both may be sent. `title` and `created` (or `unknown`) are required. Fields named like
    a numbering system, such as `apn` or `permit`, hold numbers.
    """

    file = serializers.FileField(allow_empty_file=True, use_url=False, help_text="The image, as it is.")
    agency = serializers.SlugField(required=False, help_text="For which agency; goes without saying with its token.")
    audience = serializers.ChoiceField(choices=Audience.choices, help_text="For whom it is meant.")
    embargo_until = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="The day, such as 2030-01-01, on which others than the agency may see it.",
    )
    source = serializers.CharField(
        max_length=120,
        required=False,
        help_text=f"Where it comes from; default: the token's source, else {OWN_SOURCE}.",
    )
    item_key = serializers.CharField(
        max_length=500,
        required=False,
        help_text="What the source calls this item. Other bytes under the same key supersede the earlier filing. "
        "Default: the file's name and checksum, so that only the same file under the same name is a repeat.",
    )
    idempotency_key = serializers.CharField(
        max_length=200, required=False, help_text=f"The same as the header {KEY_HEADER}."
    )
    metadata = serializers.CharField(
        required=False,
        help_text="JSON object: element or numbering system to a text, to {value, language, scheme}, or to a list of "
        "these. The Dublin Core element `source` is written `dcterms:source`.",
    )


def _form_schema() -> dict:
    """Describe the form with every element, which a serializer's fixed fields cannot."""
    texts = {"type": "array", "items": {"type": "string"}}
    fields = {
        "file": {"type": "string", "format": "binary", "description": "The image, as it is."},
        **{name: _field_schema(FilingForm().fields[name]) for name in FORM_NAMES},
        **{name if name != "source" else "dcterms:source": _element_schema(name, texts) for name in ELEMENTS},
    }
    return {
        "type": "object",
        "description": FilingForm.__doc__,
        "properties": fields,
        "required": ["file", "audience", "title", "created"],
        "additionalProperties": texts | {"description": "Numbers of a numbering system, such as apn or permit."},
    }


def _field_schema(field: serializers.Field) -> dict:
    schema = {"type": "string", "description": str(field.help_text)}
    return schema | ({"enum": list(field.choices)} if isinstance(field, serializers.ChoiceField) else {})


def _element_schema(name: str, texts: dict) -> dict:
    element = ELEMENTS[name]
    return (texts if element.repeatable else {"type": "string"}) | {"description": element.definition}


# ---- what is answered ----------------------------------------------------------------------------------------


class FailedJobSerializer(serializers.Serializer):
    step = serializers.CharField()
    reason = serializers.CharField()


class RecordReferenceSerializer(serializers.Serializer):
    id = serializers.CharField(source="public_id")
    url = Address("api-record", source="public_id")
    page_url = Address("record", source="public_id", help_text="The page for people.")


class FilingSerializer(serializers.Serializer):
    """A filing and how far it has come."""

    id = serializers.CharField(source="filing.public_id")
    url = Address("api-filing", source="filing.public_id", help_text="Ask here how far it has come.")
    state = serializers.ChoiceField(choices=tracking.CHOICES)
    sentence = serializers.CharField(help_text="The state in words.")
    reason = serializers.CharField(allow_blank=True, help_text="Why the file is damaged or quarantined.")
    record = RecordReferenceSerializer(help_text="The record that answers for it now.")
    open_reviews = serializers.IntegerField(help_text="Open questions about its record, for records officers.")
    failed_job = FailedJobSerializer(allow_null=True, help_text="A step that failed for good, told to its own agency.")
    agency = serializers.CharField(source="filing.agency.slug")
    source = serializers.CharField(source="filing.source.name")
    item_key = serializers.CharField(source="filing.item_key")
    file_name = serializers.CharField(source="filing.file_name")
    audience = serializers.ChoiceField(choices=Audience.choices, source="filing.audience")
    embargo_until = serializers.DateField(
        source="filing.embargo_until", allow_null=True, help_text="The day on which others than its agency may see it."
    )
    audience_after = serializers.CharField(
        source="filing.audience_after", allow_blank=True, help_text="The audience for which it is then."
    )
    sha256 = serializers.CharField(
        source="filing.file.sha256",
        allow_null=True,
        help_text="Checksum of the bytes as received; null where none were.",
    )
    size_bytes = serializers.IntegerField(source="filing.file.size_bytes", allow_null=True)
    filed_at = serializers.DateTimeField(source="filing.filed_at")


class FilingReceiptSerializer(FilingSerializer):
    """What became of a request to file."""

    outcome = serializers.CharField(
        help_text="`filed`, or `already here`: these bytes had been filed for this audience."
    )
    is_repeat = serializers.BooleanField(help_text="This very filing was made before; nothing was added.")


# ---- the addresses -------------------------------------------------------------------------------------------

PROBLEMS = dict.fromkeys((400, 401, 403, 413, 415, 422, 503, 507), ProblemDetailsSerializer)


class Filings(CatalogView):
    permission_classes = (MayFile,)
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="file_image",
        summary="File an image",
        description="The same idempotency key, or the same file under the same item key, gives the same filing (200).",
        parameters=[OpenApiParameter(KEY_HEADER, OpenApiTypes.STR, OpenApiParameter.HEADER)],
        request={"multipart/form-data": _form_schema()},
        responses={201: FilingReceiptSerializer, 200: FilingReceiptSerializer, **PROBLEMS},
        examples=[
            OpenApiExample(
                "Two elements and a parcel",
                {"agency": "building", "audience": "public", "title": "North elevation", "created": "1998-05"}
                | {"apn": "5149-015-902"},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        form, file, values, numbers, problems = _read(request)
        agency = _agency(request, form.get("agency", ""), problems)
        if problems:
            raise FilingRefused([*problems, *check_filing(values)])
        source = _source(request, agency, form.get("source", ""))
        spooled = _spool(file)
        try:
            receipt = receive_filing(
                agency=agency,
                source=source,
                spooled=spooled,
                file_name=file.name,
                item_key=form.get("item_key") or f"{file.name} (SHA-256 {spooled.sha256})",
                audience=form["audience"],
                values=values,
                identifiers=numbers,
                filed_by=request.user,
                at=timezone.now(),
                idempotency_key=form.get("idempotency_key", ""),
                embargo_until=form.get("embargo_until", ""),
            )
            _refuse_other_bytes(receipt, spooled)
        finally:
            spooled.discard()
        tasks.nudge(*receipt.jobs)
        return _answer(request, receipt)


def _answer(request: Request, receipt: Receipt) -> Response:
    filing = tracking.filings_followed_by(request.user).get(pk=receipt.filing.pk)
    shown = FilingSerializer(tracking.progress_of(filing, request.user), context={"request": request}).data
    return Response(
        shown | {"outcome": receipt.outcome, "is_repeat": receipt.is_repeat},
        status=200 if receipt.is_repeat else 201,
        headers={"Location": address(request, "api-filing", filing.public_id)},
    )


class Filing(CatalogView):
    @extend_schema(
        operation_id="follow_filing",
        summary="Say how far a filing has come",
        responses={200: FilingSerializer, 404: ProblemDetailsSerializer, 410: ProblemDetailsSerializer},
    )
    def get(self, request: Request, public_id: str) -> Response:
        filing = get_object_or_404(tracking.filings_followed_by(request.user), public_id=public_id)
        if filing.is_withdrawn:
            raise Gone(reading.tombstone_of_filing(filing, request.user))
        progress = tracking.progress_of(filing, request.user)
        return Response(FilingSerializer(progress, context={"request": request}).data)


# ---- reading what was sent -----------------------------------------------------------------------------------


def _read(request: Request):
    """Return the form's own fields, the file, stated values, (scheme, number) pairs, and all that is wrong in shape."""
    most = settings.MAX_FILE_SIZE_MB
    too_long = f"The file is larger than {most} MB, the most that is accepted."
    sent = body_of(request, most * 1_000_000 + ENVELOPE_BYTES, too_long)
    form, problems = _form(request)
    file = _file(request, problems)
    fields = ((name, sent.getlist(name)) for name in sent if name not in FORM_NAMES and name not in request.FILES)
    values, numbers = [], []
    for name, stated in chain(fields, _metadata(form.get("metadata", ""), problems)):
        element = find_element(name)
        for raw in stated:
            value = _value(element.name if element else name, raw, problems)
            if value and element:
                values.append(value)
            elif value:
                numbers.append((value.element, value.value))
    problems += _unknown({name for name, _ in numbers})
    return form, file, values, numbers, problems


def _unknown(names: set[str]) -> list[Problem]:
    """Tell apart a numbering system from a slip of the pen in an element's name."""
    schemes = Scheme.objects.values_list("slug", flat=True) if names else ()
    return [
        Problem(name[:60], "", f"“{name[:60]}” is neither a Dublin Core element nor a numbering system here.", "title")
        for name in sorted(names.difference(schemes))
    ]


def _form(request: Request) -> tuple[dict, list[Problem]]:
    sent = {name: request.data[name] for name in FORM_NAMES if name in request.data}
    key = request.headers.get(KEY_HEADER, "").strip().strip('"')
    if key and sent.setdefault("idempotency_key", key) != key:
        raise Refusal(400, f"The field idempotency_key and the header {KEY_HEADER} differ. Send one of them.")
    form = FilingForm(data=sent, partial=True)
    form.is_valid()
    problems = [
        Problem(name, str(sent.get(name, "")), f"{name}: {' '.join(map(str, faults))}", "")
        for name, faults in form.errors.items()
    ]
    if "audience" not in sent:
        choices = ", ".join(Audience.values)
        problems.append(Problem("audience", "", f"Say for whom it is meant: {choices}.", Audience.PUBLIC.value))
    return {name: normalise_text(str(value)) for name, value in sent.items() if name not in form.errors}, problems


def _file(request: Request, problems: list[Problem]) -> UploadedFile | None:
    files = [(name, file) for name, files in request.FILES.lists() for file in files]
    if [name for name, _ in files] != ["file"]:
        problems.append(Problem("file", "", "Send one file a request, in the field `file`.", ""))
        return None
    return files[0][1]


def _metadata(text: str, problems: list[Problem]) -> Iterator[tuple[str, list]]:
    """Yield each key of the JSON object with the list of what it states."""
    if not text:
        return
    try:
        sent = json.loads(text)
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict):
        message = "`metadata` is a JSON object with a text, or a list of texts, for each element."
        problems.append(Problem("metadata", "", message, '{"title": "North elevation", "created": "1998-05"}'))
        return
    for name, stated in sent.items():
        yield name, stated if isinstance(stated, list) else [stated]


def _value(name: str, raw: object, problems: list[Problem]) -> Value | None:
    if isinstance(raw, str):
        return Value(name, raw)
    if isinstance(raw, dict) and "value" in raw and set(raw) <= VALUE_NAMES:
        parts = {key: part for key, part in raw.items() if isinstance(part, str)}
        if parts == raw:
            return Value(name, **parts)
    message = f"{name[:60]}: A value is a text, or an object with value, language and scheme as texts."
    problems.append(Problem(name[:60], "", message, '{"value": "Acera rota", "language": "es"}'))
    return None


def _agency(request: Request, slug: str, problems: list[Problem]) -> Agency | None:
    """Return the agency that files; raise where this person, or this token, may not file for it."""
    source = request.auth.source if isinstance(request.auth, ApiToken) else None
    slug = slug or (source.agency.slug if source else "")
    agency = Agency.objects.filter(slug=slug).first()
    if agency is None:
        message = "Say for which agency this is filed." if not slug else "There is no agency of this name."
        problems.append(Problem("agency", slug, message, "building"))
        return None
    if not request.user.has_role(Membership.Role.FILER, agency):
        raise Refusal(
            403, f"Only a filer of {agency} may file for it; its administrator gives that role.", "not-allowed"
        )
    if source and source.agency_id != agency.pk:
        raise Refusal(403, f"This token files for {source.agency} alone.", "not-allowed")
    return agency


def _source(request: Request, agency: Agency, name: str) -> Source:
    own = request.auth.source if isinstance(request.auth, ApiToken) else None
    if own and name not in ("", own.name):
        raise Refusal(403, f"This token files from the source “{own.name}” alone.", "not-allowed")
    if own:
        return own
    source, _ = Source.objects.get_or_create(agency=agency, name=name or OWN_SOURCE, defaults={"kind": Source.Kind.API})
    if source.kind != Source.Kind.API:
        message = f"“{source.name}” is the name of a source that is not filed by programs. Choose another name."
        raise FilingRefused([Problem("source", name, message, OWN_SOURCE)])
    return source


def _spool(file: UploadedFile) -> Spooled:
    most = settings.MAX_FILE_SIZE_MB * 1_000_000
    try:
        return store().spool(file.chunks(), file_name=file.name, max_size_bytes=most)
    except Refused as error:
        status = 413 if file.size > most else 415 if file.size else 422
        raise Refusal(status, str(error), "file-refused") from error


def _refuse_other_bytes(receipt: Receipt, spooled: Spooled) -> None:
    if receipt.is_repeat and receipt.filing.file.sha256 != spooled.sha256:
        message = (
            "This idempotency key was used before, for another file. Take a new key for every filing. "
            f"The earlier filing is {receipt.filing.public_id}."
        )
        raise Refusal(422, message, "idempotency-key-used")
