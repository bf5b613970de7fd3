"""Which stored pages may be near a page: asked of the matcher, or of this process's own mirror."""

import json
import os
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import cache

import numpy as np
from django.conf import settings
from django.utils.crypto import salted_hmac

from . import leasing
from .frames import ANSWER, GREETING_BYTES, QUESTION, BadFrame, Conversation
from .mirroring import HASHES_SHAPE, Mirror, PagePrints, batches

__all__ = ["MatchingFailed", "NoMatcher", "PagePrints", "hang_up", "mirror", "near"]

LEASE = "matcher"
TIMEOUT_SECONDS = 60.0
PAGES_A_QUESTION = 8
"""A file of many pages is asked about in parts, so that others have their turn in between."""
LOOK_UP_SECONDS = 2.0
"""How long to wait for an answer before looking whether another has become the matcher."""
QUESTION_LIMIT_BYTES = 4_000_000
ANSWER_LIMIT_BYTES = 500_000_000


class MatchingFailed(Exception):
    """The matcher cannot answer this question, whoever asks it and whenever."""


class NoMatcher(Exception):
    """No matcher answered in time. Ask again in a few seconds: nothing is wrong with what was asked about."""


def near(prints: Sequence[PagePrints], *, timeout_seconds: float = TIMEOUT_SECONDS) -> dict[int, set[int]]:
    """Return {page key asked about: keys of stored pages that may be near it}, for every page asked about.

    The answer takes in all that was published before the question, and may name the pages themselves. It names
    more pages than are near: compare each pair. Raises NoMatcher where none answers in time, and MatchingFailed
    where the question itself is at fault.
    """
    if settings.MATCHER == "embedded":
        mirror().follow()
        return {one.page_key: mirror().near(one) for one in prints}
    deadline = time.monotonic() + timeout_seconds
    found: dict[int, set[int]] = {}
    for some in batches(prints, PAGES_A_QUESTION):
        found |= _ask(some, deadline)
    return found


@cache
def mirror() -> Mirror:
    """Return this process's own mirror, for MATCHER=embedded."""
    return Mirror()


# ---- what is said ----------------------------------------------------------------------------------------------


def write_question(prints: Sequence[PagePrints]) -> bytes:
    """Return a line of JSON that describes the pages, followed by their hashes and features one after the other."""
    head, bodies = [], []
    for one in prints:
        hashes = b"" if one.hashes is None else np.ascontiguousarray(one.hashes, np.uint8).tobytes()
        head.append([one.page_key, one.max_distance_bits, len(hashes), None if one.local is None else len(one.local)])
        bodies += [hashes, one.local or b""]
    return json.dumps(head).encode() + b"\n" + b"".join(bodies)


def read_question(body: bytes) -> list[PagePrints]:
    """Return the pages of `write_question`; raises ValueError or TypeError for anything else."""
    head, _, rest = body.partition(b"\n")
    prints, at = [], 0
    for page_key, max_distance_bits, hash_bytes, local_bytes in json.loads(head):
        hashes = np.frombuffer(rest[at : at + hash_bytes], np.uint8).reshape(HASHES_SHAPE) if hash_bytes else None
        at += hash_bytes
        local = None if local_bytes is None else rest[at : at + local_bytes]
        at += local_bytes or 0
        prints.append(PagePrints(int(page_key), hashes, local, int(max_distance_bits)))
    if at != len(rest):
        raise ValueError(f"{len(rest)} bytes where {at} were announced")
    return prints


def write_answer(found: dict[int, set[int]]) -> bytes:
    """Return a line of JSON, [page key, count] for each, followed by the named keys as 8 bytes each."""
    head = json.dumps([[key, len(named)] for key, named in found.items()]).encode()
    return head + b"\n" + b"".join(np.array(sorted(named), "<i8").tobytes() for named in found.values())


def write_refusal(reason: str) -> bytes:
    return json.dumps({"refused": reason}).encode() + b"\n"


