"""Looking at pairs: one person a pair, by the database's clock; two who hurry never decide the same."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from catalog.models import Decision, ReviewItem
from catalog.services import deciding, looking
from tests.questions import ask_about

ON_SQLITE = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
pytestmark = pytest.mark.django_db


@pytest.fixture
def second(person, agencies):
    return person("second", officer=list(agencies.values()))


@pytest.fixture
def three(agencies, file_it) -> list[ReviewItem]:
    ask_about(3, agencies, file_it)
    return list(ReviewItem.objects.order_by("misfit", "id"))


def end_holds() -> None:
    ReviewItem.objects.exclude(held_by=None).update(held_until=Now() - timedelta(seconds=1))


def decide(item: ReviewItem, by, verdict="different") -> Decision:
    return deciding.decide(copy_a=item.copy_a, copy_b=item.copy_b, verdict=verdict, reason="", by=by, at=timezone.now())


def test_each_gets_a_pair_that_nobody_else_looks_at(three, officer, second):
    first = looking.hold_next(deciding.queue_for(officer), by=officer)
    other = looking.hold_next(deciding.queue_for(second), by=second)
    assert [first, other] == three[:2]
    assert first.held_by == officer
    assert timedelta(minutes=9) < first.held_until - timezone.now() <= timedelta(minutes=10)


def test_who_goes_on_lets_go(three, officer, second):
    looking.hold(three[0], by=officer)
    looking.hold(three[1], by=officer)
    assert looking.hold(three[0], by=second)
    assert not looking.hold(three[1], by=second)
    assert three[1].held_by == officer


def test_a_hold_ends_by_itself(three, officer, second):
    looking.hold(three[0], by=officer)
    end_holds()
    assert looking.hold(three[0], by=second)
    with pytest.raises(looking.HeldByAnother, match="second is looking at this pair"):
        decide(three[0], officer)


def test_who_looked_longer_than_that_still_decides_where_nobody_else_looks(three, officer):
    looking.hold(three[0], by=officer)
    end_holds()
    assert decide(three[0], officer).is_effective


def test_letting_go_frees_it_at_once_but_not_what_was_taken_again(three, officer, second):
    looking.hold(three[0], by=officer)
    before = three[0].held_until
    looking.hold(three[0], by=officer)
    looking.let_go(three[0], by=officer, until=before)
    assert not looking.hold(three[0], by=second)
    three[0].refresh_from_db()
    looking.let_go(three[0], by=officer, until=three[0].held_until)
    assert looking.hold(three[0], by=second)


def test_where_others_look_at_all_nothing_is_left(three, officer, second, person, agencies):
    for item, name in zip(three, ("a", "b", "c"), strict=True):
        looking.hold(item, by=person(name, officer=list(agencies.values())))
    assert looking.hold_next(deciding.queue_for(officer), by=officer) is None


def test_the_database_lets_nobody_hold_two(three, officer):
    looking.hold(three[0], by=officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewItem.objects.filter(pk=three[1].pk).update(held_by=officer, held_until=Now())
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewItem.objects.filter(pk=three[0].pk).update(held_until=None)


def test_every_question_has_a_kind(three):
    assert {item.kind for item in three} == {ReviewItem.Kind.FAINT}


def at_once(*calls) -> list:
    """Call all at the same moment, each on a connection of its own; return what each returned or raised."""
    start, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number, call):
        start.wait()
        try:
            results[number] = call()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.skipif(ON_SQLITE, reason="tests on SQLite have one connection")
@pytest.mark.django_db(transaction=True)
def test_officers_who_come_at_the_same_moment_get_different_pairs(three, agencies, person):
    people = [person(f"p{n}", officer=list(agencies.values())) for n in range(4)]
    got = at_once(*(lambda by=by: looking.hold_next(deciding.queue_for(by), by=by) for by in people))
    assert Counter(item.pk if item else None for item in got) == {**{item.pk: 1 for item in three}, None: 1}


@pytest.mark.skipif(ON_SQLITE, reason="tests on SQLite have one connection")
@pytest.mark.django_db(transaction=True)
def test_two_windows_of_one_officer_hold_one_pair(three, officer):
    at_once(*(lambda item=item: looking.hold(item, by=officer) for item in three))
    assert ReviewItem.objects.filter(held_by=officer).count() == 1


@pytest.mark.skipif(ON_SQLITE, reason="tests on SQLite have one connection")
@pytest.mark.django_db(transaction=True)
def test_a_pair_that_several_decide_at_the_same_moment_is_decided_once(three, agencies, person):
    people = [person(f"p{n}", officer=list(agencies.values())) for n in range(4)]
    got = at_once(*(lambda by=by: decide(three[0], by) for by in people))
    made = [one for one in got if isinstance(one, Decision)]
    refused = [one for one in got if isinstance(one, deciding.AlreadyDecided)]
    assert (len(made), len(refused)) == (1, 3)
    assert Decision.objects.get() == made[0]
