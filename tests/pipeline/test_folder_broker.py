"""The folder as message broker: a reader never meets half a message."""

import threading
import time
from contextlib import suppress

import kombu
import pytest
from kombu.transport.virtual import Empty

MESSAGES = 1_000


@pytest.fixture
def channel(tmp_path):
    folders = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path), "control_folder": str(tmp_path)}
    with kombu.Connection("filesystem://", transport_options=folders) as connection:
        yield connection.default_channel


def test_messages_are_whole_whenever_they_are_read(channel):
    writer = threading.Thread(target=lambda: [channel._put("work", {"body": n}) for n in range(MESSAGES)])
    writer.start()
    found = []
    deadline = time.monotonic() + 60
    while len(found) < MESSAGES and time.monotonic() < deadline:
        with suppress(Empty):
            found.append(channel._get("work")["body"])
    writer.join()
    assert sorted(found) == list(range(MESSAGES))


def test_messages_are_read_by_whom_they_are_for(channel):
    channel._put("work", {"body": 1})
    with pytest.raises(Empty):
        channel._get("other")
    assert channel._get("work") == {"body": 1}
