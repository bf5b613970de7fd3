"""The queue is worked through by kind; a pair is looked at by one person; many are decided at once."""

import catalog.models.public_id
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


AT_ONCE = 500
FEWEST_BLOCKS = 24


def _kind(item):
    """Say what a question is about, as far as its evidence tells; the next look at its records says it again."""
    files = item.match.file_low, item.match.file_high
    if any(file.page_count > 1 or file.media_type == "application/pdf" for file in files):
        return "documents"
    if item.match.supports == "same-image":
        return "coarse"
    compared = [page["evidence"] for page in item.match.measurements.get("pages", ()) if page["evidence"]]
    if not compared or compared[0].get("blocks", 0) < FEWEST_BLOCKS:
        return "fingerprints"
    finding, is_sheet = item.match.measurements.get("finding", {}), compared[0].get("glyph_px", 0) > 0
    if finding.get("leans") or (is_sheet and not finding.get("differences")):
        return "unreadable"
    return "sheets" if is_sheet else "faint"


def name_kinds(apps, schema_editor):
    """In batches, by key: what is asked meanwhile has its kind already."""
    ReviewItem = apps.get_model("catalog", "ReviewItem")
    items = ReviewItem.objects.select_related("match__file_low", "match__file_high").order_by("pk")
    after = 0
    while batch := list(items.filter(pk__gt=after)[:AT_ONCE]):
        for item in batch:
            item.kind = _kind(item)
        ReviewItem.objects.bulk_update(batch, ["kind"])
        after = batch[-1].pk


class Migration(migrations.Migration):

    dependencies = [
        ("catalog", "0009_founding"),
    ]

    operations = [
        migrations.CreateModel(
            name='Bulk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=catalog.models.public_id.new_public_id, editable=False, help_text='Random name used in addresses and exports; never given twice.', max_length=26, unique=True)),
                ('kind', models.CharField(choices=[('faint', 'Next to nothing differs'), ('coarse', 'Small copy of nearly equal pictures'), ('fingerprints', 'Too small or too flat to compare'), ('sheets', 'Sheets on which something differs'), ('unreadable', 'Sheets too small to read'), ('documents', 'Pages of documents')], max_length=20)),
                ('misfit_max', models.PositiveSmallIntegerField(help_text='0 to 1,000: pairs that fit worse are not among them.')),
                ('verdict', models.CharField(choices=[('same', 'The same picture'), ('derivative', 'One was made from the other'), ('same-scene', 'Another shot of the same scene'), ('different', 'Different pictures')], max_length=20)),
                ('reason', models.TextField(blank=True)),
                ('made_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='BulkPair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('misfit', models.PositiveSmallIntegerField()),
                ('state', models.CharField(choices=[('proposed', 'Waits'), ('left-out', 'Left out'), ('decided', 'Decided'), ('passed-over', 'Not decided'), ('undone', 'Taken back'), ('left', 'Left as it is')], default='proposed', max_length=20)),
                ('why', models.TextField(blank=True, help_text='Why it was passed over, or left as it is.')),
            ],
        ),
        migrations.AddField(
            model_name='reviewitem',
            name='kind',
            field=models.CharField(choices=[('faint', 'Next to nothing differs'), ('coarse', 'Small copy of nearly equal pictures'), ('fingerprints', 'Too small or too flat to compare'), ('sheets', 'Sheets on which something differs'), ('unreadable', 'Sheets too small to read'), ('documents', 'Pages of documents')], default='faint', help_text='Why the software does not decide, in a word.', max_length=20),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='job',
            name='kind',
            field=models.CharField(choices=[('examine', 'Examine a file'), ('compare', 'Look for candidates'), ('settle', 'Group and describe'), ('relate', 'Link and ask'), ('disclose', 'End an embargo'), ('retell', "Tell of an agency's change"), ('bulk', 'Decide, or undo, many pairs')], max_length=20),
        ),
        migrations.AlterField(
            model_name='reviewitem',
            name='held_by',
            field=models.OneToOneField(blank=True, help_text='Who looks at it, or did last: nobody looks at two at once.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='held_review', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='reviewitem',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('faint', 'coarse', 'fingerprints', 'sheets', 'unreadable', 'documents'))), name='review_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='reviewitem',
            constraint=models.CheckConstraint(condition=models.Q(('held_by__isnull', True), ('held_until__isnull', False), _connector='OR'), name='review_hold_has_an_end'),
        ),
        migrations.AddField(
            model_name='bulk',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bulks', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bulk',
            name='undone_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='decision',
            name='bulk',
            field=models.ForeignKey(blank=True, help_text='With which others it was made at once.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='catalog.bulk'),
        ),
        migrations.AddField(
            model_name='bulkpair',
            name='bulk',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pairs', to='catalog.bulk'),
        ),
        migrations.AddField(
            model_name='bulkpair',
            name='copy_a',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.copy'),
        ),
        migrations.AddField(
            model_name='bulkpair',
            name='copy_b',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.copy'),
        ),
        migrations.AddField(
            model_name='bulkpair',
            name='decision',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bulk_pair', to='catalog.decision'),
        ),
        migrations.AddIndex(
            model_name='bulk',
            index=models.Index(fields=['made_by', 'confirmed_at'], name='bulk_of_person'),
        ),
        migrations.AddConstraint(
            model_name='bulk',
            constraint=models.UniqueConstraint(condition=models.Q(('confirmed_at__isnull', True)), fields=('made_by',), name='bulk_one_proposal_a_person'),
        ),
        migrations.AddConstraint(
            model_name='bulk',
            constraint=models.CheckConstraint(condition=models.Q(('verdict__in', ('same', 'derivative', 'same-scene', 'different'))), name='bulk_verdict_about_pairs'),
        ),
        migrations.AddConstraint(
            model_name='bulk',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('undone_at__isnull', True), ('undone_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('undone_at__isnull', False), ('undone_by__isnull', False)), _connector='OR'), name='bulk_undone_by_someone_after_confirming'),
        ),
        migrations.AddIndex(
            model_name='bulkpair',
            index=models.Index(fields=['bulk', 'state', 'misfit'], name='bulk_pair_state'),
        ),
        migrations.AddConstraint(
            model_name='bulkpair',
            constraint=models.UniqueConstraint(fields=('bulk', 'copy_a', 'copy_b'), name='bulk_pair_once'),
        ),
        migrations.AddConstraint(
            model_name='bulkpair',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decision__isnull', False), ('state__in', ('decided', 'undone', 'left'))), models.Q(('decision__isnull', True), ('state__in', ('proposed', 'left-out', 'passed-over'))), _connector='OR'), name='bulk_pair_decided_has_a_decision'),
        ),
        migrations.RunPython(name_kinds, migrations.RunPython.noop),
    ]
