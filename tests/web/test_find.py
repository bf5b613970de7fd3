import pytest
from pytest_django.asserts import assertContains, assertNotContains

pytestmark = pytest.mark.django_db


def test_a_stranger_is_told_what_this_is(client):
    page = client.get("/")
    assertContains(page, "which copy of each is the official one")
    assertContains(page, "No pictures yet")


def test_words_find_a_record_with_the_agency_and_the_date(client, agencies, filed):
    filed(agencies["streets"], title="Curb ramp at Fourth and Main", created="2024-03-12")
    page = client.get("/", {"q": "curb ramps"})
    assertContains(page, "1 record for “curb ramps”")
    assertContains(page, "Curb ramp at Fourth and Main")
    assertContains(page, "Street Services · 12 March 2024")


def test_the_words_of_a_lesser_copy_find_the_record(client, pair):
    for words in ("corner mill", "stop", "mill.jpg", "Ama Osei"):
        assertContains(client.get("/", {"q": words}), pair.get_absolute_url())
    assertContains(client.get("/", {"q": "stop"}), "filed twice")


def test_a_result_is_narrowed_by_agency_and_year_with_counts(client, agencies, filed):
    filed(agencies["streets"], seed=1, title="Ramp one", created="2023")
    filed(agencies["metro"], seed=2, title="Ramp two", created="2024")
    page = client.get("/", {"q": "ramp", "agency": "metro"})
    assertContains(page, "Ramp two")
    assertNotContains(page, "Ramp one")
    assertContains(page, 'aria-label="Chosen"')
    assertContains(page, '<a href="/?q=ramp">Metro')
    assertContains(client.get("/", {"q": "ramp", "year": "2023"}), "1 record for")
    assertContains(client.get("/", {"q": "ramp", "year": ["2023", "2024"]}), "2 records for")


def test_a_parcel_has_a_page_in_any_spelling(client, agencies, schemes, filed):
    filed(agencies["housing"], title="Site check", numbers=[("apn", "5149 015 902")])
    assert client.get("/id/apn/5149015902").url == "/id/apn/5149-015-902"
    page = client.get("/id/apn/5149-015-902")
    assertContains(page, "<h1>Parcel (APN) 5149-015-902</h1>", html=True)
    assertContains(page, "Site check")


@pytest.mark.parametrize("address", ["/id/apn/12", "/id/nothing/12", "/id/apn/%00", "/id/image/12"])
def test_a_number_that_cannot_be_is_not_found(client, schemes, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", "page=x", "page=99999999999999999999", "page=²", "year=abcd", "year=²²²²", "agency=%00",
     "q=%00", "q=%22%27%28*", "q=" + "a" * 3000, "agency=nobody&page=7"],
)  # fmt: skip
def test_nonsense_in_an_address_still_gives_a_page(client, agencies, filed, query):
    filed(agencies["streets"])
    assert client.get(f"/?{query}").status_code == 200


def test_pages_of_a_result_are_linked(client, agencies, file_it, run_jobs):
    from tests.conftest import drawn, jpeg

    for seed in range(26):
        file_it(jpeg(drawn(seed, (48, 48))), agencies["metro"], key=str(seed), title=f"Picture {seed}")
    run_jobs()
    first, second = client.get("/"), client.get("/?page=2")
    assertContains(first, 'href="?page=2"')
    assertContains(second, 'aria-current="page"')
    assert len(first.context["cards"]) == 24
    assert len(second.context["cards"]) == 2


def test_title_and_query_are_shown_as_text(client, agencies, filed):
    filed(agencies["metro"], title="<script>alert(1)</script> ramp")
    page = client.get("/", {"q": 'ramp "><img src=x>'})
    assertNotContains(page, "<img src=x>")
    assertNotContains(client.get("/"), "<script>alert")


def test_what_is_restricted_is_neither_found_nor_counted(client, signed_in, person, agencies, schemes, filed):
    filed(agencies["police"], title="Evidence room", audience="restricted", numbers=[("apn", "5149-015-902")])
    outsider = signed_in(person("outsider", officer=[agencies["metro"]]))
    member = signed_in(person("member", viewer=[agencies["police"]]))
    for seen_by in (client, outsider):
        for address in ("/", "/?q=evidence", "/id/apn/5149-015-902"):
            assertNotContains(seen_by.get(address), "Evidence")
        assertNotContains(seen_by.get("/"), "Police records")
    assertContains(member.get("/?q=evidence"), "Evidence room")
    assertContains(member.get("/id/apn/5149-015-902"), "Evidence room")


def test_a_page_of_results_needs_few_queries_however_many(client, agencies, filed, django_assert_max_num_queries):
    for seed in range(5):
        filed(agencies["metro"], seed=seed, title=f"Ramp {seed}")
    with django_assert_max_num_queries(7):  # two of them rank by words
        client.get("/?q=ramp")


