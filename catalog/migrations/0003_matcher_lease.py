"""One row names the process that answers which pages may be alike."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_guards_and_search")]
    operations = [
        migrations.CreateModel(
            name="Lease",
            fields=[
                (
                    "name",
                    models.CharField(
                        help_text="What is leased, such as 'matcher'.", max_length=40, primary_key=True, serialize=False
                    ),
                ),
                (
                    "holder",
                    models.CharField(
                        blank=True, help_text="One taking of the lease; never used again.", max_length=100
                    ),
                ),
                (
                    "address",
                    models.CharField(blank=True, help_text="host:port at which the holder answers.", max_length=255),
                ),
                ("until", models.DateTimeField(help_text="From this moment on another may take it.")),
            ],
        ),
    ]
