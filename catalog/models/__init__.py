"""What the catalog remembers, one noun per file. The words are those of the records and library world."""

from .agency import Agency
from .audience import Audience, AudienceGroup, audience_key, audience_keys_of
from .decision import Conflict, Decision, Relation
from .event import Cursor, Event, EventPayload, Publication, Unpublished
from .feed import FeedItem, FeedSet
from .filing import Filing, Upload
from .holding import Holding
from .image_file import Fingerprint, ImageFile, Page
from .job import Job
from .lease import Lease
from .match import Match, ReviewItem
from .record import Copy, Record
from .scheme import Assignment, Identifier, Scheme
from .search import SearchEntry, SearchFacet
from .source import Batch, Source
from .statement import Statement
from .token import ApiToken
from .user import Membership, User

__all__ = [
    "Agency",
    "ApiToken",
    "Assignment",
    "Audience",
    "AudienceGroup",
    "Batch",
    "Conflict",
    "Copy",
    "Cursor",
    "Decision",
    "Event",
    "EventPayload",
    "FeedItem",
    "FeedSet",
    "Filing",
    "Fingerprint",
    "Holding",
    "Identifier",
    "ImageFile",
    "Job",
    "Lease",
    "Match",
    "Membership",
    "Page",
    "Publication",
    "Record",
    "Relation",
    "ReviewItem",
    "Scheme",
    "SearchEntry",
    "SearchFacet",
    "Source",
    "Statement",
    "Unpublished",
    "Upload",
    "User",
    "audience_key",
    "audience_keys_of",
]
