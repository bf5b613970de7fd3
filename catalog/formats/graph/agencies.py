"""Agencies, the desks where they can be reached, and other agents."""

import re
from functools import lru_cache
from urllib.parse import quote

from pyoxigraph import NamedNode

from catalog.formats.addresses import Addresses, part
from catalog.formats.entry import AgencyEntry, Catalog
from catalog.formats.graph import codes
from catalog.formats.graph.resources import Resource, Statement, resource, words
from catalog.formats.graph.vocabularies import DCTERMS, FOAF, ORG, PROV, SKOS, VCARD
from catalog.formats.text import well_formed

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@lru_cache(maxsize=256)
def city(catalog: Catalog) -> Resource:
    """Return the publisher of the catalog, which the agencies are part of."""
    address = catalog.addresses.agency(catalog.publisher_slug)
    return _organization(address, catalog.publisher_name, catalog.language)


@lru_cache(maxsize=1024)
def agency(catalog: Catalog, entry: AgencyEntry) -> Resource:
    """Return an agency with its kind and its place in the city."""
    if entry.slug == catalog.publisher_slug:
        return city(catalog)
    return _organization(
        catalog.addresses.agency(entry.slug),
        entry.name,
        catalog.language,
        (DCTERMS.type, codes.agency_kind(catalog.addresses, entry.kind)),
        (ORG.subOrganizationOf, city(catalog)),
    )


def _organization(address: str, name: str, spoken: str, *more: Statement) -> Resource:
    return resource(
        address,
        [ORG.Organization, FOAF.Agent, PROV.Agent],
        (FOAF.name, words(name)),
        (SKOS.prefLabel, words(name, spoken)),
        *more,
        shared=True,
    )


@lru_cache(maxsize=1024)
def _contact(owner: str, name: str, email: str | None) -> Resource | None:
    """Return the desk to write to; None without an e-mail address, which DCAT-US requires of one."""
    written = well_formed((email or "").strip())
    if not _EMAIL.fullmatch(written):
        return None
    mailbox = NamedNode("mailto:" + quote(written, safe="@"))
    desk = (VCARD.fn, words(name)), (VCARD.hasEmail, mailbox)
    return resource(part(owner, "contact"), [VCARD.Kind], *desk, shared=True)


def contact(catalog: Catalog, entry: AgencyEntry | None) -> Resource | None:
    """Return an agency's desk, or the catalog's where the agency has none."""
    addresses = catalog.addresses
    if entry and (desk := _contact(addresses.agency(entry.slug), entry.name, entry.email)):
        return desk
    name = catalog.contact_name or catalog.publisher_name
    return _contact(addresses.agency(catalog.publisher_slug), name, catalog.contact_email)


def named_agent(address: str, name: str) -> Resource:
    """Return a person or body of whom the catalog knows only the name; two of one name are not held to be one."""
    return resource(address, [FOAF.Agent, PROV.Agent], (FOAF.name, words(name)))


@lru_cache(maxsize=256)
def software(addresses: Addresses, name: str) -> Resource:
    return resource(addresses.software(name), [PROV.SoftwareAgent, FOAF.Agent], (FOAF.name, words(name)), shared=True)
