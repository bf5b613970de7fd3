"""What a search is narrowed by: one set of parameters for pages, API, exports and feeds, read and applied here alone.

q          words, or a parcel or permit number in any spelling
number     scheme:number
agency, source, place, year, subject, format
           values; any of several given ones fits
has        conflict, copies; each given one must be
since, until
           dates as people or EDTF write them; what may have been made between them fits
bounds     west,south,east,north in degrees
"""

from collections.abc import Iterable
from functools import cached_property
from math import isfinite

from django import forms
from django.core.validators import RegexValidator, validate_slug
from django.db.models import Q, QuerySet
from django.utils.datastructures import MultiValueDict
from django_filters import Filter, FilterSet

from catalog.imaging.media import MediaType
from catalog.metadata import identifiers as numbers
from catalog.metadata.dates import days
from catalog.metadata.dates_in_words import edtf_of_words
from catalog.models import Identifier, Scheme, SearchEntry, SearchFacet, Source
from catalog.models.audience import audience_keys_of
from catalog.models.search import words_of

from . import sayings

Kind = SearchFacet.Kind
MAX_WORDS = 12
LONGEST_QUERY = 300
LONGEST_VALUE = 260
MOST_VALUES = 20
"""So many values may be chosen of one facet."""
FOUR_DIGITS = RegexValidator(r"\A[0-9]{4}\Z", sayings.FOUR_DIGITS)


def plain(text: str) -> str:
    """Return what databases can hold of a text: without NUL and halves of characters."""
    return text.replace("\0", " ").encode("utf-8", "ignore").decode().strip()


# ---- fields ----------------------------------------------------------------------------------------------------


class WordsField(forms.Field):
    def to_python(self, value: str | None) -> str:
        return " ".join(plain((value or "")[:LONGEST_QUERY]).split()[:MAX_WORDS])


class ValuesField(forms.Field):
    """Values of one facet; `checked` raises ValidationError for one that cannot be."""

    widget = forms.MultipleHiddenInput

    def __init__(self, *, checked=None, choices: Iterable[str] = (), **options):
        super().__init__(**options)
        self.checked, self.choices = checked, tuple(choices)

    def to_python(self, value: Iterable[str] | None) -> list[str]:
        return [one for one in dict.fromkeys(map(plain, value or ())) if one][:MOST_VALUES]

    def validate(self, value: list[str]) -> None:
        for one in value:
            if self.checked:
                self.checked(one)
            if self.choices and one not in self.choices:
                known = ", ".join(self.choices)
                raise forms.ValidationError(sayings.NO_SUCH_CHOICE.format(known=known))


class DayField(forms.Field):
    """A date; its value is (first day, last day) on the scale of catalog.metadata.dates."""

    def to_python(self, value: str | None) -> tuple[int, int] | None:
        text = plain((value or "")[:LONGEST_VALUE])
        if not text:
            return None
        read = edtf_of_words(text)
        found = days(read) if read else None
        if found is None:
            raise forms.ValidationError(sayings.NO_DATE.format(value=text))
        return found


class BoundsField(forms.Field):
    """Degrees; where west is greater than east they span the 180th meridian."""

    def to_python(self, value: str | None) -> tuple[float, float, float, float] | None:
        text = plain(value or "")
        if not text:
            return None
        try:
            west, south, east, north = (float(part) for part in text.split(","))
        except ValueError:
            west = south = east = north = float("nan")
        is_right = all(map(isfinite, (west, south, east, north))) and abs(west) <= 180 and abs(east) <= 180
        if not is_right or not -90 <= south <= north <= 90:
            raise forms.ValidationError(sayings.NO_BOUNDS)
        return west, south, east, north


class NumberField(forms.Field):
    def to_python(self, value: str | None) -> str:
        """Bring the number to its one spelling."""
        text = plain((value or "")[:LONGEST_VALUE])
        if not text:
            return ""
        slug, colon, raw = text.partition(":")
        scheme = Scheme.objects.filter(slug=slug).first() if colon else None
        if scheme is None:
            known = ", ".join(Scheme.objects.order_by("slug").values_list("slug", flat=True)) or sayings.NONE_YET
            raise forms.ValidationError(sayings.NO_NUMBER_OF_A_SCHEME.format(systems=known))
        try:
            return f"{scheme.slug}:{numbers.normalise(scheme.normaliser, raw)}"
        except numbers.BadIdentifier as error:
            raise forms.ValidationError(str(error)) from error


# ---- filters ---------------------------------------------------------------------------------------------------


