"""The overview's figures: sums by audience, and what each record adds to them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0016_corrections'),
    ]

    operations = [
        migrations.CreateModel(
            name='Tallied',
            fields=[
                ('record', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='catalog.record')),
                ('audience_key', models.CharField(max_length=80)),
                ('adds', models.JSONField(help_text='Kind, agency, agency beside, source, count and bytes of each part.')),
            ],
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('audience_key', models.CharField(db_index=True, help_text='public, internal or restricted:<agency>: who may see this.', max_length=80)),
                ('kind', models.CharField(choices=[('record', 'Records'), ('image', 'Pictures: files that show something'), ('described', 'Records without a picture'), ('conflict', 'Records with a conflict'), ('filed', 'Filings from a source'), ('duplicate', 'Filings of a file that need not be stored, beside the one that is kept')], max_length=20)),
                ('agency', models.BigIntegerField(default=0, help_text='Key of the agency that filed, 0 where all are counted.')),
                ('beside', models.BigIntegerField(default=0, help_text='Key of the agency that filed the file that is kept, or 0.')),
                ('source', models.BigIntegerField(default=0, help_text='Key of the source that it came from, or 0.')),
                ('count', models.BigIntegerField(default=0)),
                ('size_bytes', models.BigIntegerField(default=0)),
                ('latest_at', models.DateTimeField(help_text='When the latest filing was made that was counted here.', null=True)),
            ],
            options={
                'verbose_name_plural': 'tallies',
                'constraints': [models.UniqueConstraint(fields=('audience_key', 'kind', 'agency', 'beside', 'source'), name='tally_once'), models.CheckConstraint(condition=models.Q(('count__gte', 0), ('size_bytes__gte', 0)), name='tally_of_something')],
            },
        ),
    ]
