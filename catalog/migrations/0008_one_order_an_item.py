"""The filings of an item follow one another in one order; bytes that were filed before may come again in it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0007_described_only'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='filing',
            name='filing_once_an_item_and_file',
        ),
        migrations.AddConstraint(
            model_name='filing',
            constraint=models.UniqueConstraint(condition=models.Q(('supersedes__isnull', True), ('withdrawn_at__isnull', True)), fields=('source', 'item_key'), name='filing_one_first_an_item'),
        ),
    ]
