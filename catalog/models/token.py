import hashlib
import secrets

from django.conf import settings
from django.db import models

from .source import Source


class ApiToken(models.Model):
    """A program's key to the API in a person's name, for one source. Only its digest is kept."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    source = models.ForeignKey(
        Source, null=True, blank=True, on_delete=models.CASCADE, help_text="Where filings made with it come from."
    )
    name = models.CharField(max_length=120, help_text="What it is used for.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    may_write = models.BooleanField(default=False, help_text="May file and decide, not only read.")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def digest_of(secret: str) -> str:
        """A token is 256 random bits, so one round of SHA-256 keeps it as well as a slow hash would."""
        return hashlib.sha256(secret.encode()).hexdigest()

    @classmethod
    def issue(cls, **fields) -> tuple["ApiToken", str]:
        """Make a token; return it with its secret, which is shown once and kept nowhere."""
        secret = "rc_" + secrets.token_urlsafe(32)
        return cls.objects.create(digest=cls.digest_of(secret), **fields), secret

    def is_valid_at(self, at) -> bool:
        return self.revoked_at is None and at < self.expires_at
