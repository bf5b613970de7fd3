"""What goes wrong, as problem details (RFC 9457): always JSON, always with a sentence that says what to do."""

import errno
import logging
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.http.request import UnreadablePostError
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import set_rollback

from catalog.services import amending
from catalog.services.deciding import AlreadyDecided, Contradiction, NotAllowed
from catalog.services.filing import FilingRefused
from catalog.services.locking import ChangedMeanwhile
from catalog.services.looking import HeldByAnother
from catalog.services.reading import Tombstone
from catalog.services.withdrawing import AlreadyWithdrawn

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
NOT_FOUND = "There is nothing at this address, or nothing that you may see."
RETRY_AFTER_SECONDS = 5
LONGEST_ECHO = 200
FULL = (errno.ENOSPC, errno.EDQUOT)


class Refusal(exceptions.APIException):
    """A request that is refused, with its status and a sentence; `kind` names it for programs."""

    def __init__(self, status: int, detail: str, kind: str = "", **more: object):
        super().__init__(detail)
        self.status_code, self.kind, self.more = status, kind, more


class Gone(Refusal):
    """What was here and is no more: who withdrew it, when and why, and nothing of what it said."""

    def __init__(self, tombstone: Tombstone):
        told = {"withdrawn_by": tombstone.agency, "reason": tombstone.reason} if tombstone.agency else {}
        super().__init__(410, tombstone.sentence, "gone", withdrawn_at=tombstone.at.isoformat(), **told)


def answer(error: Exception, context: dict[str, Any]) -> Response:
    """Turn whatever was raised in a view into an answer."""
    set_rollback()
    status, detail, kind, more = _problem(error)
    if status >= 500:
        log.error("%s: %s", status, error, exc_info=error)
    elif isinstance(error, NotAllowed | amending.NotAllowed | PermissionDenied):
        log.info("refused: %s", error)
    request = context["request"]
    request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
    body = {
        "type": f"{settings.BASE_IRI}api/docs/#{kind}" if kind else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    return Response(_sayable(body), status=status, content_type=MEDIA_TYPE, headers=_headers(error, status))


def _problem(error: Exception) -> tuple[int, str, str, dict]:
    """Return status, sentence, kind, and what else there is to say."""
    match error:
        case Refusal():
            return error.status_code, str(error.detail), error.kind, error.more
        case FilingRefused():
            return 422, str(error), "filing-refused", {"problems": [_plain(p) for p in error.problems]}
        case Http404() | exceptions.NotFound():
            return 404, NOT_FOUND, "", {}
        case NotAllowed() | amending.NotAllowed():
            return 403, str(error), "not-allowed", {}
        case AlreadyDecided():
            return 409, str(error), "already-decided", {"decision": error.decision.public_id}
        case AlreadyWithdrawn():
            return 409, str(error), "already-withdrawn", {}
        case ChangedMeanwhile():
            return 409, str(error), "changed-meanwhile", {}
        case HeldByAnother():
            return 409, str(error), "held", {}
        case Contradiction():
            return 409, str(error), "contradiction", {}
        case exceptions.ValidationError():
            problems = list(_faults(error.detail))
            return 400, " ".join(_sentence(p) for p in problems), "bad-request", {"problems": problems}
        case exceptions.APIException():
            return error.status_code, str(error.detail), "", {}
        case PermissionDenied():
            return 403, str(error) or "You may not do this.", "", {}
        case RequestDataTooBig():
            return 413, "The fields of the request are larger than is accepted. Send less text beside the file.", "", {}
        case SuspiciousOperation():
            return 400, "The request has more fields or files than are accepted.", "", {}
        case UnreadablePostError():
            return 400, "The request ended before all of it had arrived. Send it again.", "", {}
    return _outage(error)


def _outage(error: Exception) -> tuple[int, str, str, dict]:
    if isinstance(error, OSError) and error.errno in FULL or isinstance(error, OperationalError) and _is_full(error):
        return 507, "There is no room to store this at the moment. Nothing was kept; send it again later.", "", {}
    if isinstance(error, OperationalError | InterfaceError):
        return 503, "The catalog is busy or being repaired. Nothing was changed; send this again in a moment.", "", {}
    return 500, "Something went wrong here, not with your request. It has been noted.", "", {}


def _is_full(error: OperationalError) -> bool:
    """Tell a full disk from a database that is away: SQLite says so in words, PostgreSQL by SQLSTATE 53100."""
    return "disk is full" in str(error) or getattr(error.__cause__, "sqlstate", "") == "53100"


def _headers(error: Exception, status: int) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return headers


def _plain(problem) -> dict[str, str]:
    return {
        "element": problem.element,
        "value": problem.value[:LONGEST_ECHO],
        "message": problem.message,
        "example": problem.example,
    }


def _faults(detail, field: str = "") -> Iterator[dict[str, str]]:
    """Flatten what a serializer found into problems of the same shape as a filing's."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _faults(inner, "" if name == "non_field_errors" else str(name))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _faults(inner, field)
    else:
        yield {"element": field, "value": "", "message": str(detail), "example": ""}


def _sentence(problem: dict[str, str]) -> str:
    return f"{problem['element']}: {problem['message']}" if problem["element"] else problem["message"]


def _sayable(value):
    """Replace halves of characters, which some requests hold and no answer can."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_sayable(key): _sayable(inner) for key, inner in value.items()}
    return [_sayable(inner) for inner in value] if isinstance(value, list) else value
