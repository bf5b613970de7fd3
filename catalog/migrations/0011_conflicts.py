"""Conflicts have an address, a state and decisions; what a decision says of numbers; notices to departments."""

import base64
import secrets

import catalog.models.public_id
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


BATCH = 1_000


def name_conflicts(apps, schema_editor):
    """Give each conflict a public id; one about numbers says of which scheme, as its alternatives do."""
    conflicts = apps.get_model("catalog", "Conflict").objects.order_by("pk")
    last = 0
    while rows := list(conflicts.filter(pk__gt=last)[:BATCH]):
        for row in rows:
            row.public_id = row.public_id or base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()
            if row.element == "identifier" and row.alternatives:
                row.element = "identifier:" + row.alternatives[0]["value"].partition(" ")[0]
        conflicts.bulk_update(rows, ["public_id", "element"])
        last = rows[-1].pk


class Migration(migrations.Migration):

    dependencies = [
        ("catalog", "0010_review"),
    ]

    operations = [
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=catalog.models.public_id.new_public_id, editable=False, help_text='Random name used in addresses and exports; never given twice.', max_length=26, unique=True)),
                ('element', models.CharField(blank=True, help_text='Dublin Core term, or identifier:<scheme>.', max_length=60)),
                ('said', models.TextField(blank=True, help_text='What the filing says.')),
                ('proposed', models.TextField(blank=True, help_text='What it should say, where somebody said so.')),
                ('made_at', models.DateTimeField()),
                ('dropped_at', models.DateTimeField(blank=True, help_text='When its decision was undone or superseded.', null=True)),
                ('answer', models.TextField(blank=True, help_text='What the department did, in its own words.')),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Ruling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('confirmed', 'Confirmed'), ('wrong', 'Wrong')], max_length=20)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='decision',
            name='decision_of_one_subject',
        ),
        migrations.AddField(
            model_name='assignment',
            name='is_filed',
            field=models.BooleanField(db_default=True, default=True, help_text='The filing came with it; else a records officer added it.'),
        ),
        migrations.AddField(
            model_name='conflict',
            name='decision',
            field=models.ForeignKey(blank=True, help_text='The decision that holds now.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.decision'),
        ),
        migrations.AlterField(
            model_name='conflict',
            name='element',
            field=models.CharField(help_text='Dublin Core term, or identifier:<scheme>.', max_length=60),
        ),
        migrations.AddField(
            model_name='conflict',
            name='public_id',
            field=models.CharField(editable=False, max_length=26, null=True),
        ),
        migrations.RunPython(name_conflicts, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='conflict',
            name='public_id',
            field=models.CharField(default=catalog.models.public_id.new_public_id, editable=False, help_text='Random name used in addresses and exports; never given twice.', max_length=26, unique=True),
        ),
        migrations.AddField(
            model_name='conflict',
            name='state',
            field=models.CharField(choices=[('open', 'Waits for an officer'), ('sent-back', 'With its department'), ('decided', 'Decided'), ('settled', 'Over: the filings agree')], default='open', max_length=20),
        ),
        migrations.AddField(
            model_name='decision',
            name='about',
            field=models.JSONField(default=list, help_text='The values that contradicted one another when it was decided.'),
        ),
        migrations.AddField(
            model_name='decision',
            name='conflict',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='catalog.conflict'),
        ),
        migrations.AddField(
            model_name='decision',
            name='value',
            field=models.TextField(blank=True, help_text='The value that was called right, or an error.'),
        ),
        migrations.AddField(
            model_name='statement',
            name='decision',
            field=models.ForeignKey(blank=True, help_text='The decision by which an officer set it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='catalog.decision'),
        ),
        migrations.AlterField(
            model_name='conflict',
            name='noticed_at',
            field=models.DateTimeField(help_text='Since when it waits or waited for an officer.'),
        ),
        migrations.AlterField(
            model_name='decision',
            name='verdict',
            field=models.CharField(choices=[('same', 'The same picture'), ('derivative', 'One was made from the other'), ('same-scene', 'Another shot of the same scene'), ('different', 'Different pictures'), ('designated', 'This filing is the record copy'), ('one-right', 'One of the values is right'), ('all-apply', 'All of the values apply'), ('sent-back', 'An error, sent back to its department')], max_length=20),
        ),
        migrations.AddIndex(
            model_name='conflict',
            index=models.Index(fields=['state', 'noticed_at', 'id'], name='conflict_queue'),
        ),
        migrations.AddConstraint(
            model_name='conflict',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decision__isnull', True), ('state__in', ('open', 'settled'))), models.Q(('decision__isnull', False), ('state__in', ('sent-back', 'decided'))), _connector='OR'), name='conflict_decided_by_a_decision'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(condition=models.Q(('conflict__isnull', False), ('ended_at__isnull', True)), fields=('conflict',), name='decision_one_effective_a_conflict'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('conflict__isnull', True), ('copy_high__isnull', False), ('copy_low__isnull', False), ('copy_low__lt', models.F('copy_high')), ('filing__isnull', True), ('record__isnull', True), ('verdict__in', ('same', 'derivative', 'same-scene', 'different'))), models.Q(('conflict__isnull', True), ('copy_high__isnull', True), ('copy_low__isnull', True), ('filing__isnull', False), ('record__isnull', False), ('verdict', 'designated')), models.Q(('conflict__isnull', False), ('copy_high__isnull', True), ('copy_low__isnull', True), ('filing__isnull', True), ('record__isnull', True), ('verdict__in', ('one-right', 'all-apply', 'sent-back'))), _connector='OR'), name='decision_of_one_subject'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.CheckConstraint(condition=models.Q(('decision__isnull', True), ('origin', 'officer'), _connector='OR'), name='statement_decided_by_an_officer'),
        ),
        migrations.AddField(
            model_name='notice',
            name='agency',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='catalog.agency'),
        ),
        migrations.AddField(
            model_name='notice',
            name='answered_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='notice',
            name='decision',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='catalog.decision'),
        ),
        migrations.AddField(
            model_name='notice',
            name='filing',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='catalog.filing'),
        ),
        migrations.AddField(
            model_name='ruling',
            name='assignment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rulings', to='catalog.assignment'),
        ),
        migrations.AddField(
            model_name='ruling',
            name='decision',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rulings', to='catalog.decision'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('answered_at__isnull', True), ('dropped_at__isnull', True)), fields=['agency', 'made_at'], name='notice_waiting'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('decision', 'filing'), name='notice_once_a_filing'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True), ('answered_by__isnull', True)), models.Q(models.Q(('answer', ''), _negated=True), ('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='notice_answered_in_words'),
        ),
        migrations.AddConstraint(
            model_name='ruling',
            constraint=models.UniqueConstraint(fields=('assignment', 'decision'), name='ruling_once_a_decision'),
        ),
        migrations.AddConstraint(
            model_name='ruling',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ('confirmed', 'wrong'))), name='ruling_status_known'),
        ),
    ]
