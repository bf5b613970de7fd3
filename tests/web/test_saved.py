import xml.etree.ElementTree as ElementTree
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog.models import FeedItem, SavedSearch
from catalog.services import feeding, saving

ATOM = "{http://www.w3.org/2005/Atom}"


def test_a_search_is_saved_under_its_words_and_found_again(client, person, filed, agency):
    filed(agency, title="Mill Street")
    client.force_login(person("ana"))
    asked = "q=mill&agency=building&page=3"
    page = client.post(reverse("saved"), {"asked": asked, "name": " "}, follow=True).content.decode()
    search = SavedSearch.objects.get()
    assert (search.asked, search.name) == ("q=mill&agency=building", "mill, Building and Safety")
    assert 'href="/?q=mill&amp;agency=building"' in page
    assert 'href="/search.atom?q=mill&amp;agency=building"' in page


def test_the_same_search_is_saved_once(client, person, db):
    client.force_login(person("ana"))
    for name in ("First", "Second"):
        client.post(reverse("saved"), {"asked": "q=mill", "name": name})
    assert SavedSearch.objects.get().name == "Second"


def test_a_search_is_its_owners_alone(client, person, db):
    ana, ben = person("ana"), person("ben")
    search = saving.save_search(owner=ana, name="Mine", asked="q=mill", at=timezone.now())
    client.force_login(ben)
    assert "Mine" not in client.get(reverse("saved")).content.decode()
    assert client.post(reverse("forget-search", args=[search.public_id])).status_code == 404
    client.force_login(ana)
    client.post(reverse("forget-search", args=[search.public_id]))
    assert not SavedSearch.objects.exists()


def test_there_may_be_only_so_many(person, db, monkeypatch):
    monkeypatch.setattr(saving, "SEARCHES_MAX", 1)
    ana = person("ana")
    saving.save_search(owner=ana, name="One", asked="q=one", at=timezone.now())
    saving.save_search(owner=ana, name="Still one", asked="q=one", at=timezone.now())
    with pytest.raises(saving.TooMany):
        saving.save_search(owner=ana, name="Two", asked="q=two", at=timezone.now())


def test_visitors_are_asked_to_sign_in(client, db):
    assert client.get(reverse("saved")).url.startswith(reverse("account_login"))


def test_a_search_is_followed_as_a_feed_under_the_readers_rights(client, filed, agencies, person):
    filed(agencies["building"], title="Mill Street, public")
    filed(agencies["police"], seed=9, audience="restricted", title="Mill Street, evidence")
    filed(agencies["building"], seed=8, title="Elm Street")
    while feeding.follow():
        pass
    FeedItem.objects.update(stamp=timezone.now() - timedelta(seconds=10))
    assert titles(client, "/search.atom?q=mill") == ["Mill Street, public"]
    client.force_login(person("ana", viewer=[agencies["police"]]))
    assert sorted(titles(client, "/search.atom?q=mill")) == ["Mill Street, evidence", "Mill Street, public"]


def test_a_feed_of_what_is_not_understood_says_so(client, db):
    answer = client.get("/search.atom?since=yesterday-ish")
    assert answer.status_code == 400
    assert "since" in answer.content.decode()


def titles(client, address: str) -> list[str]:
    feed = ElementTree.fromstring(client.get(address).content)
    return [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
