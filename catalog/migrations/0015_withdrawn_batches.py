"""A batch can be withdrawn whole: since when, by whom and why; a job that does it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0014_picture_search")]
    operations = [
        migrations.AddField(
            model_name="batch",
            name="withdrawn_at",
            field=models.DateTimeField(
                blank=True, help_text="Since when all that was filed in it is withdrawn.", null=True
            ),
        ),
        migrations.AddField(
            model_name="batch",
            name="withdrawn_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="batch",
            name="withdrawn_because",
            field=models.TextField(blank=True, help_text="Why, in words that readers are shown."),
        ),
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[
                    ("examine", "Examine a file"),
                    ("compare", "Look for candidates"),
                    ("settle", "Group and describe"),
                    ("relate", "Link and ask"),
                    ("disclose", "End an embargo"),
                    ("retell", "Tell of an agency's change"),
                    ("bulk", "Decide, or undo, many pairs"),
                    ("seek", "Look for a picture"),
                    ("withdraw", "Withdraw a batch"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawn_at__isnull", True), ("withdrawn_because", "")),
                    models.Q(models.Q(("withdrawn_because", ""), _negated=True), ("withdrawn_at__isnull", False)),
                    _connector="OR",
                ),
                name="batch_withdrawn_for_a_reason",
            ),
        ),
    ]
