from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalog.models import Job, PictureSearch
from tests.conftest import drawn, jpeg


def sent(data: bytes) -> dict:
    return {"picture": SimpleUploadedFile("mine.jpg", data, "image/jpeg")}


def test_a_picture_leads_to_its_record(client, file_it, run_jobs, agency):
    file_it(jpeg(drawn(1, (640, 480))), agency, title="Mill Street")
    run_jobs()
    asked = client.post(reverse("by-picture"), sent(jpeg(drawn(1, (640, 480)), quality=70)))
    assert "Looking for your picture" in client.get(asked.url).content.decode()
    run_jobs()
    page = client.get(asked.url).content.decode()
    assert "The record of this picture" in page
    assert "Mill Street" in page
    assert client.get(f"{asked.url}/picture")["Content-Type"] == "image/webp"


def test_what_belongs_to_the_record_is_shown(client, file_it, run_jobs, agency):
    whole = drawn(1, (800, 600))
    file_it(jpeg(whole), agency, title="Mill Street")
    file_it(jpeg(whole.crop((100, 80, 640, 500))), agency, key="part", title="A part")
    run_jobs()
    asked = client.post(reverse("by-picture"), sent(jpeg(whole)))
    run_jobs()
    assert "A part" in client.get(asked.url).content.decode()


def test_nothing_found_is_said(client, run_jobs, db):
    asked = client.post(reverse("by-picture"), sent(jpeg(drawn(1))))
    run_jobs()
    assert "Nothing here looks like your picture" in client.get(asked.url).content.decode()


def test_mistakes_are_said_on_the_page(client, db):
    assert "Choose a picture first." in client.post(reverse("by-picture")).content.decode()
    answer = client.post(reverse("by-picture"), sent(b"GIF89a no"))
    assert answer.status_code in (302, 422)
    assert client.post(reverse("by-picture"), sent(b"no picture at all")).status_code == 422


def test_a_search_that_failed_says_so(client, db):
    asked = client.post(reverse("by-picture"), sent(jpeg(drawn(1))))
    Job.objects.update(state=Job.State.SET_ASIDE, ended_at=PictureSearch.objects.get().asked_at)
    assert "could not be finished" in client.get(asked.url).content.decode()


def test_somebody_who_asks_very_often_has_to_wait(client, db):
    cache.clear()
    answers = [client.post(reverse("by-picture"), {}).status_code for _ in range(21)]
    assert answers[:20] == [422] * 20
    assert answers[20] == 429
    cache.clear()


def test_another_persons_search_is_not_there(client, person, db):
    client.force_login(person("ana"))
    asked = client.post(reverse("by-picture"), sent(jpeg(drawn(1))))
    client.force_login(person("ben"))
    assert client.get(asked.url).status_code == 404
