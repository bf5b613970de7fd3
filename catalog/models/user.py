from django.contrib.auth.models import AbstractUser
from django.db import models

from .agency import Agency


class User(AbstractUser):
    """A person who signs in. What they may do follows from their memberships and the two city-wide roles."""

    is_operator = models.BooleanField(default=False, help_text="Runs the installation: jobs, workers, sources.")
    is_auditor = models.BooleanField(default=False, help_text="Reads the history of every agency.")

    def __str__(self) -> str:
        return self.get_full_name() or self.get_username()

    def has_role(self, role: str, agency: Agency | int) -> bool:
        """Say whether this person holds `role`, or one that includes it, in the agency."""
        agency_id = agency if isinstance(agency, int) else agency.pk
        return self.memberships.filter(agency_id=agency_id, role__in=Membership.roles_including(role)).exists()

    def agencies_with(self, role: str):
        """Return the agencies in which this person holds `role` or one that includes it."""
        including = Membership.roles_including(role)
        return Agency.objects.filter(memberships__user=self, memberships__role__in=including).distinct()

    @property
    def is_filer_anywhere(self) -> bool:
        return self.agencies_with(Membership.Role.FILER).exists()

    @property
    def is_officer_anywhere(self) -> bool:
        return self.agencies_with(Membership.Role.OFFICER).exists()

    @property
    def notices_waiting(self) -> int:
        """How many notices wait for an answer of the departments for which this person files."""
        waiting = models.Q(notices__answered_at=None, notices__dropped_at=None, notices__filing__withdrawn_at=None)
        counted = self.agencies_with(Membership.Role.FILER).aggregate(n=models.Count("notices", filter=waiting))
        return counted["n"]


class Membership(models.Model):
    """A role that an agency gave to a person."""

    class Role(models.TextChoices):
        VIEWER = "viewer", "Viewer: sees the agency's restricted records"
        FILER = "filer", "Filer: files images"
        OFFICER = "officer", "Records officer: decides"
        ADMINISTRATOR = "administrator", "Administrator: gives roles, sets up sources"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("user", "agency"), name="membership_one_role_an_agency"),
            models.CheckConstraint(
                name="membership_role_known",
                condition=models.Q(role__in=("viewer", "filer", "officer", "administrator")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role} of {self.agency}"

    @classmethod
    def roles_including(cls, role: str) -> list[str]:
        """Return the roles that may do what `role` may: each includes those before it."""
        order = list(cls.Role.values)
        return order[order.index(role) :]
