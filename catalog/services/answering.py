"""The matcher: one process holds the fingerprints in memory and answers which pages may be near a page.

Any number of these processes may run. Each follows what is published; the one that holds the lease answers, the
others refuse, and one of them takes the lease over when its holder dies. Nobody answers without the lease: its end
is counted here from the moment before it was asked for, so it ends here before it ends in the database.
"""

import logging
import selectors
import socket
import time
from collections.abc import Callable
from contextlib import suppress

from django.db import DatabaseError, InterfaceError, connection

from . import leasing, matching
from .frames import ANSWER, QUESTION, BadFrame, Conversation, greeting
from .mirroring import Mirror, PagePrints

log = logging.getLogger(__name__)

TURN_SECONDS = 0.5
FOLLOW_SECONDS = 1.0
MOST_CALLERS = 500
DATABASE_AWAY = (DatabaseError, InterfaceError)


class NotTheHolder(Exception):
    """The lease is another's, or nobody's: no answer may be given."""


class Caller:
    """One connection, and what is still to be sent on it."""

    def __init__(self, line: socket.socket, key: bytes) -> None:
        line.setblocking(False)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)  # notices a host that is gone
        self.line = line
        first = greeting()
        self.conversation = Conversation(key, first, body_limit=matching.QUESTION_LIMIT_BYTES)
        self.unsent = bytearray(first)

    def receive(self) -> bytes | None:
        """Take in what has arrived; return a question when it is whole. Raises OSError, BadFrame."""
        received = self.line.recv(1 << 20)
        if not received:
            raise ConnectionError("hung up")
        self.conversation.take_in(received)
        return self.conversation.read(QUESTION)

    def answer(self, body: bytes) -> None:
        self.unsent += self.conversation.write(ANSWER, body)

    def send(self) -> None:
        """Send as much as goes out now. Raises OSError."""
        with suppress(BlockingIOError):
            while self.unsent:
                del self.unsent[: self.line.send(self.unsent)]


class Matcher:
    """Answers at a TCP port while it holds the lease, and waits for the lease while another does."""

    def __init__(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one. Raises OSError where that is not possible."""
        self.mirror = Mirror()
        self.holder: str | None = None
        self._lease_ends_at = self._renew_at = self._follow_at = 0.0
        self._key = matching.secret()
        self._door = socket.create_server((host, port), family=_family(host), backlog=128)
        self._door.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._door, selectors.EVENT_READ)
        bound = self._door.getsockname()
        known_as = socket.gethostname() if bound[0] in ("0.0.0.0", "::") else bound[0]  # noqa: S104 - compared
        self.address = f"[{known_as}]:{bound[1]}" if ":" in known_as else f"{known_as}:{bound[1]}"

    def __enter__(self) -> "Matcher":
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up, then let another take the lease."""
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._selector.close()
        if self.holder:
            with suppress(*DATABASE_AWAY):
                leasing.release(matching.LEASE, self.holder)
            self.holder = None

    @property
    def is_holder(self) -> bool:
        return self.holder is not None and time.monotonic() < self._lease_ends_at

    def run(self, is_ending: Callable[[], bool]) -> None:
        """Answer until the end is asked for."""
        while not is_ending():
            self.turn()

    def turn(self, wait_seconds: float = TURN_SECONDS) -> None:
        """Follow, see to the lease, and attend to whoever calls within the time."""
        try:
            self._follow()
            self._see_to_the_lease()
        except DATABASE_AWAY as error:
            _database_is_away(error)
            self._follow_at = self._renew_at = time.monotonic() + FOLLOW_SECONDS
        for key, ready in self._selector.select(wait_seconds):
            if key.fileobj is self._door:
                self._let_in()
            else:
                self._attend_to(key.data, ready)

    # ---- the lease -----------------------------------------------------------------------------------------------

    def _see_to_the_lease(self) -> None:
        now = time.monotonic()
        if now < self._renew_at:
            return
        if self.holder and (not self.is_holder or not leasing.renew(matching.LEASE, self.holder)):
            log.warning("the lease was lost; another may answer now")
            self.holder = None
        if not self.holder:
            self.holder = leasing.take(matching.LEASE, address=self.address)
            if self.holder:
                log.info("answering at %s", self.address)
        self._lease_ends_at = now + leasing.LEASE_SECONDS if self.holder else 0.0
        self._renew_at = now + (leasing.RENEW_SECONDS if self.holder else TURN_SECONDS)

    def _follow(self) -> None:
        """Be up to date while nobody asks, so that an answer, or a lease that falls free, need not wait."""
        if time.monotonic() >= self._follow_at:
            self.mirror.follow()
            self._follow_at = time.monotonic() + FOLLOW_SECONDS

    # ---- callers -------------------------------------------------------------------------------------------------

    def _let_in(self) -> None:
        try:
            line, _ = self._door.accept()
        except OSError:
            return  # gone again
        if len(self._selector.get_map()) > MOST_CALLERS:
            line.close()
            return
        caller = Caller(line, self._key)
        self._selector.register(line, selectors.EVENT_READ | selectors.EVENT_WRITE, caller)

    def _attend_to(self, caller: Caller, ready: int) -> None:
        try:
            if ready & selectors.EVENT_READ and (question := caller.receive()) is not None:
                caller.answer(self._answer(question))
            caller.send()
        except (OSError, BadFrame) as error:
            log.debug("a caller is let go: %s", error)
            self._selector.unregister(caller.line)
            caller.line.close()
            return
        waiting = selectors.EVENT_READ | (selectors.EVENT_WRITE if caller.unsent else 0)
        self._selector.modify(caller.line, waiting, caller)

    def _answer(self, question: bytes) -> bytes:
        try:
            found = self._find(matching.read_question(question))
        except NotTheHolder:
            return matching.write_refusal("not the matcher")
        except DATABASE_AWAY as error:
            _database_is_away(error)
            return matching.write_refusal("the database is away")
        except Exception as error:  # one bad question must not take the matcher from all others
            log.exception("a question failed")
            return matching.write_failure(f"{type(error).__name__}: {error}")
        return matching.write_answer(found)

    def _find(self, prints: list[PagePrints]) -> dict[int, set[int]]:
        self._must_be_holder()
        self.mirror.follow()
        found = {}
        for one in prints:
            self._see_to_the_lease()
            found[one.page_key] = self.mirror.near(one)
        self._must_be_holder()
        return found

    def _must_be_holder(self) -> None:
        if not self.is_holder:
            raise NotTheHolder


def _database_is_away(error: Exception) -> None:
    log.warning("the database does not answer: %s", error)
    connection.close()  # the next question opens another


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
