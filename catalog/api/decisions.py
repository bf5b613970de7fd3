"""Deciding about a pair of copies, reading a decision, undoing it."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import tasks
from catalog.models import Copy, Record
from catalog.models import Decision as DecisionRow
from catalog.services import deciding
from catalog.services.history import LONGEST_REASON

from .authentication import MayWrite
from .base import Address, CatalogView, Name, ProblemDetailsSerializer, address, checked_body
from .errors import Refusal

MOST_BYTES = 100_000
PROBLEMS = dict.fromkeys((400, 401, 403, 404, 409, 413, 503), ProblemDetailsSerializer)
VERDICTS = [(v.value, v.label) for v in deciding.PAIR_VERDICTS]


class DecisionForm(serializers.Serializer):
    """A verdict about two copies of one audience."""

    copy_a = serializers.CharField(
        max_length=26, help_text="Id of a copy; the original where one was made from the other."
    )
    copy_b = serializers.CharField(max_length=26, help_text="Id of the other copy.")
    verdict = serializers.ChoiceField(choices=VERDICTS)
    reason = serializers.CharField(max_length=LONGEST_REASON, allow_blank=True, default="")


class UndoForm(serializers.Serializer):
    reason = serializers.CharField(max_length=LONGEST_REASON, allow_blank=True, default="")


class DecidedCopySerializer(serializers.Serializer):
    """A copy that a decision is about, and the record to which it belongs now."""

    id = serializers.CharField(source="public_id")
    record = serializers.CharField(source="record.public_id")
    record_url = Address("api-record", source="record.public_id")


class DecisionSerializer(serializers.Serializer):
    """What a person decided. It stays readable after it was undone."""

    id = serializers.CharField(source="public_id")
    url = Address("api-decision", source="public_id")
    undo_url = Address("api-undo", source="public_id")
    verdict = serializers.ChoiceField(choices=DecisionRow.Verdict.choices)
    reason = serializers.CharField(allow_blank=True)
    copies = serializers.SerializerMethodField(help_text="The two copies; none where a record copy was designated.")
    original = serializers.SerializerMethodField(help_text="Which copy the other was made from.")
    filing = serializers.SerializerMethodField(help_text="The filing that was designated as record copy.")
    conflict = serializers.CharField(
        source="conflict.public_id", default=None, allow_null=True, help_text="The conflict that was decided about."
    )
    value = serializers.SerializerMethodField(help_text="Which of its values; empty once no filing states it.")
    decided_by = Name()
    decided_at = serializers.DateTimeField()
    is_effective = serializers.BooleanField()
    ending = serializers.CharField(allow_blank=True)
    ended_by = Name(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(DecidedCopySerializer(many=True))
    def get_copies(self, decision: DecisionRow) -> list[dict]:
        copies = [c for c in (decision.copy_low, decision.copy_high) if c]
        return DecidedCopySerializer(copies, many=True, context=self.context).data

    def get_original(self, decision: DecisionRow) -> str | None:
        if decision.verdict != DecisionRow.Verdict.DERIVATIVE:
            return None
        return decision.relation.to_copy.public_id

    def get_filing(self, decision: DecisionRow) -> str | None:
        return decision.filing.public_id if decision.filing else None

    def get_value(self, decision: DecisionRow) -> str:
        return decision.value if decision.conflict and decision.value in decision.conflict.values else ""


class Decisions(CatalogView):
    permission_classes = (MayWrite,)

    @extend_schema(
        operation_id="decide",
        summary="Decide about two copies",
        description="Records follow at once. A records officer of every agency that filed the copies may decide.",
        request=DecisionForm,
        responses={201: DecisionSerializer, **PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        asked = _checked(DecisionForm, request)
        copy_a, copy_b = (_copy(request, asked.pop(name)) for name in ("copy_a", "copy_b"))
        if copy_a == copy_b:
            raise Refusal(400, "copy_b: A decision is about two copies; these are one.", "bad-request")
        if copy_a.audience_key != copy_b.audience_key:
            raise Refusal(400, "copy_b: The copies are meant for different audiences and stay apart.", "bad-request")
        decision = deciding.decide(copy_a=copy_a, copy_b=copy_b, by=request.user, at=timezone.now(), **asked)
        tasks.publish_soon()
        location = address(request, "api-decision", decision.public_id)
        return Response(decision_shown(request, decision.public_id), status=201, headers={"Location": location})


class Decision(CatalogView):
    @extend_schema(
        operation_id="read_decision",
        summary="Read a decision",
        responses={200: DecisionSerializer, 404: ProblemDetailsSerializer},
    )
    def get(self, request: Request, public_id: str) -> Response:
        return Response(decision_shown(request, public_id))


class Undo(CatalogView):
    permission_classes = (MayWrite,)

    @extend_schema(
        operation_id="undo_decision",
        summary="Undo a decision",
        description="Filings, records and descriptions are again what the rest of the evidence says.",
        request=UndoForm,
        responses={200: DecisionSerializer, **PROBLEMS},
    )
    def post(self, request: Request, public_id: str) -> Response:
        decision = get_object_or_404(DecisionRow.objects.visible_to(request.user).about_records(), public_id=public_id)
        deciding.undo(decision=decision, by=request.user, at=timezone.now(), **_checked(UndoForm, request))
        tasks.publish_soon()
        return Response(decision_shown(request, public_id))


def _checked(form: type[serializers.Serializer], request: Request) -> dict:
    return checked_body(form, request, MOST_BYTES, "The request is longer than a decision can be.")


def _copy(request: Request, public_id: str) -> Copy:
    """Return a copy of a standing record that this person may see."""
    copies = Copy.objects.visible_to(request.user).standing().filter(record__state=Record.State.STANDING)
    copy = copies.select_related("record", "file").filter(public_id=public_id).first()
    if copy is None:
        raise Http404
    return copy


def decision_shown(request: Request, public_id: str) -> dict:
    decisions = (
        DecisionRow.objects.visible_to(request.user)
        .about_records()
        .select_related(
            "copy_low__record", "copy_high__record", "relation__to_copy", "filing", "conflict", "decided_by", "ended_by"
        )
    )
    return DecisionSerializer(get_object_or_404(decisions, public_id=public_id), context={"request": request}).data
