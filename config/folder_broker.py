"""The folder as message broker, as kombu has it, but a message appears there only when it is whole.

kombu writes a message under its final name, so that a worker may read it while it is still empty and end with
"Expecting value: line 1 column 1" (kombu issue 1551).
"""

import time
import uuid
from pathlib import Path

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: dict, **_: object) -> None:
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        whole = Path(self.data_folder_out) / name
        aside = whole.with_name(f"{name}.unfinished")
        try:
            aside.write_text(dumps(payload))
            aside.rename(whole)
        except OSError as error:
            raise ChannelError(f"Cannot add {name} to the folder of messages") from error


class Transport(filesystem.Transport):
    Channel = Channel
