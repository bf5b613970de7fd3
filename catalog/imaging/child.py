"""The decode helper: a warm process that forks one limited child for every file.

Run as `python -m catalog.imaging.child`; it speaks JSON lines over standard input and output with
`catalog.imaging.sandbox` and ends when its input ends, that is also when its parent was killed. One file
at a time: a request is {"verb", "path", "media_type", "out_folder", "limits"}, the answer {"result"},
{"unreadable"} or {"failed"}, with what the child used.
"""

import ctypes
import json
import os
import resource
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from PIL import Image

from catalog.imaging import sayings
from catalog.imaging.decode import UnreadablePicture
from catalog.imaging.examine import examine
from catalog.imaging.media import MediaType
from catalog.metadata.embedded import read_embedded

_PR_SET_PDEATHSIG = 1
_LARGEST_ANSWER_BYTES = 64 * 1024**2

Request = dict[str, Any]
Answer = dict[str, Any]


def main() -> None:
    """Answer requests until the input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library prints must not run into the answers
    _warm_up()
    for line in iter(sys.stdin.buffer.readline, b""):
        answer = _answer(json.loads(line))
        with suppress(BrokenPipeError):
            answers.write(json.dumps(answer).encode() + b"\n")
            answers.flush()


def _warm_up() -> None:
    """Examine a small picture once, so that every child inherits what libraries load at first use."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "small.png")
        Image.effect_noise((200, 200), 60).convert("RGB").save(path)
        examine(path, MediaType.PNG, path.parent)


def _answer(request: Request) -> Answer:
    """Fork a child for the request, wait for it within its time, and say in words how it ended."""
    reading, writing = os.pipe()
    helper = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work(request, writing, helper)
    os.close(writing)
    output, in_time = _output_of(child, reading, request["limits"]["wall_seconds"])
    os.close(reading)
    _, status, used = os.wait4(child, 0)
    cost = {"cpu_seconds": used.ru_utime + used.ru_stime, "peak_bytes": used.ru_maxrss * 1024}
    return {**_verdict(output, in_time, status), "cost": cost}


def _output_of(child: int, reading: int, wall_seconds: float) -> tuple[bytes, bool]:
    """Collect what the child writes until it ends; kill it when its time is over. Tell whether it was in time.

    The parent sends nothing while it waits for an answer, so when its end of the pipe becomes readable it is
    gone, and so are child and helper then.
    """
    deadline, output, stdin = time.monotonic() + wall_seconds, bytearray(), sys.stdin.fileno()
    while len(output) <= _LARGEST_ANSWER_BYTES:
        ready, _, _ = select.select([reading, stdin], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            os.kill(child, signal.SIGKILL)
            return b"", False
        if reading not in ready:
            os.kill(child, signal.SIGKILL)
            os._exit(0)
        part = os.read(reading, 1 << 16)
        if not part:
            return bytes(output), True
        output += part
    os.kill(child, signal.SIGKILL)
    return b"", True


def _verdict(output: bytes, in_time: bool, status: int) -> Answer:
    """Say how a child ended: its own answer, the file's fault in words, or ours."""
    if not in_time:
        return {"unreadable": sayings.TOO_SLOW}
    if os.WIFSIGNALED(status):
        by_signal = {signal.SIGXCPU: sayings.TOO_SLOW, signal.SIGXFSZ: sayings.TOO_MUCH_OUTPUT}
        return {"unreadable": by_signal.get(os.WTERMSIG(status), sayings.CRASHED)}
    if os.WEXITSTATUS(status) == _OUT_OF_MEMORY:
        return {"unreadable": sayings.TOO_MUCH_MEMORY}
    if os.WEXITSTATUS(status) != 0:
        return {"failed": f"The decode child ended with status {os.WEXITSTATUS(status)}."}
    return json.loads(output)


# ---- in the child ----


_OUT_OF_MEMORY = 3


def _work(request: Request, writing: int, helper: int) -> NoReturn:
    """Do what is asked within the limits, write the answer, and end without running anybody's clean-up."""
    status = 1
    try:
        _confine(request["limits"], writing, helper)
        answer = json.dumps(_done(request)).encode()
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(answer)
        status = 0
    except MemoryError:
        status = _OUT_OF_MEMORY
    finally:
        os._exit(status)


def _confine(limits: dict[str, Any], writing: int, helper: int) -> None:
    """Die when the helper dies, give back the default signals, keep one open file, and set the limits."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != helper:  # it died before we asked
        os._exit(1)
    for one in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):  # Python ignores or catches these
        signal.signal(one, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 2)
    os.closerange(3, writing)
    os.closerange(writing + 1, 1024)
    _limit(resource.RLIMIT_AS, limits["memory_bytes"])
    _limit(resource.RLIMIT_CPU, limits["cpu_seconds"], grace=2)  # at the hard limit SIGKILL, before it SIGXCPU
    _limit(resource.RLIMIT_FSIZE, limits["file_bytes"])
    _limit(resource.RLIMIT_CORE, 0)


def _limit(what: int, most: int, grace: int = 0) -> None:
    """Lower a limit; one that is lower already stays."""
    _, hard = resource.getrlimit(what)
    allowed = most + grace if hard == resource.RLIM_INFINITY else min(most + grace, hard)
    resource.setrlimit(what, (min(most, allowed), allowed))


def _done(request: Request) -> Answer:
    try:
        return {"result": _VERBS[request["verb"]](request)}
    except UnreadablePicture as error:
        return {"unreadable": error.reason}
    except MemoryError:
        return {"unreadable": sayings.TOO_MUCH_MEMORY}
    except Exception as error:  # not foreseen: the parent must hear of it, whatever it is
        return {"failed": f"{type(error).__name__}: {error}"}


def _examine(request: Request) -> dict[str, Any]:
    path, media_type = Path(request["path"]), MediaType.from_mime(request["media_type"])
    return examine(path, media_type, Path(request["out_folder"]), _read_embedded).to_json()


def _suggest(request: Request) -> dict[str, Any]:
    return _read_embedded(Path(request["path"]), MediaType.from_mime(request["media_type"]))


def _read_embedded(path: Path, media_type: MediaType) -> dict[str, Any]:
    return read_embedded(path, media_type).to_json()


_VERBS: dict[str, Callable[[Request], dict[str, Any]]] = {"examine": _examine, "suggest": _suggest}

if __name__ == "__main__":
    main()