class Words(Filter):
    field_class = WordsField

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        spelt = self.parent.numbers
        return bearing(qs, Kind.IDENTIFIER, spelt) if spelt else qs.matching(value)


class Values(Filter):
    """Entries that have a value of a facet: any of those that are asked for, or each of them."""

    field_class = ValuesField

    def __init__(self, kind: str, *, each: bool = False, **options):
        super().__init__(**options)
        self.kind, self.each = kind, each

    def filter(self, qs: QuerySet, value: list[str]) -> QuerySet:
        for some in ([one] for one in value) if self.each else filter(None, [value]):
            qs = bearing(qs, self.kind, some)
        return qs


class Number(Filter):
    field_class = NumberField

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        return bearing(qs, Kind.IDENTIFIER, [value]) if value else qs


class Since(Filter):
    field_class = DayField

    def filter(self, qs: QuerySet, value: tuple[int, int] | None) -> QuerySet:
        return qs.filter(last_day__gte=value[0]) if value else qs


class Until(Filter):
    field_class = DayField

    def filter(self, qs: QuerySet, value: tuple[int, int] | None) -> QuerySet:
        return qs.filter(first_day__lte=value[1]) if value else qs


class Bounds(Filter):
    field_class = BoundsField

    def filter(self, qs: QuerySet, value: tuple[float, float, float, float] | None) -> QuerySet:
        if value is None:
            return qs
        west, south, east, north = value
        across = Q(east__gte=west, east__lte=east) if west <= east else Q(east__gte=west) | Q(east__lte=east)
        return qs.filter(across, north__gte=south, north__lte=north)


def bearing(entries: QuerySet, kind: str, values: list[str]) -> QuerySet:
    """Keep the entries that have one of these values."""
    return entries.filter(pk__in=SearchFacet.objects.filter(kind=kind, value__in=values).values("entry"))


class NarrowingForm(forms.Form):
    def clean(self) -> dict:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until[1] < since[0]:
            self.add_error("until", sayings.ENDS_BEFORE_IT_BEGINS)
        return self.cleaned_data


class Narrowing(FilterSet):
    """One search as it was asked for. What makes no sense is told in `errors`, and narrows nothing."""

    q = Words(label="Words")
    number = Number(label="Number")
    agency = Values(Kind.AGENCY, checked=validate_slug, label="Department")
    source = Values(Kind.SOURCE, choices=Source.Kind.values, label="Kind of source")
    place = Values(Kind.PLACE, label="Place")
    year = Values(Kind.YEAR, checked=FOUR_DIGITS, label="Year")
    subject = Values(Kind.SUBJECT, label="Subject")
    format = Values(Kind.FORMAT, choices=[one.mime for one in MediaType], label="Format")
    has = Values(Kind.HAS, each=True, choices=SearchFacet.Has.values, label="Copies and conflicts")
    since = Since(label="From")
    until = Until(label="To")
    bounds = Bounds(label="Part of the map")

    audiences: list[str]
    """The keys of what the person may see: nothing else is looked at."""

    class Meta:
        model = SearchEntry
        fields: list[str] = []
        form = NarrowingForm

    @classmethod
    def of(cls, user, asked: MultiValueDict | None = None) -> "Narrowing":
        """Return the search of this person for what parameters ask."""
        audiences = audience_keys_of(user)
        entries = SearchEntry.objects.filter(audience_key__in=audiences)
        narrowing = cls(MultiValueDict() if asked is None else asked, entries)
        narrowing.audiences = audiences
        return narrowing

    @cached_property
    def asked(self) -> dict:
        """What was understood, by parameter; empty where nothing was asked."""
        self.form.full_clean()
        return self.form.cleaned_data

    @property
    def words(self) -> str:
        return self.asked.get("q", "")

    @cached_property
    def numbers(self) -> list[str]:
        """`scheme:number` of the known numbers that the words spell."""
        forms_of = numbers.looks_like(self.words)
        if not forms_of:
            return []
        known = Identifier.objects.filter(value__in=forms_of).values_list("scheme__slug", "value")
        return [f"{scheme}:{value}" for scheme, value in known]

    @property
    def has_words(self) -> bool:
        """Say whether results can be ordered by how well words fit them."""
        return bool(words_of(self.words)) and not self.numbers

    @property
    def is_everything(self) -> bool:
        """Say whether nothing narrows the search: it finds all that the person may see."""
        return not any(self.asked.values())

    def found_but_for(self, name: str) -> QuerySet:
        """Return what would be found if one parameter had not been given."""
        found = self.queryset.all()
        for other, value in self.asked.items():
            found = found if other == name else self.filters[other].filter(found, value)
        return found