def write_failure(reason: str) -> bytes:
    return json.dumps({"failed": reason}).encode() + b"\n"


def read_answer(body: bytes) -> dict[int, set[int]]:
    """Return what `write_answer` wrote.

    Raises Refused or MatchingFailed with the reason of `write_refusal` or `write_failure`.
    """
    head, _, rest = body.partition(b"\n")
    counts = json.loads(head)
    if isinstance(counts, dict):
        raise Refused(counts["refused"]) if "refused" in counts else MatchingFailed(counts["failed"])
    keys, found, at = np.frombuffer(rest, "<i8").tolist(), {}, 0
    for key, count in counts:
        found[key] = set(keys[at : at + count])
        at += count
    return found


class Refused(Exception):
    """The process that was asked is not the matcher, or cannot answer at this moment."""


def secret() -> bytes:
    """Return the key that signs questions and answers: whoever has SECRET_KEY may ask."""
    return salted_hmac("record-copy.matcher", "1", algorithm="sha256").digest()


# ---- asking ----------------------------------------------------------------------------------------------------


class Line:
    """A connection to the holder of the lease."""

    def __init__(self, holder: str, address: str, deadline: float) -> None:
        """Connect; raises OSError where nobody is there."""
        self.holder = holder
        self.process = os.getpid()
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host.strip("[]"), int(port)), _seconds_left(deadline, LOOK_UP_SECONDS))
        try:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.conversation = Conversation(secret(), self._greeting(), body_limit=ANSWER_LIMIT_BYTES)
        except BaseException:
            self.socket.close()
            raise

    def ask(self, question: bytes, deadline: float) -> bytes:
        """Return the answer's body; raises OSError where it does not come, or another has become the matcher."""
        self.socket.settimeout(_seconds_left(deadline, LOOK_UP_SECONDS))
        self.socket.sendall(self.conversation.write(QUESTION, question))
        while (body := self.conversation.read(ANSWER)) is None:
            self.socket.settimeout(_seconds_left(deadline, LOOK_UP_SECONDS))
            try:
                received = self.socket.recv(1 << 20)
            except TimeoutError:
                self._look_up()
                continue
            if not received:
                raise ConnectionError("the matcher hung up")
            self.conversation.take_in(received)
        return body

    def close(self) -> None:
        with suppress(OSError):
            self.socket.close()

    def _greeting(self) -> bytes:
        received = b""
        while len(received) < GREETING_BYTES:
            more = self.socket.recv(GREETING_BYTES - len(received))
            if not more:
                raise ConnectionError("the matcher hung up")
            received += more
        return received

    def _look_up(self) -> None:
        lease = leasing.holding(LEASE)
        if lease is None or lease.holder != self.holder:
            raise ConnectionError("another is the matcher")


_kept = threading.local()


def hang_up() -> None:
    """Close this thread's connection to the matcher."""
    line, _kept.line = getattr(_kept, "line", None), None
    if line is not None:
        line.close()


def _ask(prints: Sequence[PagePrints], deadline: float) -> dict[int, set[int]]:
    """Ask the matcher that answered last, and once more whoever the lease names now."""
    question, reason = write_question(prints), "nobody holds the lease"
    for line_to_the_matcher in (_known_line, _new_line):
        try:
            if line := line_to_the_matcher(deadline):
                return read_answer(line.ask(question, deadline))
        except (OSError, BadFrame, Refused, ValueError) as error:
            hang_up()
            reason = str(error)
    raise NoMatcher(reason)


def _known_line(deadline: float) -> Line | None:
    line = getattr(_kept, "line", None)
    if line is not None and line.process != os.getpid():  # belongs to the process that this one was forked from
        hang_up()
        return None
    return line


def _new_line(deadline: float) -> Line | None:
    lease = leasing.holding(LEASE)
    if lease is None:
        return None
    _kept.line = Line(lease.holder, lease.address, deadline)
    return _kept.line


def _seconds_left(deadline: float, most: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("no answer in time")
    return min(left, most)
