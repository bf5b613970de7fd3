"""Asking the matcher: what is said, who answers, and who does not."""

import select
import socket
import time
from datetime import timedelta

import numpy as np
import pytest
from django.db import DatabaseError
from django.utils import timezone

from catalog.models import Lease, Page
from catalog.services import answering, leasing, matching
from catalog.services.frames import BadFrame

from .published import look, prints, published_page

ONE = matching.PagePrints(7, np.arange(256, dtype=np.uint8).reshape(8, 32), b"local features", 50)
NO_HASHES = matching.PagePrints(8, None, b"", 8)
NO_FEATURES = matching.PagePrints(9, ONE.hashes, None, 8)


# ---- what is said ----------------------------------------------------------------------------------------------


def test_a_question_reads_as_it_was_written():
    read = matching.read_question(matching.write_question([ONE, NO_HASHES, NO_FEATURES]))
    assert [(p.page_key, p.local, p.max_distance_bits) for p in read] == [
        (7, b"local features", 50), (8, b"", 8), (9, None, 8)
    ]  # fmt: skip
    assert read[1].hashes is None
    assert (read[0].hashes == ONE.hashes).all()
    assert (read[2].hashes == ONE.hashes).all()


@pytest.mark.parametrize("body", [b"", b"{}x", b"[[1,2]]\n", b"[[1,50,256,null]]\nshort", b"[]\nmore"])
def test_nonsense_is_no_question(body):
    with pytest.raises((ValueError, TypeError)):
        matching.read_question(body)


def test_an_answer_reads_as_it_was_written():
    found = {7: {1, 2, 2**40}, 8: set()}
    assert matching.read_answer(matching.write_answer(found)) == found
    with pytest.raises(matching.Refused, match="not the matcher"):
        matching.read_answer(matching.write_refusal("not the matcher"))
    with pytest.raises(matching.MatchingFailed, match="no such thing"):
        matching.read_answer(matching.write_failure("no such thing"))


# ---- who answers -----------------------------------------------------------------------------------------------


class TurnTaking:
    """A caller's socket: while it waits, the matchers of the test have their turns, all in one thread."""

    def __init__(self, real: socket.socket, matchers: list[answering.Matcher]) -> None:
        self.real, self.matchers = real, matchers

    def recv(self, most: int) -> bytes:
        end = time.monotonic() + self.real.gettimeout()
        while time.monotonic() < end:
            for matcher in self.matchers:
                matcher.turn(0.001)
            if select.select([self.real], [], [], 0)[0]:
                return self.real.recv(most)
        raise TimeoutError

    def __getattr__(self, name: str):
        return getattr(self.real, name)


@pytest.fixture
def process(db, settings, monkeypatch):
    """Ask as `serve` does; process() starts a matcher, process.stop(it) ends it."""
    settings.MATCHER = "process"
    matchers: list[answering.Matcher] = []
    connect = socket.create_connection
    monkeypatch.setattr(matching.socket, "create_connection", lambda *where: TurnTaking(connect(*where), matchers))

    def start() -> answering.Matcher:
        matchers.append(answering.Matcher("127.0.0.1", 0))
        matchers[-1].turn(0)
        return matchers[-1]

    def stop(matcher: answering.Matcher) -> None:
        matchers.remove(matcher)
        matcher.__exit__()

    start.stop = stop
    yield start
    matching.hang_up()
    for matcher in list(matchers):
        stop(matcher)


@pytest.fixture
def pages(db) -> list[Page]:
    """Three published files of one page; the first two look alike."""
    return [published_page(look(seed)) for seed in (1, 1, 2)]


def test_the_matcher_answers_as_the_own_mirror_does(process, pages, settings):
    process()
    asked = [prints(page) for page in pages] * 5  # more than one question
    answered = matching.near(asked)
    settings.MATCHER = "embedded"
    assert answered == matching.near(asked)
    assert answered[pages[0].pk] == {pages[0].pk, pages[1].pk}


def test_where_nobody_is_the_matcher_it_is_said_at_once(process, pages):
    with pytest.raises(matching.NoMatcher, match="nobody holds the lease"):
        matching.near([prints(pages[0])])


def test_a_dead_matcher_is_nobody(process, pages):
    gone = process()
    gone.holder = None  # its lease is not given back
    process.stop(gone)
    with pytest.raises(matching.NoMatcher):
        matching.near([prints(pages[0])])


