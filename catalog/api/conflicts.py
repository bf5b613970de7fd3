"""What filings contradict one another about: the list of a records officer, and deciding."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import tasks
from catalog.models import Conflict as ConflictRow
from catalog.services import reading, reconciling
from catalog.services.history import LONGEST_REASON

from .authentication import MayWrite
from .base import (
    Address,
    CatalogView,
    PageParams,
    PageSerializer,
    ProblemDetailsSerializer,
    address,
    checked_body,
    page_of_queue,
)
from .decisions import MOST_BYTES, PROBLEMS, DecisionSerializer, decision_shown
from .errors import Refusal
from .records import AlternativeSerializer

VERDICTS = [(v.value, str(v.value)) for v in reconciling.CONFLICT_VERDICTS]


class ConflictParams(PageParams):
    state = serializers.ChoiceField(choices=ConflictRow.State.choices, default=ConflictRow.State.OPEN)
    element = serializers.CharField(max_length=60, default="", allow_blank=True, help_text="Such as created.")


class QueuedConflictSerializer(serializers.Serializer):
    """Filings of one record that contradict one another."""

    id = serializers.CharField(source="public_id")
    url = Address("api-conflict", source="public_id")
    decide_url = Address("api-conflict-decide", source="public_id")
    record = serializers.CharField(source="record.public_id")
    record_url = Address("api-record", source="record.public_id")
    title = serializers.CharField(source="record.title")
    element = serializers.CharField(help_text="Local name of the Dublin Core term, or identifier:<scheme>.")
    label = serializers.SerializerMethodField()
    alternatives = serializers.SerializerMethodField(help_text="Each value with the filings that state it.")
    as_it_stands = serializers.CharField(help_text="Send it back with a decision: it says what you decided about.")
    state = serializers.ChoiceField(choices=ConflictRow.State.choices)
    decision = serializers.CharField(source="decision.public_id", default=None, allow_null=True)
    noticed_at = serializers.DateTimeField()

    def get_label(self, conflict: ConflictRow) -> str:
        return reading.label_of(conflict.element)

    @extend_schema_field(AlternativeSerializer(many=True))
    def get_alternatives(self, conflict: ConflictRow) -> list[dict]:
        return conflict.alternatives


class ConflictPageSerializer(PageSerializer):
    results = QueuedConflictSerializer(many=True)


class ConflictDecisionForm(serializers.Serializer):
    """What is right."""

    verdict = serializers.ChoiceField(choices=VERDICTS)
    value = serializers.CharField(
        max_length=20_000, allow_blank=True, default="", help_text="The value that is right, or an error; else empty."
    )
    as_it_stands = serializers.CharField(max_length=16, help_text="As the conflict said it when you read it.")
    reason = serializers.CharField(max_length=LONGEST_REASON, allow_blank=True, default="")


class Conflicts(CatalogView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="list_conflicts",
        summary="List what filings contradict one another about",
        description="Conflicts about which the caller may decide; those that wait longest first.",
        parameters=[ConflictParams],
        responses={200: ConflictPageSerializer, **dict.fromkeys((400, 401, 403), ProblemDetailsSerializer)},
    )
    def get(self, request: Request) -> Response:
        asked = ConflictParams.of(request)
        queue = _queue(request).filter(state=asked["state"])
        queue = queue.filter(element=asked["element"]) if asked["element"] else queue
        return Response(page_of_queue(request, asked, queue, queue, QueuedConflictSerializer))


class Conflict(CatalogView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="read_conflict",
        summary="Read one conflict",
        responses={200: QueuedConflictSerializer, **dict.fromkeys((401, 403, 404), ProblemDetailsSerializer)},
    )
    def get(self, request: Request, public_id: str) -> Response:
        conflict = get_object_or_404(_queue(request), public_id=public_id)
        return Response(QueuedConflictSerializer(conflict, context={"request": request}).data)


class Decide(CatalogView):
    permission_classes = (MayWrite,)

    @extend_schema(
        operation_id="decide_conflict",
        summary="Decide about a conflict",
        description="one-right: the value is right; all-apply: all of them are; sent-back: the value is an error, and "
        "its department is told. Filings stay as they are. It can be undone as every decision.",
        request=ConflictDecisionForm,
        responses={201: DecisionSerializer, **PROBLEMS},
    )
    def post(self, request: Request, public_id: str) -> Response:
        conflict = get_object_or_404(_queue(request), public_id=public_id)
        too_long = "The request is longer than a decision can be."
        asked = checked_body(ConflictDecisionForm, request, MOST_BYTES, too_long)
        decision = reconciling.decide(conflict=conflict, by=request.user, at=timezone.now(), **asked)
        tasks.publish_soon()
        location = address(request, "api-decision", decision.public_id)
        shown = decision_shown(request, decision.public_id)
        return Response(shown, status=201, headers={"Location": location})


def _queue(request: Request):
    if not request.user.is_officer_anywhere:
        raise Refusal(403, "Records officers decide; an agency's administrator gives that role.", "not-allowed")
    return reconciling.queue_for(request.user)
