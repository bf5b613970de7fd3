"""What the ORM cannot say: append-only history, one hop for absorbed records, full text."""

from django.db import migrations

APPEND_ONLY = ("catalog_event", "catalog_publication")

POSTGRES = [
    """
    CREATE OR REPLACE FUNCTION catalog_refuse_change() RETURNS trigger AS $$
    BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END;
    $$ LANGUAGE plpgsql
    """,
    *(
        f"""
        CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION catalog_refuse_change()
        """
        for table in APPEND_ONLY
    ),
    """
    CREATE OR REPLACE FUNCTION catalog_one_hop() RETURNS trigger AS $$
    BEGIN
        IF NEW.absorbed_into_id IS NOT NULL THEN
            IF NOT EXISTS (SELECT 1 FROM catalog_record r WHERE r.id = NEW.absorbed_into_id
                           AND r.state = 'standing' AND r.audience_key = NEW.audience_key FOR SHARE) THEN
                RAISE EXCEPTION 'an absorbed record points to a standing record of its audience'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
        END IF;
        IF NEW.state <> 'standing' AND EXISTS (SELECT 1 FROM catalog_record r WHERE r.absorbed_into_id = NEW.id) THEN
            RAISE EXCEPTION 'other records point to this one: point them elsewhere first'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END;
    $$ LANGUAGE plpgsql
    """,
    """
    CREATE OR REPLACE TRIGGER catalog_record_one_hop BEFORE INSERT OR UPDATE OF state, absorbed_into_id, audience_key
    ON catalog_record FOR EACH ROW EXECUTE FUNCTION catalog_one_hop()
    """,
    """
    CREATE INDEX IF NOT EXISTS catalog_searchentry_words ON catalog_searchentry USING gin (
        (setweight(to_tsvector('english', catalog_searchentry.title), 'A')
         || setweight(to_tsvector('english', catalog_searchentry.body), 'B')))
    """,
]

SQLITE_ONE_HOP = """
    SELECT CASE WHEN NEW.absorbed_into_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM catalog_record r WHERE r.id = NEW.absorbed_into_id
        AND r.state = 'standing' AND r.audience_key = NEW.audience_key)
    THEN RAISE(ABORT, 'an absorbed record points to a standing record of its audience') END;
    SELECT CASE WHEN NEW.state <> 'standing' AND EXISTS (
        SELECT 1 FROM catalog_record r WHERE r.absorbed_into_id = NEW.id)
    THEN RAISE(ABORT, 'other records point to this one: point them elsewhere first') END;
"""
WORDS = "catalog_searchentry_words"
SQLITE = [
    *(
        f"""
        CREATE TRIGGER IF NOT EXISTS {table}_no_{change.lower()} BEFORE {change} ON {table}
        BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
        """
        for table in APPEND_ONLY
        for change in ("UPDATE", "DELETE")
    ),
    f"""
    CREATE TRIGGER IF NOT EXISTS catalog_record_one_hop_insert
    BEFORE INSERT ON catalog_record BEGIN {SQLITE_ONE_HOP} END
    """,
    f"""
    CREATE TRIGGER IF NOT EXISTS catalog_record_one_hop_update
    BEFORE UPDATE OF state, absorbed_into_id, audience_key ON catalog_record BEGIN {SQLITE_ONE_HOP} END
    """,
    f"""
    CREATE VIRTUAL TABLE IF NOT EXISTS {WORDS} USING fts5(
        title, body, content='catalog_searchentry', content_rowid='id',
        tokenize='porter unicode61 remove_diacritics 2', prefix='2 3 4')
    """,
    f"""
    CREATE TRIGGER IF NOT EXISTS {WORDS}_insert AFTER INSERT ON catalog_searchentry BEGIN
        INSERT INTO {WORDS}(rowid, title, body) VALUES (NEW.id, NEW.title, NEW.body);
    END
    """,
    f"""
    CREATE TRIGGER IF NOT EXISTS {WORDS}_delete AFTER DELETE ON catalog_searchentry BEGIN
        INSERT INTO {WORDS}({WORDS}, rowid, title, body) VALUES ('delete', OLD.id, OLD.title, OLD.body);
    END
    """,
    f"""
    CREATE TRIGGER IF NOT EXISTS {WORDS}_update AFTER UPDATE OF title, body ON catalog_searchentry BEGIN
        INSERT INTO {WORDS}({WORDS}, rowid, title, body) VALUES ('delete', OLD.id, OLD.title, OLD.body);
        INSERT INTO {WORDS}(rowid, title, body) VALUES (NEW.id, NEW.title, NEW.body);
    END
    """,
]


def guard(apps, schema_editor):
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_tables")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
