import pytest
from django.urls import reverse

from tests.conftest import drawn, jpeg, tiny


def queue(client, **params):
    return client.get(reverse("api-reviews"), params)


@pytest.fixture
def boss(program, officer):
    return program(officer)


def test_a_pair_waits_with_its_evidence_and_can_be_decided(boss, two):
    (item,) = queue(boss).json()["results"]
    assert "only a person can say" in item["because"]
    assert item["evidence"]["supports"] == "candidate"
    assert item["evidence"]["distance_bits"] <= 32
    assert item["differs"]
    assert {side["record"] for side in (item["copy_a"], item["copy_b"])} == {r.public_id for r in two}
    assert {a for side in (item["copy_a"], item["copy_b"]) for a in side["agencies"]} == {
        "Building and Safety",
        "Metro",
    }

    pair = {name: item[name]["id"] for name in ("copy_a", "copy_b")}
    assert boss.post(reverse("api-decisions"), {**pair, "verdict": "different"}).status_code == 201
    assert queue(boss).json()["total"] == 0


def test_the_queue_is_for_officers(anyone, program, filer, two):
    assert queue(anyone).status_code == 401
    answer = queue(program(filer))
    assert answer.status_code == 403
    assert "Records officers decide" in answer.json()["detail"]


def test_an_officer_sees_what_they_may_decide_alone(program, person, agencies, two):
    assert queue(program(person("p", officer=[agencies["metro"]]))).json()["total"] == 0
    both = person("q", officer=[agencies["metro"], agencies["building"]])
    assert queue(program(both, write=False)).json()["total"] == 1


def test_a_restricted_pair_waits_for_its_own_officers(boss, program, person, filed, agencies):
    picture = drawn(7, size=(640, 480))
    filed(agencies["police"], data=jpeg(picture), audience="restricted")
    filed(agencies["police"], data=tiny(picture), audience="restricted")
    assert queue(boss).json()["total"] == 1
    others = person("p", officer=[a for slug, a in agencies.items() if slug != "police"])
    assert queue(program(others)).json()["total"] == 0


def test_pages_of_the_queue(boss, filed, agency):
    for seed in (7, 9):
        picture = drawn(seed, size=(640, 480))
        filed(agency, data=jpeg(picture))
        filed(agency, data=tiny(picture))
    first = queue(boss, per_page=1).json()
    assert (first["total"], first["pages"], len(first["results"])) == (2, 2, 1)
    second = boss.get(first["next"]).json()
    assert second["results"][0]["id"] != first["results"][0]["id"]
    assert queue(boss, page=3, per_page=1).status_code == 400
    assert queue(boss, reason="x").status_code == 400


def test_the_queue_asks_the_database_a_fixed_number_of_times(boss, filed, agency, two, django_assert_max_num_queries):
    picture = drawn(9, size=(640, 480))
    filed(agency, data=jpeg(picture))
    filed(agency, data=tiny(picture))
    with django_assert_max_num_queries(9):
        assert queue(boss).json()["total"] == 2
