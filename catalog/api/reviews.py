"""The questions that wait for a records officer, each with its evidence."""

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.models import Copy, Filing, Page, ReviewItem
from catalog.services import deciding, reading

from .base import Address, CatalogView, PageParams, PageSerializer, ProblemDetailsSerializer, page_of_queue
from .errors import Refusal
from .records import EvidenceSerializer


class ReviewedCopySerializer(serializers.Serializer):
    """One of the two copies."""

    id = serializers.CharField(source="public_id")
    record = serializers.CharField(source="record.public_id")
    record_url = Address("api-record", source="record.public_id")
    title = serializers.CharField(source="record.title")
    agencies = serializers.SerializerMethodField(help_text="Who filed it.")
    media_type = serializers.CharField(source="file.media_type")
    size_bytes = serializers.IntegerField(source="file.size_bytes")
    preview_url = Address("copy-picture", "preview", source="public_id")

    def get_agencies(self, copy: Copy) -> list[str]:
        return list(dict.fromkeys(f.agency.name for f in copy.filings.all()))


class ReviewSerializer(serializers.Serializer):
    """Are these two the same picture? To answer, post the two copies with a verdict to the decisions."""

    id = serializers.CharField(source="public_id")
    because = serializers.CharField(help_text="Why the software does not decide.")
    evidence = EvidenceSerializer(source="match")
    differs = serializers.SerializerMethodField(help_text="How copy_b differs from copy_a.")
    copy_a = ReviewedCopySerializer()
    copy_b = ReviewedCopySerializer()
    opened_at = serializers.DateTimeField()

    def get_differs(self, item: ReviewItem) -> list[str]:
        a, b = item.copy_a.file, item.copy_b.file
        return list(reading.differences(b, _first_page(b), a, _first_page(a)))


def _first_page(file) -> Page | None:
    return next(iter(file.first_pages), None)


class ReviewPageSerializer(PageSerializer):
    results = ReviewSerializer(many=True)


class Reviews(CatalogView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="list_reviews",
        summary="List the pairs that wait for a decision",
        description="Those that the caller may decide, closest pairs first.",
        parameters=[PageParams],
        responses={200: ReviewPageSerializer, **dict.fromkeys((400, 401, 403), ProblemDetailsSerializer)},
    )
    def get(self, request: Request) -> Response:
        asked = PageParams.of(request)
        if not request.user.is_officer_anywhere:
            raise Refusal(403, "Records officers decide; an agency's administrator gives that role.", "not-allowed")
        queue = deciding.queue_for(request.user)
        return Response(page_of_queue(request, asked, queue, _with_evidence(queue), ReviewSerializer))


def _with_evidence(queue):
    first_pages = Page.objects.filter(number=1)
    filings = Filing.objects.standing().select_related("agency").order_by("filed_at", "id")
    return queue.select_related("match").prefetch_related(
        *(Prefetch(f"{copy}__file__pages", first_pages, to_attr="first_pages") for copy in ("copy_a", "copy_b")),
        *(Prefetch(f"{copy}__filings", filings) for copy in ("copy_a", "copy_b")),
    )
