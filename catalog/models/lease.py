from django.db import models


class Lease(models.Model):
    """Who alone does something at the moment, until when by the database's clock, and where to reach it."""

    name = models.CharField(max_length=40, primary_key=True, help_text="What is leased, such as 'matcher'.")
    holder = models.CharField(max_length=100, blank=True, help_text="One taking of the lease; never used again.")
    address = models.CharField(max_length=255, blank=True, help_text="host:port at which the holder answers.")
    until = models.DateTimeField(help_text="From this moment on another may take it.")

    def __str__(self) -> str:
        return f"{self.name}, held by {self.holder or 'nobody'}"