def test_the_second_stands_by_and_takes_over_and_the_first_stops(process, pages, monkeypatch):
    first, second = process(), process()
    assert (first.is_holder, second.is_holder) == (True, False)
    assert matching.near([prints(pages[2])])
    monkeypatch.setattr(first, "_see_to_the_lease", lambda: None)  # as if it hung
    first._lease_ends_at = 0
    Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
    second._renew_at = 0
    second.turn(0)
    assert (first.is_holder, second.is_holder) == (False, True)
    assert matching.near([prints(pages[2])]) == {pages[2].pk: {pages[2].pk}}
    assert Lease.objects.get().address == second.address


def test_a_matcher_whose_lease_was_taken_finds_that_out_by_itself(process, pages):
    first = process()
    Lease.objects.update(holder="another", until=timezone.now() + timedelta(minutes=1))
    first._renew_at = 0
    first.turn(0)
    assert not first.is_holder
    with pytest.raises(answering.NotTheHolder):
        first._find([prints(pages[0])])


def test_an_answer_that_is_ready_after_the_lease_ended_is_not_given(process, pages, monkeypatch):
    matcher = process()
    monkeypatch.setattr(matcher, "_see_to_the_lease", lambda: setattr(matcher, "_lease_ends_at", 0.0))
    with pytest.raises(answering.NotTheHolder):
        matcher._find([prints(pages[0])])


def test_the_lease_ends_here_before_it_ends_in_the_database(process):
    matcher = process()
    left = (Lease.objects.get().until - timezone.now()).total_seconds()
    assert matcher._lease_ends_at - time.monotonic() <= left + 0.05


def test_a_matcher_that_ends_gives_the_lease_back(process, pages):
    process.stop(process())
    assert leasing.holding("matcher") is None
    process()
    assert matching.near([prints(pages[0])])


def test_a_stranger_is_let_go_and_the_others_are_answered(process, pages, settings):
    process()
    ours = settings.SECRET_KEY
    settings.SECRET_KEY = "a stranger's"  # noqa: S105
    with pytest.raises(matching.NoMatcher):
        matching.near([prints(pages[0])])
    settings.SECRET_KEY = ours
    assert matching.near([prints(pages[0])])


def test_an_answer_of_somebody_without_the_key_is_not_taken(process, pages, monkeypatch):
    process()
    monkeypatch.setattr(matching.Line, "ask", lambda *_: (_ for _ in ()).throw(BadFrame("not ours")))
    with pytest.raises(matching.NoMatcher, match="not ours"):
        matching.near([prints(pages[0])])


def test_while_the_database_is_away_nobody_is_answered_and_afterwards_everybody(process, pages, monkeypatch, caplog):
    matcher = process()
    follow = matcher.mirror.follow
    monkeypatch.setattr(answering.connection, "close", lambda: None)

    def away():
        raise DatabaseError("gone fishing")

    monkeypatch.setattr(matcher.mirror, "follow", away)
    with pytest.raises(matching.NoMatcher, match="the database is away"):
        matching.near([prints(pages[0])])
    monkeypatch.setattr(matcher.mirror, "follow", follow)
    assert matching.near([prints(pages[0])])
    assert "gone fishing" in caplog.text


def test_one_who_waits_looks_whether_another_has_become_the_matcher(process, pages, monkeypatch):
    first = process()
    assert matching.near([prints(pages[0])])
    monkeypatch.setattr(first, "_attend_to", lambda *_: None)  # it hangs
    monkeypatch.setattr(matching, "LOOK_UP_SECONDS", 0.05)
    looked = []

    def another(line):
        looked.append(line)
        raise ConnectionError("another is the matcher")

    monkeypatch.setattr(matching.Line, "_look_up", another)
    with pytest.raises(matching.NoMatcher):
        matching.near([prints(pages[0])], timeout_seconds=0.5)
    assert looked


def test_nobody_waits_longer_than_they_said(process, pages, monkeypatch):
    matcher = process()
    monkeypatch.setattr(matcher, "_attend_to", lambda *_: None)
    monkeypatch.setattr(matching, "LOOK_UP_SECONDS", 0.05)
    monkeypatch.setattr(matching.Line, "_look_up", lambda _: None)
    started = time.monotonic()
    with pytest.raises(matching.NoMatcher):
        matching.near([prints(pages[0])], timeout_seconds=0.3)
    assert time.monotonic() - started < 3


def test_a_question_that_fails_is_told_so_and_the_next_is_answered(process, pages, caplog):
    process()
    good = prints(pages[0])
    with pytest.raises(matching.MatchingFailed, match="ValueError"):
        matching.near([matching.PagePrints(1, None, b"no features", 50)])
    assert matching.near([good]) == {pages[0].pk: {pages[0].pk, pages[1].pk}}
    assert "a question failed" in caplog.text
