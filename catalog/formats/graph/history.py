"""How a record came about: merges, the measurements that support them, and the records that they retired."""

from pyoxigraph import NamedNode

from catalog.formats.addresses import part
from catalog.formats.entry import Catalog, Entry, MatchEntry, MergeEntry
from catalog.formats.graph import agencies, codes
from catalog.formats.graph.resources import Resource, moment, number, resource, words
from catalog.formats.graph.vocabularies import DCTERMS, DQV, PROV, RDFS


def merge(merge: MergeEntry, catalog: Catalog) -> Resource:
    """Return what was done, on what, when, by whom and by which rule."""
    addresses = catalog.addresses
    address = addresses.merge(merge.public_id)
    used = (*map(addresses.filing, merge.filing_ids), *map(addresses.match, merge.match_ids))
    return resource(
        address,
        [PROV.Activity],
        (RDFS.label, words(merge.label, "en")),
        *((PROV.used, NamedNode(each)) for each in used),
        (PROV.startedAtTime, moment(merge.started_at)),
        (PROV.endedAtTime, moment(merge.ended_at)),
        (PROV.qualifiedAssociation, _association(address, merge, catalog)),
    )


def _association(owner: str, merge: MergeEntry, catalog: Catalog) -> Resource:
    if merge.by_software:
        agent = agencies.software(catalog.addresses, merge.by_name)
    else:
        agent = agencies.named_agent(part(owner, "agent"), merge.by_name)
    plan = codes.rule(catalog.addresses, merge.rule_version, merge.rule_text)
    return resource(part(owner, "association"), [PROV.Association], (PROV.agent, agent), (PROV.hadPlan, plan))


def match(match: MatchEntry, catalog: Catalog) -> Resource:
    """Return one measurement with its metric and the files that it was taken on."""
    addresses = catalog.addresses
    return resource(
        addresses.match(match.public_id),
        [DQV.QualityMeasurement, PROV.Entity],
        (RDFS.label, words(match.label, "en")),
        (DQV.isMeasurementOf, codes.metric(addresses, match.metric, match.metric_definition)),
        (DQV.value, number(match.value)),
        *((PROV.wasDerivedFrom, NamedNode(addresses.copy(copy_id))) for copy_id in match.copy_ids),
    )


def absorbed(record_id: str, entry: Entry, catalog: Catalog) -> Resource:
    """Return a retired record: what answers for it now, and what retired it."""
    addresses = catalog.addresses
    merges = [merge for merge in entry.merges if record_id in merge.absorbed_ids]
    return resource(
        addresses.image(record_id),
        [PROV.Entity],
        (DCTERMS.isReplacedBy, NamedNode(addresses.image(entry.public_id))),
        *((PROV.wasInvalidatedBy, NamedNode(addresses.merge(merge.public_id))) for merge in merges),
        *((PROV.invalidatedAtTime, moment(merge.ended_at)) for merge in merges),
    )
