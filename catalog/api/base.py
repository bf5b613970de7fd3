"""What all addresses of the API have in common."""

from math import ceil

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.views import APIView

from catalog.models import User
from catalog.services.reading import name_for

from .errors import Refusal

MOST_ON_A_PAGE = 100
MOST_COUNTED = 10_000


class CatalogView(APIView):
    """Answers depend on who asks, so no shared cache may keep them; and a decision can change any of them."""

    def finalize_response(self, request, response, *args, **kwargs) -> HttpResponseBase:
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ["Authorization", "Cookie"])
        response.setdefault("Cache-Control", "private, no-store" if self._is_known(request) else "no-cache")
        return response

    @staticmethod
    def _is_known(request) -> bool:
        """Say whether the caller named somebody, rightly or not, without asking the database again."""
        return bool(request.headers.get("Authorization") or request.headers.get("Cookie"))


@extend_schema(exclude=True)
class Nothing(CatalogView):
    """What stands at every other address below the API's."""

    def initial(self, request, *args, **kwargs):
        raise Http404


@extend_schema_field(OpenApiTypes.URI)
class Address(serializers.Field):
    """The absolute address of a named route, made from the value's public id."""

    def __init__(self, route: str, *rest: str, ending: str = "", **options):
        super().__init__(read_only=True, **options)
        self.route, self.rest, self.ending = route, rest, ending

    def to_representation(self, value: str) -> str:
        return address(self.context["request"], self.route, value, *self.rest) + self.ending


class Name(serializers.CharField):
    """Who did something, as the asker may know it."""

    def __init__(self, **options):
        super().__init__(read_only=True, **options)

    def to_representation(self, value: User) -> str:
        return name_for(value, self.context["request"].user)


def body_of(request: Request, most_bytes: int, too_long: str):
    """Return what was sent, parsed; refuse it by its announced length before it is read, and where it is nonsense."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > most_bytes:
        raise Refusal(413, too_long)
    try:
        return request.data
    except (LookupError, UnicodeError) as error:
        raise ParseError("The request is written in an encoding that is not known here. Send UTF-8.") from error
    except RecursionError as error:
        raise ParseError("The request is nested too deeply.") from error


def checked_body(form: type[serializers.Serializer], request: Request, most_bytes: int, too_long: str) -> dict:
    """Return what was sent as the form wants it. Raises what `body_of` does, and ValidationError."""
    filled = form(data=body_of(request, most_bytes, too_long))
    filled.is_valid(raise_exception=True)
    return filled.validated_data


def address(request: Request, route: str, *arguments: str) -> str:
    return request.build_absolute_uri(reverse(route, args=arguments))


class PageParams(serializers.Serializer):
    """Which page of a list; parameters that are not known are refused, so that a slip of the pen is noticed."""

    page = serializers.IntegerField(min_value=1, max_value=MOST_COUNTED, default=1, help_text="Counted from 1.")
    per_page = serializers.IntegerField(min_value=1, max_value=MOST_ON_A_PAGE, default=24, help_text="Results a page.")

    def validate(self, attrs: dict) -> dict:
        unknown = sorted(set(self.initial_data) - set(self.fields))
        if unknown:
            known = ", ".join(self.fields)
            raise serializers.ValidationError({unknown[0][:60]: f"There is no such parameter. Known: {known}."})
        return attrs

    @classmethod
    def of(cls, request: Request) -> dict:
        """Return the checked parameters of a request."""
        params = cls(data=request.query_params)
        params.is_valid(raise_exception=True)
        return params.validated_data


def page_of(request: Request, page: int, pages: int, total: int, is_capped: bool, results: list) -> dict:
    """Return one page of a list, with the addresses of its neighbours."""
    if page > pages:
        raise Refusal(400, f"page: There is no page {page}; the last one is {pages}.", "bad-request")
    return {
        "total": total,
        "is_capped": is_capped,
        "page": page,
        "pages": pages,
        "next": _at_page(request, page + 1) if page < pages else None,
        "previous": _at_page(request, page - 1) if page > 1 else None,
        "results": results,
    }


def page_of_queue(
    request: Request, asked: dict, queue: QuerySet, shown: QuerySet, serializer: type[serializers.Serializer]
) -> dict:
    """Return the page of a queue that was asked for; `shown` is the queue in order, with all that is told of each."""
    page, per_page = asked["page"], asked["per_page"]
    total = queue.order_by().values("pk")[: MOST_COUNTED + 1].count()
    counted = min(total, MOST_COUNTED)
    items = shown[(page - 1) * per_page : page * per_page]
    results = serializer(items, many=True, context={"request": request}).data
    return page_of(request, page, max(1, ceil(counted / per_page)), counted, total > MOST_COUNTED, results)


def _at_page(request: Request, page: int) -> str:
    params = request.query_params.copy()
    params["page"] = str(page)
    return request.build_absolute_uri(f"{request.path}?{params.urlencode()}")


class PageSerializer(serializers.Serializer):
    """One page of a list."""

    total = serializers.IntegerField(help_text=f"How many there are, counted up to {MOST_COUNTED:,}.")
    is_capped = serializers.BooleanField(help_text="There are more than were counted.")
    page = serializers.IntegerField()
    pages = serializers.IntegerField(help_text="How many pages can be asked for.")
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class ProblemSerializer(serializers.Serializer):
    """One thing that is to be mended."""

    element = serializers.CharField(help_text="Name of the element, numbering system, field or parameter.")
    value = serializers.CharField(allow_blank=True)
    message = serializers.CharField(help_text="A sentence that says what is wrong and what would pass.")
    example = serializers.CharField(allow_blank=True, help_text="A value that would pass.")


class ProblemDetailsSerializer(serializers.Serializer):
    """What went wrong (RFC 9457), as application/problem+json."""

    type = serializers.CharField(help_text="about:blank where the status says it all, else an address that names it.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="A sentence for people.")
    problems = ProblemSerializer(many=True, required=False, help_text="Everything that is to be mended, if anything.")
    decision = serializers.CharField(required=False, help_text="The decision that stands, where one is in the way.")
    withdrawn_at = serializers.DateTimeField(required=False, help_text="Since when it is gone, where it was here.")
    withdrawn_by = serializers.CharField(required=False, help_text="The agency that withdrew it.")
    reason = serializers.CharField(required=False, help_text="Why it was withdrawn.")
