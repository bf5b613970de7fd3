import pytest
from pytest_django.asserts import assertContains, assertNotContains

from catalog.models import Job
from catalog.services import jobs
from tests.conftest import drawn, jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(person):
    user = person("operator")
    user.is_operator = True
    user.save()
    return user


@pytest.fixture
def failed(agencies, file_it):
    """A job that failed three times."""
    job = file_it(jpeg(drawn(1)), agencies["police"], audience="restricted", name="evidence.jpg").jobs[0]
    Job.objects.filter(pk=job.pk).update(failures=Job.FAILURES_ALLOWED - 1)
    jobs.fail(jobs.claim(job.pk), "The decoder was stopped: <b>too much</b> memory.")
    return job


def test_only_operators_come_in(client, signed_in, person, agency):
    assert client.get("/jobs").url == "/sign-in?next=/jobs"
    assert signed_in(person("officer2", officer=[agency])).get("/jobs").status_code == 404


def test_states_are_counted_and_what_failed_says_why(signed_in, operator, failed):
    page = signed_in(operator).get("/jobs")
    assertContains(page, "Set aside after failing")
    assertContains(page, "&lt;b&gt;too much&lt;/b&gt; memory")
    counts = {tally["label"]: tally["count"] for tally in page.context["tallies"]}
    assert counts[Job.State.SET_ASIDE.label] == 1


def test_an_operator_does_not_learn_names_of_restricted_files(signed_in, operator, failed):
    assertNotContains(signed_in(operator).get("/jobs"), "evidence.jpg")


def test_a_job_that_was_set_aside_is_tried_again(signed_in, operator, failed, run_jobs):
    client = signed_in(operator)
    assertContains(client.post(f"/jobs/{failed.pk}/retry", follow=True), "tried again")
    assert Job.objects.filter(kind=failed.kind, subject=failed.subject, state="queued").exists()
    assertNotContains(client.get("/jobs?state=set-aside"), "too much")
    assert client.post(f"/jobs/{failed.pk + 1}/retry").status_code == 404


@pytest.mark.parametrize("query", ["", "state=done", "state=nonsense", "state=queued&page=99"])
def test_every_list_of_jobs_is_a_page(signed_in, operator, failed, query):
    assert signed_in(operator).get(f"/jobs?{query}").status_code == 200


def test_a_part_is_sent_for_keeping_up_to_date(signed_in, operator):
    page = signed_in(operator).get("/jobs", headers={"HX-Request": "true"})
    assertNotContains(page, "<html")
