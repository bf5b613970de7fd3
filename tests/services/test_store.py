"""The store, as a folder and as a bucket of a real S3 endpoint."""

import boto3
import pytest
from moto.server import ThreadedMotoServer

from catalog.models import ImageFile
from catalog.services import store as stores
from catalog.services.store import Refused
from tests.conftest import drawn, jpeg


@pytest.fixture(scope="module")
def endpoint():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


KEYS = {"access_key": "test", "secret_key": "test", "region_name": "us-east-1"}


@pytest.fixture(params=["folder", "s3"])
def store(request, settings):
    if request.param == "s3":
        address = request.getfixturevalue("endpoint")
        bucket = settings.STORAGES["bucket"]
        options = {**bucket["OPTIONS"], **KEYS, "bucket_name": "images", "endpoint_url": address}
        settings.STORE, settings.STORAGES = "s3", {**settings.STORAGES, "bucket": {**bucket, "OPTIONS": options}}
        client = boto3.client(
            "s3", endpoint_url=address, aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1"
        )
        client.create_bucket(Bucket="images")
    stores.store.cache_clear()
    yield stores.store()
    stores.store.cache_clear()


def spooled(store, data: bytes, name: str = "a.jpg", most: int = 10_000_000):
    return store.spool([data[:100], data[100:]], file_name=name, max_size_bytes=most)


def test_bytes_come_back_as_they_were(store):
    data = jpeg(drawn())
    arrived = spooled(store, data)
    file = ImageFile(sha256=arrived.sha256)
    store.keep(arrived)
    store.keep(arrived)  # the same bytes again are the same as once
    with store.open_original(file) as kept:
        assert kept.read() == data
    with store.original(file) as path:
        assert path.read_bytes() == data


def test_a_preview_that_is_not_there_is_none(store):
    assert store.open_preview(ImageFile(sha256="0" * 64), 1, "thumbnail") is None


def test_a_picture_becomes_a_record_whatever_keeps_its_bytes(store, file_it, run_jobs, agency):
    file = file_it(jpeg(drawn()), agency).filing.file
    run_jobs()
    file.refresh_from_db()
    assert file.state == ImageFile.State.INTACT
    with store.open_preview(file, 1, "thumbnail") as preview:
        assert preview.read(4) == b"RIFF"


def test_what_is_too_big_is_refused_and_leaves_nothing_behind(store):
    with pytest.raises(Refused, match="MB|large|big"):
        spooled(store, jpeg(drawn()), most=1000)
    assert not list(store.spool_folder.iterdir())


@pytest.mark.parametrize("data", [b"", b"<html>", b"8BPS" + bytes(100), b"PK\x03\x04" + bytes(100)])
def test_what_is_no_picture_is_refused_in_words(store, data):
    with pytest.raises(Refused) as refusal:
        spooled(store, data)
    assert str(refusal.value).endswith(".")
