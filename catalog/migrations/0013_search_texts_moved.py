"""The words of search entries move to their own table, in batches; values learn the audience of their entry."""

from django.db import migrations

AT_ONCE = 10_000
OLD_WORDS = "catalog_searchentry_words"
DROPPED = {
    "postgresql": [f"DROP INDEX IF EXISTS {OLD_WORDS}"],
    "sqlite": [
        *(f"DROP TRIGGER IF EXISTS {OLD_WORDS}_{change}" for change in ("insert", "delete", "update")),
        f"DROP TABLE IF EXISTS {OLD_WORDS}",
    ],
}
MOVED = """
    INSERT INTO catalog_searchtext (entry_id, title, body)
    SELECT id, title, body FROM catalog_searchentry WHERE id > %s AND id <= %s
    ON CONFLICT (entry_id) DO NOTHING
"""
AUDIENCE = """
    UPDATE catalog_searchfacet SET audience_key = (
        SELECT e.audience_key FROM catalog_searchentry e WHERE e.id = catalog_searchfacet.entry_id)
    WHERE entry_id > %s AND entry_id <= %s AND audience_key = ''
"""


def move(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in DROPPED[vendor]:
        schema_editor.execute(statement, params=None)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM catalog_searchentry")
        (last,) = cursor.fetchone()
        for start in range(0, last, AT_ONCE):
            for statement in (MOVED, AUDIENCE):
                cursor.execute(statement, (start, start + AT_ONCE))
        if vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ("catalog", "0012_search_narrowed"),
    ]

    operations = [
        migrations.RunPython(move, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='searchentry',
            name='body',
        ),
        migrations.RemoveField(
            model_name='searchentry',
            name='title',
        ),
    ]
