"""The parent's end of the decode child: hand over a path, get back an Examination or a reason in words.

One helper process is started per `Sandbox` and kept warm; it forks a child for every file, with limits
on memory, CPU time, wall-clock time and file size (`child`). Works inside daemonic workers, because it
starts an ordinary program, and the helper ends by itself when its parent is gone.
"""

import json
import os
import select
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from catalog.imaging.decode import UnreadablePicture
from catalog.imaging.examination import Examination
from catalog.imaging.media import MediaType

_PROJECT = Path(__file__).resolve().parents[2]
_GRACE_SECONDS = 20.0  # the helper keeps the time; the parent only steps in when the helper itself hangs


class SandboxFailed(RuntimeError):
    """The decode helper itself could not be started or died twice in a row: no fault of the file, so try again."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may use in its child."""

    memory_bytes: int
    cpu_seconds: int
    wall_seconds: float
    file_bytes: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What the last file used in its child."""

    cpu_seconds: float
    peak_bytes: int
    """Largest resident set."""


class Sandbox:
    """A warm helper process that examines files one after the other; safe to share between threads.

    May be made before a fork: each process that uses it starts a helper of its own.
    """

    def __init__(
        self,
        *,
        memory_bytes: int = 2 * 1024**3,
        cpu_seconds: int = 120,
        wall_seconds: float = 180.0,
        file_bytes: int = 64 * 1024**2,
    ) -> None:
        self.limits = Limits(memory_bytes, cpu_seconds, wall_seconds, file_bytes)
        self.last_cost: Cost | None = None
        self._lock = threading.Lock()
        self._helper: subprocess.Popen[bytes] | None = None
        self._owner_pid = os.getpid()

    def examine(self, path: Path, media_type: MediaType, out_folder: Path) -> Examination:
        """Examine one file; thumbnails and previews are written to `out_folder`, which must exist.

        Raises UnreadablePicture with the reason in words for everything that the file is to blame for: cannot
        be read, crashes the decoder, needs too much memory or time. Raises SandboxFailed for the rest.
        """
        return Examination.from_json(self._ask("examine", path, media_type, out_folder))

    def suggest(self, path: Path, media_type: MediaType) -> dict[str, Any]:
        """Read only the embedded metadata, for the filing form; raises as `examine` does.

        Returns what `catalog.metadata.embedded.Embedded.from_json` takes.
        """
        return self._ask("suggest", path, media_type, path.parent)

    def close(self) -> None:
        """End the helper. The sandbox may be used again: it starts another."""
        with self._own_lock():
            self._end_helper()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, verb: str, path: Path, media_type: MediaType, out_folder: Path) -> dict[str, Any]:
        request = {
            "verb": verb,
            "path": str(path.resolve()),
            "media_type": media_type.mime,
            "out_folder": str(out_folder.resolve()),
            "limits": asdict(self.limits),
        }
        with self._own_lock():
            answer = self._answer_to(json.dumps(request).encode() + b"\n")
            self.last_cost = Cost(**answer["cost"])
        if "unreadable" in answer:
            raise UnreadablePicture(answer["unreadable"])
        if "failed" in answer:
            raise SandboxFailed(answer["failed"])
        return answer["result"]

    def _own_lock(self) -> threading.Lock:
        """Return this process's lock: after a fork, lock and helper belong to the other process."""
        if self._owner_pid != os.getpid():
            self._owner_pid, self._lock = os.getpid(), threading.Lock()
            self._forget_helper()
        return self._lock

    def _answer_to(self, request: bytes) -> dict[str, Any]:
        """Send a request and read its answer; where the helper was killed meanwhile, once more with a new one."""
        for _ in range(2):
            helper = self._running_helper()
            try:
                helper.stdin.write(request)
                helper.stdin.flush()
                line = _line_within(helper.stdout, self.limits.wall_seconds + _GRACE_SECONDS)
            except BrokenPipeError:
                line = b""
            if line:
                return json.loads(line)
            self._end_helper()
        raise SandboxFailed("The decode helper ended twice before it answered.")

    def _running_helper(self) -> subprocess.Popen[bytes]:
        if self._helper is None or self._helper.poll() is not None:
            self._end_helper()
            self._helper = subprocess.Popen(
                [sys.executable, "-m", "catalog.imaging.child"],
                cwd=_PROJECT,
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # a Ctrl-C at the terminal is for the parent, which then closes the pipe
            )
        return self._helper

    def _end_helper(self) -> None:
        if self._helper is not None:
            self._helper.kill()
            self._helper.wait()
            self._forget_helper()

    def _forget_helper(self) -> None:
        if self._helper is not None:
            for pipe in (self._helper.stdin, self._helper.stdout):
                with suppress(BrokenPipeError):
                    pipe.close()
            self._helper = None


def _line_within(pipe: IO[bytes], timeout_seconds: float) -> bytes:
    """Read one line from the helper; nothing when the helper ends or lets the time pass."""
    deadline, line = time.monotonic() + timeout_seconds, bytearray()
    waiting = select.poll()
    waiting.register(pipe, select.POLLIN)
    while not line.endswith(b"\n"):
        ready = waiting.poll(max(0.0, deadline - time.monotonic()) * 1000)
        part = os.read(pipe.fileno(), 1 << 16) if ready else b""
        if not part:
            return b""
        line += part
    return bytes(line)


def _environment() -> dict[str, str]:
    """Give the helper no secrets of ours, and libraries one thread each: their stacks count against its memory."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    return {**kept, **threads, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
