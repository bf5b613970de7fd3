import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog import tasks
from catalog.models import Decision, Record
from catalog.models.public_id import new_public_id
from catalog.services import deciding


@pytest.fixture
def decide(program, officer, two):
    """Decide about the two records' best copies: decide("same"); by default by an officer of every agency."""
    own = program(officer)

    def send(verdict="same", client=None, **changes):
        a, b = (r.best_copy.public_id for r in two)
        asked = {"copy_a": a, "copy_b": b, "verdict": verdict, "reason": "Same window, same shadow", **changes}
        return (client or own).post(reverse("api-decisions"), asked)

    return send


def undo(client, decision: dict, **body):
    return client.post(decision["undo_url"], body)


def standing() -> int:
    return Record.objects.standing().count()


def test_an_officer_joins_two_records_and_separates_them_again(decide, program, officer, anyone, two):
    answer = decide("same")
    decision = answer.json()
    assert answer.status_code == 201
    assert answer["Location"] == decision["url"]
    assert (decision["verdict"], decision["is_effective"], decision["decided_by"]) == ("same", True, "officer")
    assert len({c["record"] for c in decision["copies"]}) == 1
    assert standing() == 1

    undone = undo(program(officer), decision, reason="Another day").json()
    assert (undone["is_effective"], undone["ending"], undone["ended_by"]) == (False, "undone", "officer")
    assert standing() == 2
    nameless = {"decided_by": "A member of staff", "ended_by": "A member of staff"}
    assert anyone.get(decision["url"]).json() == {**undone, **nameless}


def test_the_search_hears_of_it(decide, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(tasks, "_send", sent.append)
    with django_capture_on_commit_callbacks(execute=True):
        decide("same")
    assert tasks.publish in sent


def test_copy_a_is_the_original_of_a_derivative(decide, two):
    a, b = (r.best_copy.public_id for r in two)
    assert decide("derivative", copy_a=b, copy_b=a).json()["original"] == b
    assert standing() == 2


@pytest.mark.parametrize("verdict", ["same-scene", "different"])
def test_what_stays_apart_has_no_original(decide, verdict):
    assert decide(verdict).json()["original"] is None
    assert standing() == 2


def test_a_designation_can_be_read(program, officer, two, anyone):
    filing = two[0].record_copy
    decision = deciding.designate(filing=filing, reason="Signed", by=officer, at=timezone.now())
    told = anyone.get(reverse("api-decision", args=[decision.public_id])).json()
    assert (told["verdict"], told["copies"], told["filing"]) == ("designated", [], filing.public_id)


def test_a_decision_is_made_once(decide):
    first = decide("same").json()
    answer = decide("different")
    assert answer.status_code == 409
    assert answer.json()["decision"] == first["id"]
    assert "officer already decided: The same picture." in answer.json()["detail"]


def test_an_undone_decision_is_not_undone_twice(decide, program, officer):
    decision = decide().json()
    client = program(officer)
    assert undo(client, decision).status_code == 200
    answer = undo(client, decision)
    assert answer.status_code == 409
    assert answer.json()["detail"] == "This decision was undone before."


@pytest.mark.parametrize("role", ["viewer", "filer"])
def test_who_is_no_officer_may_not_decide(decide, program, person, agencies, role):
    answer = decide(client=program(person("p", **{role: list(agencies.values())})))
    assert answer.status_code == 403
    assert "Only a records officer of every agency" in answer.json()["detail"]
    assert not Decision.objects.exists()


def test_an_officer_of_one_of_the_agencies_may_not_decide_or_undo(decide, program, person, agencies):
    client = program(person("p", officer=[agencies["metro"]]))
    assert decide(client=client).status_code == 403
    assert undo(client, decide().json()).status_code == 403
    assert standing() == 1


def test_strangers_and_readers_decide_nothing(decide, anyone, program, officer):
    assert decide(client=anyone).status_code == 401
    assert decide(client=program(officer, write=False)).status_code == 403
    assert undo(anyone, decide().json()).status_code == 401


def test_a_signed_in_officer_needs_the_forms_secret(officer, two):
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer)
    assert client.post(reverse("api-decisions"), {}).status_code == 403


def test_a_hidden_pair_answers_as_one_that_is_not_there(decide, program, person, agencies, filed):
    hidden = filed(agencies["police"], seed=2, audience="restricted").best_copy.public_id
    client = program(person("m", administrator=[agencies["metro"], agencies["building"]]))
    one, other = decide(client=client, copy_b=hidden), decide(client=client, copy_b=new_public_id())
    assert one.status_code == 404
    assert one.content == other.content


def test_a_hidden_decision_answers_as_one_that_is_not_there(program, person, agencies, filed, officer, anyone):
    hidden = filed(agencies["police"], audience="restricted")
    decision = deciding.designate(filing=hidden.record_copy, reason="", by=officer, at=timezone.now())
    client = program(person("m", administrator=[agencies["metro"]]))
    for route, ask in (("api-decision", client.get), ("api-undo", client.post)):
        one, other = (ask(reverse(route, args=[key])) for key in (decision.public_id, new_public_id()))
        assert one.status_code == 404
        assert one.content == other.content
    assert anyone.get(reverse("api-decision", args=[decision.public_id])).status_code == 404


def test_copies_of_two_audiences_stay_apart(decide, agencies, filed):
    internal = filed(agencies["metro"], seed=2, audience="internal").best_copy.public_id
    answer = decide(copy_b=internal)
    assert answer.status_code == 400
    assert "different audiences" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"verdict": "perhaps"}, "verdict: "),
        ({"verdict": "designated"}, "verdict: "),
        ({"reason": "r" * 2001}, "reason: "),
        ({"reason": "\ud800"}, "reason: "),
        ({"reason": "a\u0000b"}, "reason: "),
        ({"copy_b": ""}, "copy_b: "),
        ({"copy_b": ["x"]}, "copy_b: "),
        ({"copy_b": None}, "copy_b: "),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused_in_words(program, officer, two, changes, words):
    a, b = (r.best_copy.public_id for r in two)
    body = {"copy_a": a, "copy_b": b, "verdict": "same", **changes}
    answer = program(officer).generic("POST", reverse("api-decisions"), json.dumps(body), "application/json")
    assert answer.status_code == 400
    assert words in answer.json()["detail"]


def test_a_copy_is_not_decided_against_itself(decide, two):
    answer = decide(copy_b=two[0].best_copy.public_id)
    assert answer.status_code == 400
    assert "these are one" in answer.json()["detail"]


@pytest.mark.parametrize("body", ["", "[1]", "{", "null", '"x"', "[" * 90_000, '{"verdict": NaN}'])
def test_broken_bodies_are_refused_in_words(program, officer, body):
    answer = program(officer).generic("POST", reverse("api-decisions"), body, "application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_a_long_body_is_not_read(program, officer):
    answer = program(officer).generic(
        "POST", reverse("api-decisions"), '{"reason": "%s"}' % ("r" * 200_000), "application/json"
    )
    assert answer.status_code == 413


def test_hostile_reasons_come_back_inert(decide):
    reason = "<script>alert(1)</script> =1+1 \u202e"
    answer = decide("different", reason=reason)
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["reason"] == reason.strip()


def test_reading_a_decision_asks_the_database_once(decide, anyone, django_assert_num_queries):
    url = decide("derivative").json()["url"]
    with django_assert_num_queries(1):
        anyone.get(url)
