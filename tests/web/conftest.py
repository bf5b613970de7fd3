"""Pages are asked for by signed-in test clients; pictures are small and drawn in code."""

import pytest
from django.test import Client

from tests.conftest import drawn, jpeg, with_exif


@pytest.fixture
def signed_in():
    """Return a client on which this person is signed in."""

    def client_of(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return client_of


@pytest.fixture
def filed(file_it, run_jobs):
    """File a picture and let it settle: filed(agency, seed=1, title="..."); returns its standing record."""

    def file_and_settle(agency, *, seed=1, data=b"", **how):
        receipt = file_it(data or jpeg(drawn(seed)), agency, **{"key": f"{seed}-{len(data)}", **how})
        run_jobs()
        copy = type(receipt.filing).objects.select_related("copy__record").get(pk=receipt.filing.pk).copy
        return copy.record.answering

    return file_and_settle


@pytest.fixture
def pair(agencies, filed):
    """One record with two copies of two agencies: the same coded picture, other metadata in the files."""
    data = jpeg(drawn(3))
    filed(agencies["building"], data=data, title="Corner of Mill Street", name="mill.jpg")
    other = with_exif(data, description="Seen from the north", artist="Ama Osei")
    return filed(agencies["metro"], data=other, title="Mill Street stop", name="stop.jpg")
