import io
import json
from datetime import UTC, datetime

import pytest
from django.utils import timezone, translation
from PIL import Image
from pytest_django.asserts import assertContains, assertNotContains

from catalog.metadata.validation import Value
from catalog.models import Copy, Decision, Filing, Record
from catalog.services import reading
from catalog.web import place
from catalog.web.record import _close_up
from catalog.web.sentences import said
from tests.conftest import drawn, jpeg

pytestmark = pytest.mark.django_db


def test_a_record_says_why_it_is_authoritative_and_who_filed_it(client, pair):
    page = client.get(pair.get_absolute_url())
    assertContains(page, "Building and Safety’s filing is the record copy")
    assertContains(page, "Metro")
    assertContains(page, "stop.jpg")
    assertContains(page, "All 2 copies")
    assertContains(page, "Record copy</span>")


def test_each_value_says_where_it_comes_from(client, pair):
    page = client.get(pair.get_absolute_url())
    title = next(line for line in page.context["description"] if line["label"] == "Title")
    assert "Building and Safety" in title["values"][0]["origin"]


def test_identifiers_lead_to_the_page_of_their_number(client, agencies, schemes, filed):
    record = filed(agencies["building"], numbers=[("permit", "21016-10000-12345")])
    assertContains(client.get(record.get_absolute_url()), 'href="/id/permit/21016-10000-12345"')


def test_two_parcels_of_one_picture_are_shown_as_a_conflict(client, agencies, schemes, filed):
    data = jpeg(drawn(4))
    filed(agencies["building"], data=data, numbers=[("apn", "5149-015-902")])
    record = filed(agencies["housing"], data=data, numbers=[("apn", "5149-015-903")])
    page = client.get(record.get_absolute_url())
    assertContains(page, "<dt>Parcel (APN)</dt><dd><b>5149-015-902</b>")
    assertContains(page, "<b>5149-015-903</b> according to Housing")
    assertContains(client.get("/"), "conflict</span>")


def test_exports_are_offered_in_four_forms(client, pair):
    page = client.get(pair.get_absolute_url())
    for ending in ("ttl", "rdf", "jsonld", "nt"):
        assertContains(page, f'href="/id/image/{pair.public_id}.{ending}"')


def test_an_absorbed_address_leads_on_in_one_hop_and_is_not_kept(client, pair):
    absorbed = Record.objects.get(state="absorbed")
    answer = client.get(absorbed.get_absolute_url())
    assert answer.status_code == 301
    assert answer["Cache-Control"] == "no-store"
    assert answer.url == f"{pair.get_absolute_url()}?was={absorbed.public_id}"
    assertContains(client.get(answer.url), "This record answers for it now")


def test_the_hint_about_an_absorbed_address_cannot_be_made_up(client, pair):
    assertNotContains(client.get(f"{pair.get_absolute_url()}?was=<b>"), "answers for it now")


def test_a_pending_record_says_to_its_agency_that_it_is_being_examined(client, signed_in, person, agencies, file_it):
    record = file_it(jpeg(drawn(1)), agencies["metro"]).filing.copy.record
    own, other = (person(slug, filer=[agencies[slug]]) for slug in ("metro", "housing"))
    assertContains(signed_in(own).get(record.get_absolute_url()), "has just been filed")
    for stranger in (client, signed_in(other)):
        assert stranger.get(record.get_absolute_url()).status_code == 404


def test_what_one_may_not_see_is_answered_as_what_is_not_there(client, agencies, filed):
    record = filed(agencies["police"], audience="restricted", title="Evidence room")
    copy = record.best_copy.public_id
    for address in (record.get_absolute_url(), f"/image/{record.public_id}/preview", f"/copy/{copy}/original"):
        hidden = client.get(address)
        absent = client.get(address.replace(record.public_id, "a" * 26).replace(copy, "a" * 26))
        assert hidden.status_code == absent.status_code == 404
        assert hidden.content == absent.content


def test_only_officers_of_both_agencies_are_offered_decisions(client, signed_in, person, agencies, officer, pair):
    address = pair.get_absolute_url()
    assertNotContains(client.get(address), "Split this copy off")
    assertNotContains(signed_in(person("half", officer=[agencies["metro"]])).get(address), "Split this copy off")
    assertContains(signed_in(officer).get(address), "Split this copy off")


