"""Answers when something is not there, not allowed, or wrong on our side."""

import errno
import sys

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader

RETRY_AFTER_SECONDS = 30


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say the same of what does not exist and of what may not be seen."""
    return render(request, "404.html", status=404)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer 503 when the database is away or busy, 507 when the disk is full, 500 for the rest.

    The page needs neither the database nor a context.
    """
    status = status_of(sys.exc_info()[1])
    response = HttpResponse(loader.get_template("500.html").render(), status=status)
    if status != 500:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def status_of(error: BaseException | None) -> int:
    if isinstance(error, OperationalError):
        return 503
    return 507 if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT) else 500
