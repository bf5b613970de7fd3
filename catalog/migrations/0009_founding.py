"""The beginning of every identifier is kept from the first start on: one row."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0008_one_order_an_item")]
    operations = [
        migrations.CreateModel(
            name="Founding",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "base_iri",
                    models.CharField(help_text="The beginning of every identifier that it gives.", max_length=500),
                ),
                ("kept_at", models.DateTimeField(help_text="Since when identifiers begin so.")),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="founding_once")],
            },
        ),
    ]
