"""Batches: what one run of filing brought, and withdrawing all of it."""

from django.db.models import Count, Q
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import tasks
from catalog.models import ApiToken
from catalog.services import withdrawing_batches
from catalog.services.history import LONGEST_REASON

from .authentication import MayFile
from .base import (
    CatalogView,
    Name,
    PageParams,
    PageSerializer,
    ProblemDetailsSerializer,
    checked_body,
    page_of_queue,
)

MOST_BYTES = 100_000
PROBLEMS = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 503), ProblemDetailsSerializer)


class WithdrawBatchForm(serializers.Serializer):
    reason = serializers.CharField(max_length=LONGEST_REASON, help_text="Everybody who could see it may read this.")


class BatchSerializer(serializers.Serializer):
    """One run of filing from a source."""

    id = serializers.CharField(source="public_id")
    agency = serializers.CharField(source="source.agency.slug")
    source = serializers.CharField(source="source.name")
    started_at = serializers.DateTimeField()
    manifest = serializers.JSONField(help_text="What was named when it began: folder, table.")
    filings = serializers.IntegerField(source="filed", help_text="How many it has, withdrawn ones too.")
    standing = serializers.IntegerField(help_text="How many of them stand; 0 when all of it is withdrawn.")
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawn_by = Name(allow_null=True)
    reason = serializers.CharField(source="withdrawn_because", help_text="Why it was withdrawn.")


class BatchPageSerializer(PageSerializer):
    results = BatchSerializer(many=True)


class Batches(CatalogView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="list_batches",
        summary="List the batches of one's agencies",
        description="The latest first.",
        parameters=[PageParams],
        responses={200: BatchPageSerializer, **dict.fromkeys((400, 401), ProblemDetailsSerializer)},
    )
    def get(self, request: Request) -> Response:
        asked = PageParams.of(request)
        batches = _batches(request)
        return Response(page_of_queue(request, asked, batches, _counted(batches.order_by("-pk")), BatchSerializer))


class Batch(CatalogView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="read_batch", summary="Read a batch", responses={200: BatchSerializer, **PROBLEMS})
    def get(self, request: Request, public_id: str) -> Response:
        return Response(_shown(request, public_id))


class WithdrawBatch(CatalogView):
    permission_classes = (MayFile,)

    @extend_schema(
        operation_id="withdraw_batch",
        summary="Withdraw all that was filed in a batch",
        description="Its filings are withdrawn one after the other, as `withdraw_filing` does; `standing` says how "
        "many are left. Nothing more is filed under it. Those who file for its agency may do this.",
        request=WithdrawBatchForm,
        responses={202: BatchSerializer, **PROBLEMS},
    )
    def post(self, request: Request, public_id: str) -> Response:
        batch = get_object_or_404(_batches(request), public_id=public_id)
        asked = checked_body(WithdrawBatchForm, request, MOST_BYTES, "The request is longer than a reason can be.")
        job = withdrawing_batches.withdraw_batch(batch=batch, by=request.user, at=timezone.now(), **asked)
        tasks.nudge(job)
        return Response(_shown(request, public_id), status=202)


def _batches(request: Request):
    """Return the batches that this person may know of; with a token for one source those of its agency alone."""
    batches = withdrawing_batches.batches_of(request.user)
    source = request.auth.source if isinstance(request.auth, ApiToken) else None
    return batches.filter(source__agency=source.agency_id) if source else batches


def _counted(batches):
    standing = Count("filings", filter=Q(filings__withdrawn_at__isnull=True))
    return batches.annotate(filed=Count("filings"), standing=standing)


def _shown(request: Request, public_id: str) -> dict:
    batch = get_object_or_404(_counted(_batches(request)), public_id=public_id)
    return BatchSerializer(batch, context={"request": request}).data
