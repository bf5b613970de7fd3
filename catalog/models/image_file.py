from django.core.validators import RegexValidator
from django.db import models

SHA256_HEX = RegexValidator(r"\A[0-9a-f]{64}\Z", "64 hexadecimal digits, lower case")


class ImageFileQuerySet(models.QuerySet):
    def settled(self):
        """Files whose candidates have been looked for: only these are grouped with others."""
        return self.filter(settled_at__isnull=False)

    def with_same_picture_as(self, files):
        """Files with the coded picture or the exact pixels of any of `files`, them included."""
        coded = {f.coded_digest for f in files if f.coded_digest}
        pixels = {f.pixel_digest for f in files if f.pixel_digest}
        same = models.Q(pk__in=[f.pk for f in files])
        return self.filter(same | models.Q(coded_digest__in=coded) | models.Q(pixel_digest__in=pixels))


class ImageFile(models.Model):
    """One distinct sequence of bytes, however often it was filed; or the place of one that was only described."""

    class State(models.TextChoices):
        RECEIVED = "received", "Received, waiting to be examined"
        INTACT = "intact", "Intact"
        DAMAGED = "damaged", "Damaged: compared by its bytes alone"
        QUARANTINED = "quarantined", "Quarantined: cannot be read"
        DESCRIBED = "described", "Described: its picture was never filed"

    sha256 = models.CharField(
        max_length=64,
        unique=True,
        null=True,
        blank=True,
        validators=[SHA256_HEX],
        help_text="SHA-256 of the bytes as received; empty where there are none yet.",
    )
    size_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    media_type = models.CharField(
        max_length=40, blank=True, help_text="Media type found in the bytes, not the one claimed."
    )
    state = models.CharField(max_length=20, choices=State, default=State.RECEIVED, db_index=True)
    state_reason = models.TextField(blank=True, help_text="Why it is damaged or quarantined, in words.")
    coded_digest = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the coded picture without metadata, where the format has one."
    )
    pixel_digest = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of every page's upright pixels with mode, depth and profile."
    )
    quality = models.JSONField(default=dict, help_text="The facts that order best copies.")
    rank = models.CharField(
        max_length=120, blank=True, help_text="The order of best copies as text that sorts: the least is the best."
    )
    capture = models.JSONField(default=dict, help_text="The camera's own data, as embedded.")
    page_count = models.PositiveIntegerField(default=0)
    is_boilerplate = models.BooleanField(default=False, help_text="A placeholder picture, which groups nothing.")
    received_at = models.DateTimeField()
    examined_at = models.DateTimeField(null=True, blank=True)
    examined_event = models.OneToOneField("Event", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True, help_text="When its candidates were first looked for.")

    objects = ImageFileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="image_file_not_empty", condition=models.Q(size_bytes__gt=0)),
            models.CheckConstraint(
                name="image_file_described_without_bytes",
                condition=(
                    models.Q(
                        state="described",
                        sha256__isnull=True,
                        size_bytes__isnull=True,
                        media_type="",
                        settled_at__isnull=False,
                    )
                    | models.Q(~models.Q(state="described"), sha256__isnull=False, size_bytes__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="image_file_reason_given",
                condition=~models.Q(state__in=("damaged", "quarantined")) | ~models.Q(state_reason=""),
            ),
            models.CheckConstraint(
                name="image_file_settled_once_examined",
                condition=models.Q(settled_at__isnull=True) | models.Q(examined_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=("coded_digest",), name="image_file_coded", condition=~models.Q(coded_digest="")),
            models.Index(fields=("pixel_digest",), name="image_file_pixels", condition=~models.Q(pixel_digest="")),
        ]

    def __str__(self) -> str:
        return f"{self.media_type}, {self.size_bytes} bytes" if self.has_bytes else "described only"

    @property
    def has_bytes(self) -> bool:
        return self.state != self.State.DESCRIBED

    @property
    def is_examined(self) -> bool:
        return self.examined_at is not None

    @property
    def is_readable(self) -> bool:
        return self.state in (self.State.INTACT, self.State.DAMAGED)

    def same_picture_as(self, other: "ImageFile") -> str:
        """Say how the two show the same picture by proof, not likeness: 'coded', 'pixels', or '' where they do not.

        Damaged files and boilerplate are never the same as another file.
        """
        if {self.state, other.state} != {self.State.INTACT} or self.is_boilerplate or other.is_boilerplate:
            return ""
        if self.coded_digest and self.coded_digest == other.coded_digest:
            return "coded"
        if self.pixel_digest and self.pixel_digest == other.pixel_digest:
            return "pixels"
        return ""


class Page(models.Model):
    """One picture within an ImageFile: the file itself, or page n of a TIFF or PDF."""

    file = models.ForeignKey(ImageFile, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField(help_text="Counted from 1.")
    width_px = models.PositiveIntegerField(help_text="Upright width.")
    height_px = models.PositiveIntegerField(help_text="Upright height.")
    mode = models.CharField(max_length=20, help_text="Colour mode as coded.")
    bit_depth = models.PositiveSmallIntegerField(help_text="Bits a channel as coded.")
    more_frames = models.PositiveIntegerField(default=0, help_text="Frames of the animation that are not shown.")
    is_judgeable = models.BooleanField(
        default=True, help_text="Has enough texture for a fingerprint to mean something."
    )
    is_page = models.BooleanField(default=False, help_text="Paper with writing or drawing on it, not a scene.")
    has_preview = models.BooleanField(default=False)
    has_working = models.BooleanField(default=False, help_text="A picture to compare it by is kept.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("file", "number"), name="page_number_once_a_file"),
            models.CheckConstraint(
                name="page_has_an_area",
                condition=models.Q(number__gte=1) & models.Q(width_px__gt=0) & models.Q(height_px__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"page {self.number}, {self.width_px} x {self.height_px}"


class Fingerprint(models.Model):
    """What one named, versioned method computed from a page."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="fingerprints")
    method = models.CharField(max_length=40, help_text="Name and version, such as phash256/1.")
    value = models.BinaryField(help_text="As the method documents it.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("page", "method"), name="fingerprint_once_a_method")]

    def __str__(self) -> str:
        return f"{self.method} of {self.page}"
