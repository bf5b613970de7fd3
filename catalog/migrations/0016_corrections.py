"""Corrections: what anybody says is wrong, and the answers to it."""

import catalog.models.correction
import catalog.models.public_id
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("catalog", "0015_withdrawn_batches"),
    ]

    operations = [
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=catalog.models.public_id.new_public_id, editable=False, help_text='Random name used in addresses and exports; never given twice.', max_length=26, unique=True)),
                ('reference', models.CharField(default=catalog.models.correction.new_reference, editable=False, help_text='What whoever asked keeps of it.', max_length=12, unique=True)),
                ('element', models.CharField(blank=True, help_text='Dublin Core term, or identifier:<scheme>; empty: something else.', max_length=60)),
                ('said', models.TextField(blank=True, help_text='The value that is wrong; empty: one is missing.')),
                ('proposed', models.TextField(blank=True, help_text='What it should be; empty: it should not be there.')),
                ('because', models.TextField(help_text='How whoever asked knows.')),
                ('contact', models.EmailField(blank=True, help_text='Where they can be reached; shown to officers alone.', max_length=254)),
                ('asked_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('open', 'Waits for an officer'), ('passed-on', 'With its department'), ('dealt-with', 'Answered by its department'), ('accepted', 'Accepted'), ('rejected', 'Not accepted')], default='open', max_length=20)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='decision',
            name='decision_of_one_subject',
        ),
        migrations.AlterField(
            model_name='decision',
            name='about',
            field=models.JSONField(default=list, help_text='The values that filings stated when it was decided.'),
        ),
        migrations.AlterField(
            model_name='decision',
            name='verdict',
            field=models.CharField(choices=[('same', 'The same picture'), ('derivative', 'One was made from the other'), ('same-scene', 'Another shot of the same scene'), ('different', 'Different pictures'), ('designated', 'This filing is the record copy'), ('one-right', 'One of the values is right'), ('all-apply', 'All of the values apply'), ('sent-back', 'An error, sent back to its department'), ('accepted', 'Accepted'), ('rejected', 'Not accepted'), ('passed-on', 'Passed on to its department')], max_length=20),
        ),
        migrations.AddField(
            model_name='correction',
            name='asked_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='corrections', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='correction',
            name='filing',
            field=models.ForeignKey(blank=True, help_text='The filing that is wrong; empty: the record as a whole.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='catalog.filing'),
        ),
        migrations.AddField(
            model_name='correction',
            name='record',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='catalog.record'),
        ),
        migrations.AddField(
            model_name='decision',
            name='correction',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='catalog.correction'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(condition=models.Q(('correction__isnull', False), ('ended_at__isnull', True)), fields=('correction',), name='decision_one_effective_a_correction'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('conflict__isnull', True), ('copy_high__isnull', False), ('copy_low__isnull', False), ('copy_low__lt', models.F('copy_high')), ('correction__isnull', True), ('filing__isnull', True), ('record__isnull', True), ('verdict__in', ('same', 'derivative', 'same-scene', 'different'))), models.Q(('conflict__isnull', True), ('copy_high__isnull', True), ('copy_low__isnull', True), ('correction__isnull', True), ('filing__isnull', False), ('record__isnull', False), ('verdict', 'designated')), models.Q(('conflict__isnull', False), ('copy_high__isnull', True), ('copy_low__isnull', True), ('correction__isnull', True), ('filing__isnull', True), ('record__isnull', True), ('verdict__in', ('one-right', 'all-apply', 'sent-back'))), models.Q(('conflict__isnull', True), ('copy_high__isnull', True), ('copy_low__isnull', True), ('correction__isnull', False), ('filing__isnull', True), ('record__isnull', True), ('verdict__in', ('accepted', 'rejected', 'passed-on'))), _connector='OR'), name='decision_of_one_subject'),
        ),
        migrations.AddIndex(
            model_name='correction',
            index=models.Index(fields=['state', 'asked_at', 'id'], name='correction_queue'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('open', 'passed-on', 'dealt-with', 'accepted', 'rejected'))), name='correction_state_known'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('because', ''), _negated=True), models.Q(('reference', ''), _negated=True)), name='correction_says_why'),
        ),
    ]
