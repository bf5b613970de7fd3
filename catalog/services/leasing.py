"""Leases: of several processes that could do something, the database's clock lets one do it at a time."""

import os
import secrets
import socket
from datetime import timedelta

from django.db.models.functions import Now

from catalog.models import Lease

LEASE_SECONDS = 10.0
"""How long a lease lasts without being renewed: how long nobody does the work after its holder was killed."""
RENEW_SECONDS = 3.0


def take(name: str, *, address: str) -> str | None:
    """Take a lease that nobody holds; return the holder's name of this taking, None where another has it."""
    Lease.objects.get_or_create(name=name, defaults={"until": Now()})
    free = Lease.objects.filter(name=name, until__lte=Now())
    if not free.exists():  # looking does not make writers wait
        return None
    holder = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(8)}"
    return holder if free.update(holder=holder, address=address, until=_end()) else None


def renew(name: str, holder: str) -> bool:
    """Have the lease for its whole length from now on; False where it has ended, even if nobody took it yet."""
    return bool(Lease.objects.filter(name=name, holder=holder, until__gt=Now()).update(until=_end()))


def release(name: str, holder: str) -> None:
    """Let another take the lease at once."""
    Lease.objects.filter(name=name, holder=holder).update(until=Now())


def holding(name: str) -> Lease | None:
    """Return the lease as it is held at this moment, None where nobody holds it."""
    return Lease.objects.filter(name=name, until__gt=Now()).first()


def _end():
    return Now() + timedelta(seconds=LEASE_SECONDS)
