import pytest
from pytest_django.asserts import assertContains, assertNotContains

from catalog.models import Assignment, Identifier, Record
from tests.conftest import drawn, jpeg, with_exif

pytestmark = pytest.mark.django_db
PARCEL, OTHER = "5149-015-902", "5149-015-903"


def test_a_number_says_who_gives_it_and_who_filed_under_it(client, agencies, schemes, filed):
    filed(agencies["building"], numbers=[("permit", "21016-10000-12345")])
    page = client.get("/id/permit/21016-10000-12345")
    assertContains(page, "Its office of record is Building and Safety")
    assertContains(page, '<a href="?agency=building">Building and Safety</a> <span class="number">(1)</span>')
    assertContains(page, "/export.csv?number=permit%3A21016-10000-12345")
    assertNotContains(page, "What does not fit")


def test_the_same_picture_under_another_parcel_is_said_with_who_filed_what(client, agencies, schemes, filed):
    data = jpeg(drawn(4))
    filed(agencies["building"], data=data, numbers=[("apn", PARCEL)], title="Site")
    filed(agencies["housing"], data=with_exif(data, artist="B. Ito"), numbers=[("apn", OTHER)])
    for here, there, of_there in ((PARCEL, OTHER, "Housing"), (OTHER, PARCEL, "Building and Safety")):
        (one,) = client.get(f"/id/apn/{here}").context["number"]["mismatches"]
        assert one.words == "The same picture is filed under another number too."
        (line,) = [line for line in one.lines if not line.is_this]
        assert (line.number, line.address) == (there, f"/id/apn/{there}")
        assert of_there in line.words


def test_a_filing_that_is_marked_as_wrong_is_said_to_be(client, agencies, schemes, filed):
    filed(agencies["building"], numbers=[("apn", PARCEL)], title="Site")
    Assignment.objects.update(status=Assignment.Status.WRONG)
    page = client.get(f"/id/apn/{PARCEL}")
    assertContains(page, "A filing under this number is marked as wrong.")
    assertContains(page, "marked as wrong</span>")


def test_a_number_of_which_nothing_is_known_says_so(client, schemes):
    page = client.get(f"/id/apn/{PARCEL}")
    assertContains(page, "Nothing here answers that")
    assertContains(page, "The number is given by: County Assessor.")


def test_ones_own_filings_that_wait_are_told_of_to_their_department_alone(
    client, signed_in, person, agencies, schemes, file_it
):
    receipt = file_it(jpeg(drawn(1)), agencies["metro"], numbers=[("apn", PARCEL)], name="site.jpg")
    assert receipt.filing.copy.record.state == Record.State.PENDING
    own, other = (person(slug, filer=[agencies[slug]]) for slug in ("metro", "housing"))
    assertContains(signed_in(own).get(f"/id/apn/{PARCEL}"), "site.jpg")
    for stranger in (client, signed_in(other)):
        assertNotContains(stranger.get(f"/id/apn/{PARCEL}"), "site.jpg")
        assertNotContains(stranger.get(f"/id/apn/{PARCEL}"), "Being examined")


def test_what_is_restricted_shows_no_mismatch_and_no_department(client, agencies, schemes, filed):
    data = jpeg(drawn(4))
    hidden = {"data": data, "audience": "restricted"}
    filed(agencies["police"], numbers=[("apn", PARCEL)], key="one", **hidden)
    filed(agencies["police"], numbers=[("apn", OTHER)], key="two", **hidden)
    page = client.get(f"/id/apn/{PARCEL}")
    assertNotContains(page, "Police")
    assertNotContains(page, "What does not fit")


def test_a_number_that_was_replaced_leads_to_the_ones_in_its_place(client, agencies, schemes):
    old = Identifier.objects.create(scheme=schemes["apn"], value=PARCEL, valid_until="2020-06-30")
    old.successors.add(Identifier.objects.create(scheme=schemes["apn"], value=OTHER))
    page = client.get(f"/id/apn/{PARCEL}")
    assertContains(page, "It was in use until 30 June 2020.")
    assertContains(page, f'href="/id/apn/{OTHER}"')


def test_the_queries_of_a_number_do_not_grow_with_what_is_filed(
    client, agencies, schemes, filed, django_assert_max_num_queries
):
    for seed in range(3):
        data = jpeg(drawn(seed))
        filed(agencies["building"], data=data, numbers=[("apn", PARCEL)], key=f"{seed}")
        filed(agencies["housing"], data=data, numbers=[("apn", OTHER)], key=f"{seed}")
    with django_assert_max_num_queries(17):
        assert len(client.get(f"/id/apn/{PARCEL}").context["number"]["mismatches"]) == 3
