"""Programs ask with tokens; pictures are small and drawn in code."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from rest_framework.test import APIClient

from catalog import tasks
from catalog.models import ApiToken, Filing
from tests.conftest import drawn, jpeg, tiny


@pytest.fixture(autouse=True)
def sent(monkeypatch) -> list:
    """What was sent to the workers: nothing leaves this process."""
    messages: list = []
    monkeypatch.setattr(tasks, "_send", messages.append)
    return messages


@pytest.fixture
def anyone(db) -> APIClient:
    return APIClient()


@pytest.fixture
def program():
    """Make a client with a token: program(user, write=True, source=None, days=1)."""

    def make(user, *, write=True, source=None, days=1) -> APIClient:
        _, secret = ApiToken.issue(
            owner=user, source=source, name="tests", may_write=write, expires_at=timezone.now() + timedelta(days=days)
        )
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        return client

    return make


@pytest.fixture
def filed(file_it, run_jobs):
    """File a picture and let it settle: filed(agency, seed=1, title="..."); returns its standing record."""

    def file_and_settle(agency, *, seed=1, data=b"", **how):
        receipt = file_it(data or jpeg(drawn(seed)), agency, **{"key": f"{seed}-{len(data)}", **how})
        run_jobs()
        return Filing.objects.select_related("copy__record").get(pk=receipt.filing.pk).copy.record

    return file_and_settle


@pytest.fixture
def two(agencies, filed):
    """Two records that look alike but are not proven the same, of two agencies."""
    picture = drawn(7, size=(640, 480))
    return (
        filed(agencies["building"], data=jpeg(picture), title="Mill, north"),
        filed(agencies["metro"], data=tiny(picture), title="Mill from the line"),
    )


def upload(seed: int = 1, name: str = "mill.jpg", data: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data or jpeg(drawn(seed)), "image/jpeg")


def form(seed: int = 1, **fields) -> dict:
    """A filing that is accepted, with these fields changed; None leaves one out."""
    whole = {"file": upload(seed), "agency": "building", "audience": "public", "title": "Mill", "created": "1998-05"}
    return {name: value for name, value in (whole | fields).items() if value is not None}
