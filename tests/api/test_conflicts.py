"""Programs read what filings contradict one another about, and decide."""

import pytest

from catalog.models import Conflict
from tests.conftest import drawn, jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture
def conflict(agencies, filed) -> Conflict:
    data = jpeg(drawn(4))
    filed(agencies["building"], data=data, created="1998-05-03")
    filed(agencies["housing"], data=data, created="2003-07-01", key="h")
    return Conflict.objects.get()


def test_a_conflict_is_listed_decided_and_undone(program, officer, conflict):
    client = program(officer)
    (told,) = client.get("/api/conflicts/").json()["results"]
    assert [one["value"] for one in told["alternatives"]] == ["1998-05-03", "2003-07-01"]
    asked = {"verdict": "one-right", "value": "2003-07-01", "as_it_stands": told["as_it_stands"]}
    answer = client.post(told["decide_url"], asked)
    assert answer.status_code == 201
    assert (answer.json()["conflict"], answer.json()["value"]) == (told["id"], "2003-07-01")
    record = client.get(told["record_url"]).json()
    assert [(c["state"], c["decision"]) for c in record["conflicts"]] == [("decided", answer.json()["id"])]
    assert client.get("/api/conflicts/").json()["total"] == 0
    assert client.get("/api/conflicts/?state=decided").json()["total"] == 1
    assert client.post(told["decide_url"], asked).status_code == 409
    assert client.post(answer.json()["undo_url"]).status_code == 200
    assert client.get(told["url"]).json()["state"] == "open"


def test_others_decide_nothing(program, anyone, person, agencies, conflict):
    address = f"/api/conflicts/{conflict.public_id}/"
    assert anyone.get("/api/conflicts/").status_code == 401
    assert program(person("filer", filer=[agencies["housing"]])).get("/api/conflicts/").status_code == 403
    half = program(person("half", officer=[agencies["housing"]]))
    assert half.get(address).status_code == 404
    assert half.post(f"{address}decide/", {"verdict": "all-apply", "as_it_stands": "0"}).status_code == 404


@pytest.mark.parametrize("asked", [{}, {"verdict": "same", "as_it_stands": "0"}, {"verdict": "all-apply"}])
def test_what_is_no_decision_is_refused(program, officer, conflict, asked):
    assert program(officer).post(f"/api/conflicts/{conflict.public_id}/decide/", asked).status_code == 400
