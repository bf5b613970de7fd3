"""Every sentence that services say to people, in English; whoever shows it can find it again, and translate it.

Some are written into rows, some raised, some told of a record when it is read. A name in braces that PHRASES has is
one of those phrases; `{because}` is a sentence of its own, `{verdict}` and `{element}` are labels in small letters,
`{day}` is a date; every other is a number, a name or what somebody wrote, and stays as it is.
"""

# ---- why a copy belongs to its record, why it is the best, whose filing is the record copy ----

IDENTICAL_BYTES = "The very same bytes."
ONLY_COPY = "It is the only copy."
BEST_COPY = "The best copy of this record."
SAME_CODED = "The same coded picture, bit for bit; only the metadata in the file differ."
SAME_PIXELS = "The same pixels, every one; the file was only written in another way."
AS_ANOTHER_COPY = "As another copy of this record: {because}"
SAME_PIXELS_WITHOUT_LOSS = "Both files hold the same pixels, every one; this one is written without loss."
OFFICER_SAID_SAME = "A records officer decided that it is the same picture."
OFFICER_CHOSE = "A records officer designated it."
ONLY_FILING = "It is the only filing."
EARLIEST = "It was filed first."
OFFICE_OF_RECORD = "{agency} is the office of record for {number}."

# ---- what the evidence about two files says ----

CANNOT_BE_JUDGED = "Page {number} is too flat or too small to be compared."
RENDERED = "{because} A page of a PDF is a rendering, so a person says whether it is the same."
PAGE_OF = "Page {number} of {count}: {because}"
SHARED_PAGE = "Not every page is the same, but page {number} of the one is page {other} of the other."
SAME_PAGE = "Not every page is the same, but page {number} of both is the same."
NO_PAGES_ALIKE = "No pages of theirs look alike."
COARSE = "{because} It could as well be another, nearly equal picture, so a person says which."
BEST_OF_ALL = "{because} Of the sheets that were filed it fits this one best."
LOOK_ALIKE = (
    "The pictures look alike{turned}{compared}: their fingerprints differ in {number} of 256 bits. "
    "They cannot be compared closely, so only a person can say whether they are the same."
)
ONE_TURNED = ", one of them {orientation}"
PAGES_COMPARED = " (page {number} of the one, page {other} of the other)"
QUARTER, UPSIDE_DOWN, MIRRORED, MIRRORED_AND_TURNED = (
    "turned by a quarter", "turned upside down", "mirrored", "mirrored and turned",
)  # fmt: skip

# ---- a record as it is read ----

RECORD_COPY_OF = "{agency}'s filing is the record copy. {because}"
BEST_COPY_FILED = "The best copy is filed by {agency}. {because}"
BEST_COPY_SHOWN = "The best copy is shown here. {because}"
WITHDREW = "{agency} withdrew it on {day}."
SEEN_NO_MORE = "It can be seen here no more since {day}."
THIS_PICTURE = "This picture {relation}"
THIS_DOCUMENT = "This document {relation}"
CATALOG, STAFF = "The catalog", "A member of staff"

SAME_BYTES = "the same bytes"
SHARE_OF_SIZE = "{share} of the size"
PIXELS = "{size} pixels"
OTHER_FORMAT = "{format} instead of {other}"
OTHER_CAPTURE = "other {capture}"
DAMAGED = "damaged"
OTHER_METADATA = "other metadata in the file"
CAPTURE_WORDS = {
    "make": "camera make",
    "model": "camera",
    "date_time_original": "date taken",
    "software": "program",
    "serial": "serial number",
}

EVENT_SENTENCES = {
    "filing.received": "{agency} filed {file}.",
    "filing.amended": "{agency} amended its filing: {element}.",
    "filing.withdrawn": "{agency} withdrew its filing.",
    "filing.audience-changed": "{agency} changed who may see its filing.",
    "filing.left": "{agency}’s filing belongs to this record no more.",
    "record.stands": "The record was published.",
    "record.stands-again": "The record stands again on its own.",
    "record.absorbed": "Record {object} was joined to this one.",
    "relation.made": "Found by comparing the pictures: it {relation} record {object}.",
    "relation.retracted": "No longer found: it {relation} record {object}.",
    "decision.made": "Decided: {verdict}.",
    "decision.undone": "Undone: {verdict}.",
    "conflict.decided": "Decided about what filings contradict one another in, {element}: {verdict}.",
    "conflict.undone": "Undone, about {element}: {verdict}.",
    "correction.accepted": "A correction was accepted: {element}.",
}
MADE_FROM, SOURCE_OF, SAME_SCENE, SHARES_PAGES = (
    "was made from", "is the source of", "is another shot of the same scene as", "shares pages with",
)  # fmt: skip
ERASED = "(erased)"
A_FILE = "a file"
GAVE_WAY = "What came to the description before it cannot be read."
EMBARGO_OVER = "Its embargo is over."

# ---- what is refused ----

