"""How often strangers may do something, counted by their address in the cache, as attempts to sign in are."""

import hashlib
import ipaddress

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

HOUR = 3600


def is_too_often(request: HttpRequest, action: str, most: int, seconds: int = HOUR) -> bool:
    """Count this once more; say whether the address did it `most` times already within so many seconds.

    Each time takes one of `most` places, which is free again when the seconds are over: no two requests take the same.
    """
    source = hashlib.sha256(_address(request).encode()).hexdigest()[:32]
    return not any(cache.add(f"throttle:{action}:{source}:{place}", 1, seconds) for place in range(most))


def _address(request: HttpRequest) -> str:
    """Return the caller's address; of IPv6 the first 64 bits, for whoever has one has them all."""
    address = get_adapter(request).get_client_ip(request)
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address
