"""Evidence of every kind, relations that rest on it, and questions in the order of likeness."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0003_matcher_lease"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="match",
            name="match_relation_known",
        ),
        migrations.RemoveIndex(
            model_name="reviewitem",
            name="review_leading",
        ),
        migrations.RemoveIndex(
            model_name="reviewitem",
            name="review_queue",
        ),
        migrations.RenameField(
            model_name="reviewitem",
            old_name="distance_bits",
            new_name="misfit",
        ),
        migrations.AddField(
            model_name="match",
            name="rule",
            field=models.CharField(
                blank=True, help_text="Name and version of the rule that judged evidence.", max_length=40
            ),
        ),
        migrations.AddField(
            model_name="page",
            name="has_working",
            field=models.BooleanField(default=False, help_text="A picture to compare it by is kept."),
        ),
        migrations.AddField(
            model_name="page",
            name="is_page",
            field=models.BooleanField(default=False, help_text="Paper with writing or drawing on it, not a scene."),
        ),
        migrations.AddField(
            model_name="relation",
            name="because",
            field=models.TextField(blank=True, help_text="What was found, in a sentence."),
        ),
        migrations.AddField(
            model_name="relation",
            name="how",
            field=models.CharField(
                blank=True, help_text="How it was made, in a word or two: crop, mark-up.", max_length=40
            ),
        ),
        migrations.AddField(
            model_name="relation",
            name="match",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="relations",
                to="catalog.match",
            ),
        ),
        migrations.AddField(
            model_name="relation",
            name="region",
            field=models.JSONField(
                blank=True,
                help_text="Part of the original that is shown: left, top, right, bottom as shares of its sides.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="reviewitem",
            name="misfit",
            field=models.PositiveSmallIntegerField(
                help_text="0 to 1,000: how far the two are from fitting; the most likely pairs are asked about first."
            ),
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
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="match",
            name="supports",
            field=models.CharField(
                choices=[
                    ("candidate", "Worth comparing"),
                    ("same-image", "The same picture"),
                    ("derivative", "One was made from the other"),
                    ("same-scene", "Another shot of the same scene"),
                    ("shares-pages", "Some pages are the same"),
                    ("different", "Different pictures"),
                    ("open", "A person must look"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="relation",
            name="decision",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="relation",
                to="catalog.decision",
            ),
        ),
        migrations.AlterField(
            model_name="relation",
            name="kind",
            field=models.CharField(
                choices=[
                    ("derived-from", "was made from"),
                    ("same-scene", "shows the same scene as"),
                    ("shares-pages", "shares pages with"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="reviewitem",
            index=models.Index(fields=["worse", "misfit", "better_rank"], name="review_leading"),
        ),
        migrations.AddIndex(
            model_name="reviewitem",
            index=models.Index(fields=["audience_key", "misfit", "id"], name="review_queue"),
        ),
        migrations.AddConstraint(
            model_name="match",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "supports__in",
                        ("candidate", "same-image", "derivative", "same-scene", "shares-pages", "different", "open"),
                    )
                ),
                name="match_relation_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="relation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decision__isnull", False), ("match__isnull", True)),
                    models.Q(("decision__isnull", True), ("match__isnull", False)),
                    _connector="OR",
                ),
                name="relation_by_decision_or_evidence",
            ),
        ),
    ]