def test_a_split_needs_a_reason_and_gives_two_records(signed_in, officer, pair):
    client = signed_in(officer)
    lesser = pair.copies.exclude(pk=pair.best_copy_id).get()
    assertContains(client.post(f"/copy/{lesser.public_id}/split"), "Say why", status_code=409)
    client.post(f"/copy/{lesser.public_id}/split", {"reason": "another negative"})
    assert Record.objects.standing().count() == 2
    decision = Decision.objects.effective().get()
    assert (decision.verdict, decision.reason) == ("different", "another negative")
    client.post(f"/decisions/{decision.public_id}/undo")
    assert Record.objects.standing().count() == 1


def test_a_filing_of_the_same_bytes_can_be_set_apart(signed_in, officer, agencies, filed):
    data = jpeg(drawn(5))
    filed(agencies["building"], data=data)
    record = filed(agencies["housing"], data=data)
    filing = Filing.objects.get(agency=agencies["housing"])
    answer = signed_in(officer).post(f"/filing/{filing.public_id}/set-apart", {"reason": "a print of it"}, follow=True)
    assertContains(answer, "a record of its own")
    assert record.filed_at
    assert Record.objects.standing().count() == 2


def test_a_filing_can_be_made_the_record_copy(signed_in, officer, agencies, pair):
    filing = Filing.objects.get(agency=agencies["metro"])
    answer = signed_in(officer).post(f"/filing/{filing.public_id}/designate", {"reason": "they own it"}, follow=True)
    assertContains(answer, "Metro’s filing is the record copy now.")
    assertContains(answer, "Metro’s filing is the record copy.")


@pytest.mark.parametrize("verb", ["split", "set-apart", "designate", "undo"])
def test_nobody_else_decides(client, signed_in, person, agencies, pair, verb):
    copy, filing = pair.best_copy.public_id, Filing.objects.first().public_id
    of_others = {"split": f"/copy/{copy}/split", "undo": f"/decisions/{'a' * 26}/undo"}
    address = of_others.get(verb, f"/filing/{filing}/{verb}")
    assert client.post(address, {"reason": "x"}).status_code == 302
    assert signed_in(person("viewer", viewer=[agencies["metro"]])).post(address, {"reason": "x"}).status_code == 404
    assert Decision.objects.count() == 0
    assert client.get(address).status_code == 405


def test_an_officer_of_one_agency_is_told_who_may_decide(signed_in, person, agencies, pair):
    client = signed_in(person("half", officer=[agencies["metro"]]))
    filing = Filing.objects.get(agency=agencies["metro"])
    answer = client.post(f"/filing/{filing.public_id}/designate", {"reason": "ours"})
    assertContains(answer, "Only a records officer of every agency", status_code=403)


def test_a_record_with_many_filings_needs_no_more_queries(client, agencies, filed, django_assert_max_num_queries):
    data = jpeg(drawn(6))
    for slug in agencies:
        record = filed(agencies[slug], data=data, title=f"As {slug} sees it")
    assert timezone.now() >= record.filed_at
    with django_assert_max_num_queries(16):
        client.get(record.get_absolute_url())


def test_a_copy_is_said_in_one_sentence_with_its_size_department_and_day(client, agencies, filed):
    picture = drawn(8, (640, 480))
    filed(agencies["building"], data=jpeg(picture), title="Corner")
    half = picture.resize((320, 240), Image.Resampling.LANCZOS)
    record = filed(agencies["housing"], data=jpeg(half), at=datetime(2024, 5, 3, 19, tzinfo=UTC))
    page = client.get(record.get_absolute_url())
    assertContains(page, "The same picture at half size, filed by Housing on 3 May 2024.")
    assertContains(page, "It would show differently:</b> <mark>50 % of the size</mark>")


def test_who_filed_what_when_is_drawn_and_said_in_a_table(client, agencies, filed):
    data = jpeg(drawn(9))
    for slug, year in (("building", 2019), ("housing", 2024), ("metro", 2021)):
        record = filed(agencies[slug], data=data, name=f"{slug}.jpg", at=datetime(year, 5, 3, 19, tzinfo=UTC))
    drawing = client.get(record.get_absolute_url()).context["timeline"]
    assert [(row.agency, row.dots[0].x) for row in drawing.rows] == [
        ("Building and Safety", "4.00%"), ("Metro", "40.81%"), ("Housing", "96.00%"),
    ]  # fmt: skip
    assert [row.dots[0].is_record_copy for row in drawing.rows] == [True, False, False]
    assert [tick.words for tick in drawing.ticks] == ["2020", "2022", "2024"]
    assert [line.file_name for line in drawing.lines] == ["building.jpg", "metro.jpg", "housing.jpg"]


