"""Public ids: what addresses and exports say instead of a row's number."""

import base64
import secrets

from django.db import models

PUBLIC_ID_PATTERN = r"[a-z2-7]{26}"


def new_public_id() -> str:
    """Return 128 random bits as 26 letters and digits (RFC 4648 base 32, lower case, unpadded)."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


def public_id_field() -> models.CharField:
    return models.CharField(
        max_length=26,
        unique=True,
        editable=False,
        default=new_public_id,
        help_text="Random name used in addresses and exports; never given twice.",
    )