AMENDS_OWN = "Only those who file for {agency} may amend its filings."
WITHDRAWS_OWN = "Only those who file for {agency} may withdraw its filings."
CHANGES_OWN = "Only those who file for {agency} may change who sees its filings."
NO_MORE_TO_AMEND = "This filing was withdrawn; what it states can be changed no more."
WITHDRAWN_BEFORE = "This filing was withdrawn before."
CHANGED_MEANWHILE = "Somebody changed meanwhile who may see this filing. Look at it again."
SAY_WHY = "Say why, in at most {number} characters: it is kept in the history."
FOR_WHOM = "Choose for whom this is meant: {known}."
NO_SCHEME = "{scheme} is not a numbering system here. Known: {known}."
NO_VALUE_OF = "This is no value of {name}."
OFFICERS_ONLY = "Only a records officer of every agency that filed these images may decide: {agencies}."
ALREADY_DECIDED = "{person} already decided: {decision}. Undo that decision first if you see it otherwise."
DECIDED_EARLIER = "{person} decided on {day} about copies of these records: {decision}. Undo that decision first."
UNDONE_BEFORE = "This decision was undone before."
FILING_WITHDRAWN = "This filing was withdrawn; nothing is to be decided about it."
PICTURE_WITHDRAWN = "One of these pictures was withdrawn meanwhile; nothing is to be decided about it."
NO_PICTURE_YET = "No picture was filed for one of these records, so there is nothing to compare yet."
OTHERS_REST_ON_IT = "Other decisions rest on the record that was set apart. Undo those first."
DESCRIBED_BEFORE = "This filing described the picture before it came: set the filing of the picture apart."
ONLY_FILING_OF_COPY = "It is the only filing of this copy: split the copy from the record instead."
OFFICERS_OF_PICTURE = "Only a records officer of every agency that filed this picture may decide about it."
CHOOSE_A_VALUE = "Choose one of the values that the filings state."
NOTHING_CONTRADICTS = "The filings contradict one another no more. There is nothing left to decide."
FILINGS_CHANGED = "What the filings say has changed while you were looking. Look at it again."
ANSWERS_OWN = "Only those who file for this department may answer its notices."
SAY_WHAT_WAS_DONE = "Say what was done, in a sentence or two."
ANSWERED_MEANWHILE = "{person} answered this meanwhile."
TAKEN_BACK = "This was taken back meanwhile. There is nothing left to do."
LOOKED_AT = "{person} is looking at this pair and will decide about it."
ASKED_NO_LONGER = "It is asked about no longer: what was decided before answers it."
TAKEN_BACK_BEFORE = "It was taken back before its turn came."
NO_SUCH_PAIR = "No pair that waits for you is of this kind and fits so well."
ALL_LEFT_OUT = "Every pair is left out; nothing would be decided."
MANY_CORRECTIONS = "Many corrections of this picture wait for an answer already. Please come back later."
CHOOSE_WHAT_IS_WRONG = "Choose what is wrong."
SAY_HOW_YOU_KNOW = "Say how you know: an officer reads it."
SAY_WHAT_IT_SHOULD_BE = "Say what it should be."
SAYS_THAT_ALREADY = "This is what it says already. Say what it should be."
NO_EMAIL_ADDRESS = "This is no e-mail address. Mend it, or leave it empty."
OFFICERS_OF_DEPARTMENT = "Only a records officer of the department that filed this may answer."
OPENED_AGAIN = "It was opened again meanwhile."
ANSWER_IN_WORDS = "Answer in a sentence or two: whoever asked reads it."
NOTHING_TO_CORRECT = "What this is about was withdrawn meanwhile. There is nothing left to correct."
CHANGED_BY_OTHERS_ALONE = "Nothing can be changed for this by itself: pass it on, or answer it."
SAID_NO_MORE = "No filing of your departments says this any more."
CHOOSE_A_DEPARTMENT = "Choose the department that shall see to it."
TOO_LONG = "This is too long: write at most {most} characters."
FOUR_DIGITS = "Write a year with four digits, such as 1998."
NO_SUCH_CHOICE = "There is no such choice. Known: {known}."
NO_DATE = "“{value}” is no date that is understood here. Write 1998, 1998-05, 1998-05-03 or May 1998."
NO_BOUNDS = "Write west, south, east and north in degrees, such as -118.5,33.9,-118.1,34.2."
NO_NUMBER_OF_A_SCHEME = (
    "Write a numbering system, a colon and the number, such as apn:5149-015-902. Systems: {systems}."
)
NONE_YET = "none yet"
ENDS_BEFORE_IT_BEGINS = "The search would end before it begins: this date lies before the first."
BATCH_WITHDRAWN = "This batch was withdrawn while it was filed. Begin another one."
BATCH_WITHDRAWN_BEFORE = "This batch was withdrawn before."
WITHDRAWS_OWN_BATCHES = "Only those who file for {agency} may withdraw what it filed."
MANY_SEARCHES = "You have {number} saved searches. Remove one that you no longer need first."
SAME_FILE_WAS_FILED = "The very same file was filed."
SAME_CODED_WAS_FILED = "The same coded picture was filed, with other metadata."
SAME_PIXELS_WERE_FILED = "A file with exactly the same pixels was filed."
NO_PAGE_TO_SHOW = "No page of this file can be shown."
WORKER_LOST = "Its worker was lost {number} times."

PHRASES = {
    "turned": ("", ONE_TURNED),
    "compared": ("", PAGES_COMPARED),
    "orientation": (QUARTER, UPSIDE_DOWN, MIRRORED, MIRRORED_AND_TURNED),
    "relation": (MADE_FROM, SOURCE_OF, SAME_SCENE, SHARES_PAGES, ERASED),
    "capture": tuple(CAPTURE_WORDS.values()),
    "file": (A_FILE, ERASED, "{name}"),
    "systems": (NONE_YET, "{known}"),
}