def test_one_filing_needs_no_drawing_of_time(client, agencies, filed):
    assert client.get(filed(agencies["building"]).get_absolute_url()).context["timeline"] is None


def test_what_was_filed_in_its_place_leads_there_and_back(client, agencies, filed):
    old = filed(agencies["building"], data=jpeg(drawn(11)), key="plan", title="Plan of 2019")
    new = filed(agencies["building"], data=jpeg(drawn(12)), key="plan", title="Plan of 2024")
    assertContains(client.get(old.get_absolute_url()), "Newer: filed in its place")
    assertContains(client.get(old.get_absolute_url()), "Plan of 2024")
    page = client.get(new.get_absolute_url())
    assertContains(page, "Older: what it was filed in place of")
    assertContains(page, f'href="{old.get_absolute_url()}"')


def test_a_newer_one_that_one_may_not_see_is_not_told_of(client, agencies, filed):
    old = filed(agencies["police"], data=jpeg(drawn(11)), key="plan")
    filed(agencies["police"], data=jpeg(drawn(12)), key="plan", title="Secret plan", audience="restricted")
    page = client.get(old.get_absolute_url())
    assertNotContains(page, "Newer")
    assertNotContains(page, "Secret")


def test_a_crop_is_marked_on_what_it_was_cut_from(client, agencies, filed):
    whole = drawn(13, (800, 600))
    record = filed(agencies["building"], data=jpeg(whole, quality=95), title="Whole")
    part = filed(agencies["metro"], data=jpeg(whole.crop((200, 150, 600, 450)), quality=95), title="Part")
    (group,) = client.get(part.get_absolute_url()).context["related"]
    (line,) = group.lines
    assert (str(group.heading), line.card.title, line.words) == ("It was made from", "Whole", "crop")
    ((left, top, width, height),) = line.marked.boxes
    assert (left, top, width, height) == pytest.approx((244, 244, 512, 512), abs=12)
    (group,) = client.get(record.get_absolute_url()).context["related"]
    assert str(group.heading) == "Made from it"


def test_a_place_is_drawn_on_the_city_and_said_in_words(client, agencies, filed, settings, tmp_path):
    outline = {"type": "Polygon", "coordinates": [[[-119, 33], [-117, 33], [-117, 35], [-119, 35], [-119, 33]]]}
    path = tmp_path / place.OUTLINE
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [{"geometry": outline}]}))
    settings.STATICFILES_DIRS = [tmp_path]
    place._city.cache_clear()
    at_the_mill, far_away = Value("spatial", "east=-118; north=34; name=Mill"), Value("spatial", "east=7; north=47")
    record = filed(agencies["building"], values=[at_the_mill, far_away])
    page = client.get(record.get_absolute_url())
    place._city.cache_clear()
    (spot,) = page.context["place"].spots
    assert (spot.x, spot.words) == (134.7, "Mill (34.0000° N, 118.0000° W)")
    assertContains(page, "47.0000° N, 7.0000° E")


def test_a_record_is_cited_in_words_and_as_bibtex(client, agencies, filed):
    record = filed(agencies["building"], title="A {curb} & ramp", created="2024-03-12")
    page = client.get(record.get_absolute_url())
    assertContains(page, "Building and Safety. “A {curb} &amp; ramp.” 12 March 2024.")
    assert "title = {{A curb ramp}}" in page.context["bibtex"]
    assert "year = {2024}" in page.context["bibtex"]


def test_the_closest_look_is_at_the_original_where_browsers_show_it(client, agencies, filed):
    buffer = io.BytesIO()
    drawn(14).save(buffer, "TIFF")
    for data, ending in ((jpeg(drawn(14)), "/original"), (buffer.getvalue(), "/preview")):
        record = filed(agencies["building"], data=data, audience="internal" if ending == "/preview" else "public")
        close_up = _close_up(reading.read_record(record, None).best)
        assert close_up.endswith(ending)


def test_sentences_that_are_kept_are_found_again_whatever_varies_in_them(client, pair, agencies, filed):
    kept = {
        *Record.objects.standing().values_list("record_copy_because", flat=True),
        *Record.objects.standing().values_list("best_copy_because", flat=True),
        *Copy.objects.standing().values_list("because", flat=True),
    }
    assert kept
    with translation.override("es"):
        assert [text for text in kept if said(text) == text] == []


def test_only_a_few_queries_serve_a_visitor(client, agencies, filed, django_assert_num_queries):
    record = filed(agencies["building"], title="Alone")
    client.get(record.get_absolute_url())
    with django_assert_num_queries(13):
        client.get(record.get_absolute_url())
