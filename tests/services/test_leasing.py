"""Leases: one holder at a time, by the database's clock."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from catalog.models import Lease
from catalog.services import leasing

pytestmark = pytest.mark.django_db


def end() -> None:
    Lease.objects.update(until=Now() - timedelta(seconds=1))


def test_one_takes_it_and_another_waits():
    holder = leasing.take("matcher", address="here:1")
    assert holder
    assert leasing.take("matcher", address="there:2") is None
    assert leasing.holding("matcher").address == "here:1"


def test_leases_of_other_names_do_not_matter():
    assert leasing.take("matcher", address="here:1")
    assert leasing.take("other", address="here:1")


def test_one_that_ended_is_taken_by_another_and_not_renewed_by_the_first():
    first = leasing.take("matcher", address="here:1")
    end()
    assert leasing.holding("matcher") is None
    second = leasing.take("matcher", address="there:2")
    assert second != first
    assert not leasing.renew("matcher", first)
    assert leasing.renew("matcher", second)
    assert leasing.holding("matcher").holder == second


def test_one_that_ended_is_not_renewed_even_if_nobody_took_it():
    holder = leasing.take("matcher", address="here:1")
    end()
    assert not leasing.renew("matcher", holder)


def test_one_that_is_given_back_is_free_at_once():
    holder = leasing.take("matcher", address="here:1")
    leasing.release("matcher", "somebody else")
    assert leasing.holding("matcher")
    leasing.release("matcher", holder)
    assert leasing.take("matcher", address="there:2")
