"""What the search box searches: one row a standing record, and the full text of each engine behind `matching`.

PostgreSQL keeps an expression index over `title` and `body`; SQLite an FTS5 table that triggers keep in step
(both made in migration 0002). Both stem English words and fold case.
"""

import re
import unicodedata

from django.db import connections, models
from django.db.models import FloatField, Func, Value
from django.db.models.expressions import RawSQL

from .audience import audience_key_field, audience_keys_of
from .record import Record

WORD = re.compile(r"[^\W_]+")
SQLITE_TABLE = "catalog_searchentry_words"


def words_of(text: str) -> list[str]:
    """Return the words of a text as they are searched: letters and digits alone, without accents.

    Both engines are given nothing else, so that both cut `mill_12.jpg` or `5149-015-902` alike.
    """
    plain = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return WORD.findall("".join(plain))


def _postgres_document() -> Func:
    """The expression of the index, to the letter."""
    title = Func("title", template="setweight(to_tsvector('english', %(expressions)s), 'A')")
    body = Func("body", template="setweight(to_tsvector('english', %(expressions)s), 'B')")
    return Func(title, body, template="(%(expressions)s)", arg_joiner=" || ")


def _postgres_query(terms: list[str]) -> Func:
    words = " & ".join([*(f"'{t}'" for t in terms[:-1]), f"'{terms[-1]}':*"])
    return Func(Value(words), template="to_tsquery('english', %(expressions)s)")


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
            holds = Func(
                _postgres_document(),
                _postgres_query(terms),
                template="(%(expressions)s)",
                arg_joiner=" @@ ",
                output_field=models.BooleanField(),
            )
            return self.filter(holds)
        found = f"SELECT rowid FROM {SQLITE_TABLE} WHERE {SQLITE_TABLE} MATCH %s"  # noqa: S608 - our own name
        return self.filter(pk__in=RawSQL(found, (_sqlite_query(terms),)))  # noqa: S611 - the words are a parameter

    def keys_by_relevance(self, words: str) -> list[int]:
        """Return the keys of these entries, those first that the words fit best; for no more than some thousands."""
        terms = words_of(words)
        if connections[self.db].vendor == "postgresql":
            rank = Func(_postgres_document(), _postgres_query(terms), function="ts_rank", output_field=FloatField())
            return list(self.order_by(rank.desc(), "-filed_at", "-id").values_list("pk", flat=True))
        # One pass over the full text: asked entry by entry, SQLite would rank the whole table for each.
        ours = set(self.order_by().values_list("pk", flat=True))
        ranked = (
            f"SELECT rowid FROM {SQLITE_TABLE} WHERE {SQLITE_TABLE} MATCH %s"  # noqa: S608 - our own name
            f" ORDER BY bm25({SQLITE_TABLE}, 5.0, 1.0), rowid DESC"
        )
        with connections[self.db].cursor() as cursor:
            cursor.execute(ranked, (_sqlite_query(terms),))
            return [key for (key,) in cursor if key in ours]


class SearchEntry(models.Model):
    """A standing record as the search sees it. Written when the published order is followed, never by hand."""

    record = models.OneToOneField(Record, on_delete=models.CASCADE, related_name="search_entry")
    audience_key = audience_key_field()
    title = models.TextField(blank=True)
    body = models.TextField(
        blank=True, help_text="All words of all its filings, lesser copies included, without punctuation."
    )
    year = models.IntegerField(null=True, blank=True, help_text="Year in which the picture was made.")
    filed_at = models.DateTimeField()
    filing_count = models.PositiveIntegerField(default=1)
    has_conflict = models.BooleanField(default=False)

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "search entries"
        indexes = [
            models.Index(fields=("audience_key", "-filed_at", "-id"), name="search_newest"),
            models.Index(fields=("audience_key", "year"), name="search_year"),
        ]

    def __str__(self) -> str:
        return self.title


class SearchFacet(models.Model):
    """A value that narrows a search: the agencies that filed it, the numbers that it bears."""

    class Kind(models.TextChoices):
        AGENCY = "agency", "Agency"
        IDENTIFIER = "identifier", "Identifier"

    entry = models.ForeignKey(SearchEntry, on_delete=models.CASCADE, related_name="facets")
    kind = models.CharField(max_length=20, choices=Kind)
    value = models.CharField(max_length=260, help_text="Agency slug, or scheme:normalised number.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("entry", "kind", "value"), name="search_facet_once")]
        indexes = [models.Index(fields=("kind", "value", "entry"), name="search_facet_value")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
