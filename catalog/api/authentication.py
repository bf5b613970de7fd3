"""Who calls: a program by its token, or a signed-in person by the session (then with CSRF protection)."""

from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import IsAuthenticated

from catalog.models import ApiToken, User

SCHEME = "bearer"
REFUSED = "This token is not valid: it is unknown, expired or revoked. Ask your administrator for a new one."


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer rc_...` (RFC 6750)."""

    def authenticate(self, request: HttpRequest) -> tuple[User, ApiToken] | None:
        scheme, _, secret = get_authorization_header(request).partition(b" ")
        if scheme.lower() != SCHEME.encode():
            return None
        token = _token_of(secret.strip())
        if token is None or not token.is_valid_at(timezone.now()) or not token.owner.is_active:
            raise AuthenticationFailed(REFUSED)
        return token.owner, token

    def authenticate_header(self, request: HttpRequest) -> str:
        return 'Bearer realm="Record Copy"'


def _token_of(secret: bytes) -> ApiToken | None:
    try:
        digest = ApiToken.digest_of(secret.decode("ascii"))
    except UnicodeDecodeError:
        return None
    return ApiToken.objects.select_related("owner", "source__agency").filter(digest=digest).first()


class MayWrite(IsAuthenticated):
    """Somebody is signed in, or sends a token; and a token that changes something was given for that."""

    message = "This token may only read. Ask your administrator for one that may write."

    def has_permission(self, request, view) -> bool:
        if not super().has_permission(request, view):
            return False
        return not isinstance(request.auth, ApiToken) or request.auth.may_write


class MayFile(MayWrite):
    """As MayWrite, and files for some agency: asked before a body is read, so that strangers send none."""

    def has_permission(self, request, view) -> bool:
        if not super().has_permission(request, view):
            return False
        self.message = "Your account may not file. A filer of an agency may; its administrator gives that role."
        return request.user.is_filer_anywhere
