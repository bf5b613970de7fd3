"""A search is narrowed by more: words get a table of their own, entries a date and a place, values an audience.

What is new is filled in when the search follows the published order anew (catalog.services.searching.SEARCH); words
and numbers are moved in migration 0010, so that these are found meanwhile.
"""

import django.db.models.deletion
from django.db import migrations, models

WORDS = "catalog_searchtext_words"
POSTGRES = [
    """
    ALTER TABLE catalog_searchtext ADD COLUMN IF NOT EXISTS words tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body), 'B')) STORED
    """,
    f"CREATE INDEX IF NOT EXISTS {WORDS} ON catalog_searchtext USING gin (words)",
    # Which values are frequent depends on their kind: without this the planner thinks all of them rare.
    """
    CREATE STATISTICS IF NOT EXISTS catalog_searchfacet_values (dependencies, mcv)
    ON kind, value FROM catalog_searchfacet
    """,
]
SQLITE = [
    f"""
    CREATE VIRTUAL TABLE IF NOT EXISTS {WORDS} USING fts5(
        title, body, content='catalog_searchtext', content_rowid='entry_id',
        tokenize='porter unicode61 remove_diacritics 2', prefix='2 3 4')
    """,
    f"""
    CREATE TRIGGER IF NOT EXISTS {WORDS}_insert AFTER INSERT ON catalog_searchtext BEGIN
        INSERT INTO {WORDS}(rowid, title, body) VALUES (NEW.entry_id, NEW.title, NEW.body);
    END
    """,
    f"""
    CREATE TRIGGER IF NOT EXISTS {WORDS}_delete AFTER DELETE ON catalog_searchtext BEGIN
        INSERT INTO {WORDS}({WORDS}, rowid, title, body) VALUES ('delete', OLD.entry_id, OLD.title, OLD.body);
    END
    """,
    f"""
    CREATE TRIGGER IF NOT EXISTS {WORDS}_update AFTER UPDATE OF title, body ON catalog_searchtext BEGIN
        INSERT INTO {WORDS}({WORDS}, rowid, title, body) VALUES ('delete', OLD.entry_id, OLD.title, OLD.body);
        INSERT INTO {WORDS}(rowid, title, body) VALUES (NEW.entry_id, NEW.title, NEW.body);
    END
    """,
]


def full_text(apps, schema_editor):
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ("catalog", "0011_conflicts"),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchText',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='text', serialize=False, to='catalog.searchentry')),
                ('title', models.TextField(blank=True)),
                ('body', models.TextField(blank=True, help_text='All words of all its filings, lesser copies included, without punctuation.')),
            ],
        ),
        migrations.RunPython(full_text, migrations.RunPython.noop),
        migrations.AddField(
            model_name='searchentry',
            name='east',
            field=models.FloatField(blank=True, help_text='Where it shows, in degrees; west is negative.', null=True),
        ),
        migrations.AddField(
            model_name='searchentry',
            name='first_day',
            field=models.IntegerField(blank=True, help_text='First day on which it may have been made (catalog.metadata.dates.days).', null=True),
        ),
        migrations.AddField(
            model_name='searchentry',
            name='last_day',
            field=models.IntegerField(blank=True, help_text='Last day on which it may have been made.', null=True),
        ),
        migrations.AddField(
            model_name='searchentry',
            name='north',
            field=models.FloatField(blank=True, help_text='Where it shows, in degrees; south is negative.', null=True),
        ),
        migrations.AddField(
            model_name='searchfacet',
            name='audience_key',
            field=models.CharField(default='', max_length=80),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='searchfacet',
            name='kind',
            field=models.CharField(choices=[('agency', 'Agency'), ('source', 'Kind of source'), ('place', 'Place'), ('year', 'Year'), ('subject', 'Subject'), ('format', 'Format'), ('has', 'What there is of it'), ('identifier', 'Identifier')], max_length=20),
        ),
        migrations.AlterField(
            model_name='searchfacet',
            name='value',
            field=models.CharField(help_text='Agency slug, scheme:normalised number, or a value as stated.', max_length=260),
        ),
        migrations.AddIndex(
            model_name='searchentry',
            index=models.Index(fields=['audience_key', 'first_day', 'last_day'], name='search_days'),
        ),
        migrations.AddIndex(
            model_name='searchentry',
            index=models.Index(condition=models.Q(('north__isnull', False)), fields=['audience_key', 'north', 'east'], name='search_places'),
        ),
        migrations.AddConstraint(
            model_name='searchentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('first_day__isnull', True), ('last_day__isnull', True)), models.Q(('first_day__isnull', False), ('last_day__gte', models.F('first_day'))), _connector='OR'), name='search_days_both_or_none'),
        ),
        migrations.AddConstraint(
            model_name='searchentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('east__isnull', True), ('north__isnull', True)), models.Q(('east__range', (-180, 180)), ('north__range', (-90, 90))), _connector='OR'), name='search_place_on_the_globe'),
        ),
        migrations.RemoveIndex(
            model_name='searchfacet',
            name='search_facet_value',
        ),
        migrations.AddIndex(
            model_name='searchfacet',
            index=models.Index(fields=['kind', 'value', 'audience_key', 'entry'], name='search_facet_counted'),
        ),
    ]
