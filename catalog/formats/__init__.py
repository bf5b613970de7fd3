"""A description of the catalog's records -> one standard each. Plain Python: no Django, no settings, no clock."""