def test_facets_are_a_part_of_the_page_and_a_page_of_their_own(client, agencies, filed):
    filed(agencies["streets"], seed=1, title="Ramp one", created="2023")
    filed(agencies["metro"], seed=2, title="Ramp two", created="2024")
    page = client.get("/", {"q": "ramp", "agency": "metro"})
    address = "/facets?q=ramp&amp;agency=metro"
    assertContains(page, f'hx-get="{address}"')
    assertContains(page, f'<a href="{address}">')
    part = client.get("/facets", {"q": "ramp", "agency": "metro"}, headers={"hx-request": "true"})
    assertNotContains(part, "<html")
    assertContains(part, '<a href="/?q=ramp" aria-current="true"><span>Metro')
    assertContains(part, '<a href="/?q=ramp&amp;agency=metro&amp;agency=streets">')
    assertContains(part, '<a href="/?q=ramp&amp;agency=metro&amp;year=2024">')
    whole = client.get("/facets", {"q": "ramp", "agency": "metro"})
    assertContains(whole, "Back to the result for “ramp”")
    assert "HX-Request" in whole["Vary"]


def test_facets_of_a_parcel_lead_back_to_its_page(client, agencies, schemes, filed):
    filed(agencies["housing"], title="Site check", numbers=[("apn", "5149 015 902")])
    page = client.get("/id/apn/5149-015-902?view=list")
    assertContains(page, "/facets?view=list&amp;number=apn%3A5149-015-902")
    facets = client.get("/facets", {"number": "apn:5149-015-902", "view": "list"})
    assertContains(facets, 'href="/id/apn/5149-015-902?agency=housing&amp;view=list"')
    assert client.get("/", {"number": "apn:5149015902"}).status_code == 302


def test_dates_narrow_and_a_bad_one_is_told_where_it_was_written(client, agencies, filed):
    filed(agencies["streets"], seed=1, title="Ramp one", created="1998-05")
    assertContains(client.get("/?since=1998-05-03&until=1999"), "Ramp one")
    assertContains(client.get("/?since=1998-05-03&until=1999"), '<a href="/?until=1999">from 1998-05-03')
    assertNotContains(client.get("/?since=1999"), "Ramp one")
    page = client.get("/?since=yesterday&agency=streets")
    assertContains(page, "“yesterday” is no date that is understood here")
    assertContains(page, 'aria-invalid="true"')
    assertContains(page, '<input type="hidden" name="agency" value="streets">')
    assertContains(page, "Ramp one")


def test_the_list_tells_numbers_and_filings_and_is_kept_by_every_link(client, agencies, schemes, filed):
    filed(agencies["housing"], title="Site check", created="2024-03", numbers=[("apn", "5149 015 902")])
    page = client.get("/?view=list&q=site")
    assertContains(page, '<a href="/id/apn/5149-015-902">Parcel (APN) 5149-015-902</a>')
    assertContains(page, 'data-label="Date">March 2024')
    assertContains(page, '<input type="hidden" name="view" value="list">')
    assertContains(page, "/facets?q=site&amp;view=list")
    assertContains(page, 'href="/export.csv?q=site"')


def test_the_map_tells_where_what_is_found_lies(client, agencies, file_it, run_jobs):
    from catalog.metadata.validation import Value

    for n, east in enumerate((-118.24, -118.2401, -118.5)):
        place = Value("spatial", f"east={east}; north=34.05", "", "Point")
        file_it(None, agencies["metro"], key=str(n), title=f"Spot {n}", values=[place])
    hidden = Value("spatial", "east=-118.41; north=34.21", "", "Point")
    file_it(None, agencies["police"], key="z", title="Room", values=[hidden], audience="restricted")
    run_jobs()
    page = client.get("/?view=map&q=spot")
    assertContains(page, 'data-clusters="/map.json?q=spot"')
    told = client.get("/map.json?q=spot&bounds=-119,33,-118,35&cells=8").json()
    assert sorted(one["count"] for one in told["clusters"]) == [1, 2]
    alone = next(one for one in told["clusters"] if one["count"] == 1)
    assert (alone["title"], alone["at"]) == ("Spot 2", [34.05, -118.5])
    two = next(one for one in told["clusters"] if one["count"] == 2)
    assert two["bounds"] == [[34.05, -118.2401], [34.05, -118.24]]
    assertContains(client.get(two["address"]), "2 records")
    assert "34.21" not in client.get("/map.json").content.decode()
    assert client.get("/map.json?bounds=1").status_code == 400
    assert client.get("/map.json?bounds=0,0,1,1").json()["clusters"] == []


def test_counting_and_drawing_need_few_queries_however_many(client, agencies, filed, django_assert_max_num_queries):
    for seed in range(4):
        filed(agencies["metro"], seed=seed, title=f"Ramp {seed}", created="1998")
    with django_assert_max_num_queries(8):
        client.get("/facets?q=ramp&agency=metro")
    with django_assert_max_num_queries(4):
        client.get("/map.json?q=ramp")
    with django_assert_max_num_queries(6):
        client.get("/?q=ramp&view=list")
