"""What an agency does with its own filings: amending them, changing for whom they are, withdrawing them."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import tasks
from catalog.metadata.elements import find_element
from catalog.metadata.validation import Problem, Value
from catalog.models import ApiToken, Audience
from catalog.models import Filing as FilingRow
from catalog.services import amending, reaudiencing, tracking, withdrawing
from catalog.services.filing import FilingRefused
from catalog.services.history import LONGEST_REASON

from .authentication import MayFile
from .base import CatalogView, ProblemDetailsSerializer, checked_body
from .errors import Refusal
from .filings import FilingSerializer, RecordReferenceSerializer

MOST_BYTES = 1_000_000
MOST_VALUES = 200
PROBLEMS = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 503), ProblemDetailsSerializer)


# ---- what is sent --------------------------------------------------------------------------------------------


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string"},
            {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("value", "language", "scheme")},
                "required": ["value"],
            },
        ]
    }
)
class StatedField(serializers.Field):
    """A text, or an object with value, language and scheme."""

    default_error_messages = {"shape": "A value is a text, or an object with value, language and scheme as texts."}

    def to_internal_value(self, raw) -> dict[str, str]:
        stated = {"value": raw} if isinstance(raw, str) else raw
        if not isinstance(stated, dict) or not {"value"} <= set(stated) <= {"value", "language", "scheme"}:
            self.fail("shape")
        if not all(isinstance(part, str) for part in stated.values()):
            self.fail("shape")
        return stated


class AmendForm(serializers.Serializer):
    """All values of one element as they shall be stated from now on; none takes the element away."""

    element = serializers.CharField(max_length=60, help_text="Name or label of a Dublin Core term, such as title.")
    values = serializers.ListField(child=StatedField(), max_length=MOST_VALUES, help_text="All of them, in order.")
    reason = serializers.CharField(max_length=LONGEST_REASON, allow_blank=True, default="")


class AudienceForm(serializers.Serializer):
    """For whom the filing shall be."""

    audience = serializers.ChoiceField(choices=Audience.choices)
    embargo_until = serializers.CharField(
        max_length=40,
        allow_blank=True,
        default="",
        help_text="The day, such as 2030-01-01, from which on it is for them; until then its agency alone sees it.",
    )
    reason = serializers.CharField(max_length=LONGEST_REASON, help_text="Those who may see it then can read this.")


class WithdrawForm(serializers.Serializer):
    reason = serializers.CharField(max_length=LONGEST_REASON, help_text="Everybody who could see it may read this.")


class WithdrawnSerializer(serializers.Serializer):
    """A filing that was withdrawn, and the record in which it was."""

    id = serializers.CharField(source="public_id")
    withdrawn_at = serializers.DateTimeField()
    reason = serializers.CharField(source="withdrawn_because")
    record = RecordReferenceSerializer(source="copy.record", help_text="Where it was.")
    record_state = serializers.CharField(source="copy.record.state", help_text="withdrawn where no filing is left.")


# ---- the addresses -------------------------------------------------------------------------------------------


class Amend(CatalogView):
    permission_classes = (MayFile,)

    @extend_schema(
        operation_id="amend_filing",
        summary="State one element of a filing otherwise",
        description="What was stated before stays readable. Those who file for its agency may amend a filing.",
        request=AmendForm,
        responses={200: FilingSerializer, **PROBLEMS},
    )
    def post(self, request: Request, public_id: str) -> Response:
        filing, asked = _filing(request, public_id), _checked(AmendForm, request)
        element = find_element(asked["element"])
        if element is None:
            name = asked["element"]
            raise FilingRefused([Problem("element", name, f"“{name}” is no Dublin Core element here.", "title")])
        values = [Value(element.name, **stated) for stated in asked["values"]]
        amending.amend(
            filing=filing, element=element.name, values=values, reason=asked["reason"], by=request.user,
            at=timezone.now(),
        )  # fmt: skip
        return _followed(request, public_id)


class ChangeAudience(CatalogView):
    permission_classes = (MayFile,)

    @extend_schema(
        operation_id="change_audience",
        summary="Change for whom a filing is",
        description="The filing moves to the record of those who may see it then; where nothing is left, the record "
        "in which it was answers 410. Those who file for its agency may do this.",
        request=AudienceForm,
        responses={200: FilingSerializer, **PROBLEMS},
    )
    def post(self, request: Request, public_id: str) -> Response:
        filing, asked = _filing(request, public_id), _checked(AudienceForm, request)
        change = reaudiencing.change_audience(filing=filing, by=request.user, at=timezone.now(), **asked)
        tasks.nudge(*change.jobs)
        return _followed(request, public_id)


class Withdraw(CatalogView):
    permission_classes = (MayFile,)

    @extend_schema(
        operation_id="withdraw_filing",
        summary="Withdraw a filing",
        description="Its record goes on with what other filings say; where none is left, it answers 410 with who "
        "withdrew it, when and why. Filing the same again brings it back.",
        request=WithdrawForm,
        responses={200: WithdrawnSerializer, **PROBLEMS},
    )
    def post(self, request: Request, public_id: str) -> Response:
        filing, asked = _filing(request, public_id), _checked(WithdrawForm, request)
        withdrawing.withdraw(filing=filing, by=request.user, at=timezone.now(), **asked)
        tasks.publish_soon()
        now = FilingRow.objects.select_related("copy__record").get(pk=filing.pk)
        return Response(WithdrawnSerializer(now, context={"request": request}).data)


def _filing(request: Request, public_id: str) -> FilingRow:
    """Return a filing that this person may see; a token for one source changes filings of its agency alone."""
    filing = get_object_or_404(tracking.filings_followed_by(request.user), public_id=public_id)
    source = request.auth.source if isinstance(request.auth, ApiToken) else None
    if source and source.agency_id != filing.agency_id:
        raise Refusal(403, f"This token files for {source.agency} alone.", "not-allowed")
    return filing


def _checked(form: type[serializers.Serializer], request: Request) -> dict:
    return checked_body(form, request, MOST_BYTES, "The request is longer than a description can be.")


def _followed(request: Request, public_id: str) -> Response:
    """Answer with the filing as it is now."""
    tasks.publish_soon()
    filing = tracking.filings_followed_by(request.user).get(public_id=public_id)
    return Response(FilingSerializer(tracking.progress_of(filing, request.user), context={"request": request}).data)
