"""Filings can be withdrawn, and embargoed for a time; a record remembers that it answered once."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0005_feeds'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='filing',
            name='filing_once_an_item_and_file',
        ),
        migrations.RemoveConstraint(
            model_name='filing',
            name='filing_once_an_idempotency_key',
        ),
        migrations.AddField(
            model_name='filing',
            name='audience_after',
            field=models.CharField(blank=True, choices=[('public', 'Public: anyone'), ('internal', 'Internal: anyone signed in'), ('restricted', 'Restricted: the filing agency only')], help_text='For whom it is meant once its embargo is over.', max_length=20),
        ),
        migrations.AddField(
            model_name='filing',
            name='embargo_until',
            field=models.DateField(blank=True, help_text='The day on which others than its agency may see it.', null=True),
        ),
        migrations.AddField(
            model_name='filing',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, help_text='When its agency withdrew it.', null=True),
        ),
        migrations.AddField(
            model_name='filing',
            name='withdrawn_because',
            field=models.TextField(blank=True, help_text='Why, in words that readers are shown.'),
        ),
        migrations.AddField(
            model_name='filing',
            name='withdrawn_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='record',
            name='gone_at',
            field=models.DateTimeField(blank=True, help_text='When it last ceased to answer, for no filing was left; its address says so.', null=True),
        ),
        migrations.AddField(
            model_name='upload',
            name='embargo_until',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='job',
            name='kind',
            field=models.CharField(choices=[('examine', 'Examine a file'), ('compare', 'Look for candidates'), ('settle', 'Group and describe'), ('relate', 'Link and ask'), ('disclose', 'End an embargo'), ('retell', "Tell of an agency's change")], max_length=20),
        ),
        migrations.AddIndex(
            model_name='filing',
            index=models.Index(condition=models.Q(('embargo_until__isnull', False)), fields=['embargo_until'], name='filing_embargoed'),
        ),
        migrations.AddConstraint(
            model_name='filing',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('source', 'item_key', 'file'), name='filing_once_an_item_and_file'),
        ),
        migrations.AddConstraint(
            model_name='filing',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('idempotency_key', ''), _negated=True), ('withdrawn_at__isnull', True)), fields=('source', 'idempotency_key'), name='filing_once_an_idempotency_key'),
        ),
        migrations.AddConstraint(
            model_name='filing',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('audience_after', ''), ('embargo_until__isnull', True)), models.Q(('audience', 'restricted'), ('audience_after__in', ['public', 'internal', 'restricted']), ('embargo_until__isnull', False)), _connector='OR'), name='filing_embargoed_for_its_agency'),
        ),
        migrations.AddConstraint(
            model_name='filing',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_because', '')), models.Q(models.Q(('withdrawn_because', ''), _negated=True), ('withdrawn_at__isnull', False)), _connector='OR'), name='filing_withdrawn_for_a_reason'),
        ),
    ]
