"""Who may see something, in words for a badge."""

from django.utils.translation import gettext as _

from catalog.models import Audience


def audience_in_words(audience_key: str) -> str:
    """Return nothing for what is public: most is, and a badge on everything says nothing."""
    if audience_key == Audience.PUBLIC:
        return ""
    return _("Signed-in staff") if audience_key == Audience.INTERNAL else _("Restricted to its agency")
