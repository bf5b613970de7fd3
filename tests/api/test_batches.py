"""An agency's program looks at its batches and withdraws one whole."""

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog import tasks
from catalog.models import Batch, Filing, Source

WHY = "The wrong folder."


@pytest.fixture
def batch(filed, agency) -> Batch:
    filings = [Filing.objects.get(copy__record=filed(agency, seed=seed, title="Zanzibar")) for seed in (1, 2)]
    batch = Batch.objects.create(source=filings[0].source, started_at=timezone.now(), manifest={"folder": "scans"})
    Filing.objects.filter(pk__in=[filing.pk for filing in filings]).update(batch=batch)
    return batch


def address(name: str, batch: Batch) -> str:
    return reverse(name, args=[batch.public_id])


def test_a_batch_is_withdrawn_whole(program, filer, anyone, batch, run_jobs, sent):
    mine = program(filer)
    (listed,) = mine.get(reverse("api-batches")).json()["results"]
    assert (listed["id"], listed["filings"], listed["standing"]) == (batch.public_id, 2, 2)
    told = mine.post(address("api-withdraw-batch", batch), {"reason": WHY}, format="json")
    assert (told.status_code, told.json()["reason"]) == (202, WHY)
    run_jobs()
    now = mine.get(address("api-batch", batch)).json()
    assert (now["standing"], now["filings"], now["withdrawn_by"]) == (0, 2, str(filer))
    for filing in batch.filings.select_related("copy__record"):
        assert anyone.get(reverse("api-record", args=[filing.copy.record.public_id])).status_code == 410
    again = mine.post(address("api-withdraw-batch", batch), {"reason": WHY}, format="json")
    assert (again.status_code, again.json()["type"].rpartition("#")[2]) == (409, "already-withdrawn")


def test_the_workers_are_told(program, filer, agency, sent, django_capture_on_commit_callbacks):
    source = Source.objects.create(agency=agency, name="scans", kind=Source.Kind.API)
    batch = Batch.objects.create(source=source, started_at=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        program(filer).post(address("api-withdraw-batch", batch), {"reason": WHY}, format="json")
    assert tasks.work in sent


def test_others_are_told_of_no_batch(program, person, anyone, agencies, filer, batch):
    metro = Source.objects.create(agency=agencies["metro"], name="scans", kind=Source.Kind.API)
    both = person("both", filer=[agencies["building"], agencies["metro"]])
    for client, seen, changed in (
        (anyone, 401, 401),
        (program(person("elsewhere", officer=[agencies["metro"]])), 404, 404),
        (program(both, source=metro), 404, 404),
        (program(person("viewer", viewer=[agencies["building"]])), 200, 403),
        (program(filer, write=False), 200, 403),
    ):
        assert client.get(address("api-batch", batch)).status_code == seen
        answer = client.post(address("api-withdraw-batch", batch), {"reason": WHY}, format="json")
        assert answer.status_code == changed
        if seen == 404:
            assert client.get(reverse("api-batches")).json()["total"] == 0
    assert batch.filings.standing().count() == 2


def test_it_takes_a_reason(program, filer, batch):
    for body, status in (({}, 400), ({"reason": " "}, 400)):
        answer = program(filer).post(address("api-withdraw-batch", batch), body, format="json")
        assert answer.status_code == status
    batch.refresh_from_db()
    assert not batch.is_withdrawn


def test_a_list_of_batches_takes_as_many_queries_however_long(program, filer, batch, django_assert_max_num_queries):
    Batch.objects.bulk_create(Batch(source=batch.source, started_at=timezone.now()) for _ in range(40))
    mine = program(filer)
    with django_assert_max_num_queries(8):
        said = mine.get(reverse("api-batches"), {"per_page": 10, "page": 2}).json()
    assert (said["total"], said["pages"], len(said["results"])) == (41, 5, 10)
