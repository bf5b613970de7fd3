"""What the catalog remembers, one noun per file. The words are those of the records and library world."""

from .agency import Agency
from .audience import Audience, AudienceGroup, audience_key, audience_keys_of
from .bulk import Bulk, BulkPair
from .correction import Correction
from .decision import NUMBERS, Conflict, Decision, Relation, Ruling
from .event import Cursor, Event, EventPayload, Publication, Unpublished
from .feed import FeedItem, FeedSet
from .filing import Filing, Upload
from .founding import Founding
from .holding import Holding
from .image_file import Fingerprint, ImageFile, Page
from .job import Job
from .lease import Lease
from .match import Match, ReviewItem
from .notice import Notice
from .picture_search import PictureFinding, PictureSearch
from .record import Copy, Record
from .saved_search import SavedSearch
from .scheme import Assignment, Identifier, Scheme
from .search import SearchEntry, SearchFacet, SearchText
from .source import Batch, Source
from .statement import Statement
from .tally import Tallied, Tally
from .token import ApiToken
from .user import Membership, User

__all__ = [
    "Agency",
    "ApiToken",
    "Assignment",
    "Audience",
    "AudienceGroup",
    "Batch",
    "Bulk",
    "BulkPair",
    "Conflict",
    "Copy",
    "Correction",
    "Cursor",
    "Decision",
    "Event",
    "EventPayload",
    "FeedItem",
    "FeedSet",
    "Filing",
    "Fingerprint",
    "Founding",
    "Holding",
    "Identifier",
    "ImageFile",
    "Job",
    "Lease",
    "Match",
    "Membership",
    "NUMBERS",
    "Notice",
    "Page",
    "Publication",
    "PictureFinding",
    "PictureSearch",
    "Record",
    "Relation",
    "ReviewItem",
    "Ruling",
    "SavedSearch",
    "Scheme",
    "SearchEntry",
    "SearchFacet",
    "SearchText",
    "Source",
    "Statement",
    "Tallied",
    "Tally",
    "Unpublished",
    "Upload",
    "User",
    "audience_key",
    "audience_keys_of",
]
