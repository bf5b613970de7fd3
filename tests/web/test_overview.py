import pytest
from pytest_django.asserts import assertContains, assertNotContains

from catalog.services import history, tallying
from tests.conftest import drawn, jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(agencies, filed):
    """Two departments' filings of one picture, and something that is restricted."""
    data = jpeg(drawn(1))
    filed(agencies["building"], data=data)
    filed(agencies["housing"], data=data)
    filed(agencies["police"], data=data, audience="restricted")
    history.publish_all()
    while tallying.follow():
        pass
    return data


def test_everybody_sees_what_is_public_and_between_whom_it_is_filed_twice(client, city, settings):
    settings.PRICE_PER_TB = "1000000000 USD"
    page = client.get("/overview")
    assert [figure.number for figure in page.context["figures"]] == ["1", "1", "2", "1"]
    assert page.context["matrix"]["columns"] == ["Building and Safety"]
    ((row, (cell,)),) = page.context["matrix"]["rows"]
    assert (row, cell.count, cell.shade) == ("Housing", "1", 5)
    assertContains(page, f"{len(city) / 1000:.2f} USD a year")
    assertNotContains(page, "Police")
    assertNotContains(page, "What waits")


def test_no_price_no_money(client, city, settings):
    settings.PRICE_PER_TB = ""
    assertNotContains(client.get("/overview"), "a year")


def test_each_role_is_told_what_waits_for_it(city, signed_in, person, agencies, file_it):
    file_it(jpeg(drawn(2)), agencies["metro"])
    officer, filer = person("o", officer=[agencies["streets"]]), person("f", filer=[agencies["metro"]])
    operator = person("op")
    operator.is_operator = True
    operator.save()
    said = {p: [f.words for f in signed_in(p).get("/overview").context["queues"]] for p in (officer, filer, operator)}
    assert "pairs wait for review" in said[officer]
    assert said[filer] == ["filings of yours are being examined"]
    assert said[operator] == ["jobs wait", "jobs are being worked on", "jobs were set aside"]
    assert signed_in(filer).get("/overview").context["queues"][0].number == "1"


def test_an_empty_catalog_has_an_overview(client, db):
    assertContains(client.get("/overview"), "The catalog as a whole")


def test_few_queries_whatever_there_is(client, city, django_assert_num_queries):
    with django_assert_num_queries(3):
        client.get("/overview")
