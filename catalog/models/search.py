"""What a search reads: a small row a standing record, its words beside it, and the values that narrow a result.

The words lie in a table of their own, so that counting, ordering and drawing on the map read small rows alone.
PostgreSQL keeps a generated column `words` in it with an index; SQLite an FTS5 table that triggers keep in step (both
made in migration 0009). Both stem English words and fold case.
"""

import re
import unicodedata

from django.db import connections, models
from django.db.models.expressions import RawSQL

from .audience import audience_key_field, audience_keys_of
from .record import Record

WORD = re.compile(r"[^\W_]+")
POSTGRES_HOLDS = "SELECT entry_id FROM catalog_searchtext WHERE words @@ to_tsquery('english', %s)"
SQLITE_HOLDS = "SELECT rowid FROM catalog_searchtext_words WHERE catalog_searchtext_words MATCH %s"
POSTGRES_RANKED = """
    SELECT entry_id FROM catalog_searchtext WHERE entry_id = ANY(%s)
    ORDER BY ts_rank(words, to_tsquery('english', %s)) DESC, entry_id DESC
"""
SQLITE_RANKED = f"{SQLITE_HOLDS} ORDER BY bm25(catalog_searchtext_words, 5.0, 1.0), rowid DESC"


def words_of(text: str) -> list[str]:
    """Return the words of a text as they are searched: letters and digits alone, without accents.

    Both engines are given nothing else, so that both cut `mill_12.jpg` or `5149-015-902` alike.
    """
    plain = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return WORD.findall("".join(plain))


def _postgres_query(terms: list[str]) -> str:
    return " & ".join([*(f"'{t}'" for t in terms[:-1]), f"'{terms[-1]}':*"])


def _sqlite_query(terms: list[str]) -> str:
    return " ".join([*(f'"{t}"' for t in terms[:-1]), f'"{terms[-1]}"*'])


class SearchEntryQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(audience_key__in=audience_keys_of(user))

    def matching(self, words: str):
        """Keep entries that hold every word (stemmed; the last one also as a beginning). No words keep all."""
        terms = words_of(words)
        if not terms:
            return self
        if connections[self.db].vendor == "postgresql":
            holds = RawSQL(POSTGRES_HOLDS, (_postgres_query(terms),))  # noqa: S611 - the words are a parameter
        else:
            holds = RawSQL(SQLITE_HOLDS, (_sqlite_query(terms),))  # noqa: S611 - the words are a parameter
        return self.filter(pk__in=holds)

    def keys_by_relevance(self, words: str) -> list[int]:
        """Return the keys of these entries, those first that the words fit best; for no more than some thousands."""
        terms, ours = words_of(words), list(self.order_by().values_list("pk", flat=True))
        with connections[self.db].cursor() as cursor:
            if connections[self.db].vendor == "postgresql":
                cursor.execute(POSTGRES_RANKED, (ours, _postgres_query(terms)))
                return [key for (key,) in cursor]
            # One pass over the full text: asked entry by entry, SQLite would rank the whole table for each.
            cursor.execute(SQLITE_RANKED, (_sqlite_query(terms),))
            known = set(ours)
            return [key for (key,) in cursor if key in known]


class SearchEntry(models.Model):
    """A standing record as the search sees it. Written when the published order is followed, never by hand."""

    record = models.OneToOneField(Record, on_delete=models.CASCADE, related_name="search_entry")
    audience_key = audience_key_field()
    year = models.IntegerField(null=True, blank=True, help_text="Year in which the picture was made.")
    first_day = models.IntegerField(
        null=True, blank=True, help_text="First day on which it may have been made (catalog.metadata.dates.days)."
    )
    last_day = models.IntegerField(null=True, blank=True, help_text="Last day on which it may have been made.")
    north = models.FloatField(null=True, blank=True, help_text="Where it shows, in degrees; south is negative.")
    east = models.FloatField(null=True, blank=True, help_text="Where it shows, in degrees; west is negative.")
    filed_at = models.DateTimeField()
    filing_count = models.PositiveIntegerField(default=1)
    has_conflict = models.BooleanField(default=False)

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "search entries"
        indexes = [
            models.Index(fields=("audience_key", "-filed_at", "-id"), name="search_newest"),
            models.Index(fields=("audience_key", "year"), name="search_year"),
            models.Index(fields=("audience_key", "first_day", "last_day"), name="search_days"),
            models.Index(
                fields=("audience_key", "north", "east"), condition=models.Q(north__isnull=False), name="search_places"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="search_days_both_or_none",
                condition=models.Q(first_day__isnull=True, last_day__isnull=True)
                | models.Q(first_day__isnull=False, last_day__gte=models.F("first_day")),
            ),
            models.CheckConstraint(
                name="search_place_on_the_globe",
                condition=models.Q(north__isnull=True, east__isnull=True)
                | models.Q(north__range=(-90, 90), east__range=(-180, 180)),
            ),
        ]

    def __str__(self) -> str:
        return f"search entry of record {self.record_id}"


class SearchText(models.Model):
    """The words of an entry: its title, and all that its filings say, lesser copies included."""

    entry = models.OneToOneField(SearchEntry, primary_key=True, on_delete=models.CASCADE, related_name="text")
    title = models.TextField(blank=True)
    body = models.TextField(
        blank=True, help_text="All words of all its filings, lesser copies included, without punctuation."
    )

    def __str__(self) -> str:
        return self.title


class SearchFacet(models.Model):
    """A value that narrows a search: an agency that filed it, a number that it bears, a place, a subject, a year.

    The audience stands here too, so that a value is counted without looking at the entries.
    """

    class Kind(models.TextChoices):
        AGENCY = "agency", "Agency"
        SOURCE = "source", "Kind of source"
        PLACE = "place", "Place"
        YEAR = "year", "Year"
        SUBJECT = "subject", "Subject"
        FORMAT = "format", "Format"
        HAS = "has", "What there is of it"
        IDENTIFIER = "identifier", "Identifier"

    class Has(models.TextChoices):
        CONFLICT = "conflict", "Has conflicts"
        COPIES = "copies", "Several copies"

    entry = models.ForeignKey(SearchEntry, on_delete=models.CASCADE, related_name="facets")
    kind = models.CharField(max_length=20, choices=Kind)
    value = models.CharField(max_length=260, help_text="Agency slug, scheme:normalised number, or a value as stated.")
    audience_key = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("entry", "kind", "value"), name="search_facet_once")]
        indexes = [models.Index(fields=("kind", "value", "audience_key", "entry"), name="search_facet_counted")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
