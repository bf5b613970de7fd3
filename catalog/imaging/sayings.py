"""Every sentence that this room says to people, in English; whoever shows it can find it again, and translate it.

A name in braces that PHRASES has is one of those phrases, or several with commas between them (LISTS); every other
is a number, a name or what somebody wrote, and stays as it is.
"""

# ---- what two pictures have to do with each other (rule) ----

SAME_SCENE = "The pictures show the same scene, but not the same shot: {how_much}."
DIFFERENT = "The pictures are different: {how_much}."
NOTHING_FOUND = "Nothing in the one picture can be found in the other."
TOO_LITTLE_TO_BE_SURE = "They agree as far as can be seen, but they are too small or too flat to be sure."
OTHER_EXPOSURE = "The pictures look the same, but {veto}."
OTHER_EXPOSURE_MOSTLY = "The pictures look much the same, but {veto}."
AGREE_EVERYWHERE = "Laid over one another the two pictures agree everywhere."
AGREE_TRANSFORMED = "Laid over one another the two pictures agree everywhere: one is {transformed}."
LOOK_THE_SAME = "They look the same, but {too_small}."
AGREE_WHERE_THEY_OVERLAP = "They agree where they overlap, but {too_small}."
ONE_CHARACTER = "Nothing differs plainly, but one character may be another."
AT_THE_EDGE = "They differ at the edge alone, {where}: a hole, a shadow, or a note in the margin?"
SOFT_AND_BENT = "They agree nearly everywhere, but one is soft and bent: {how_much}."
SOMETHING_WRITTEN_DIFFERS = "The sheets are alike, but something written differs, {where}."
MORE_INK = "The same sheet, but one has more ink on it, {where}: a stamp, a signature or a mark-up?"
SCANNED_TWICE = "They agree nearly everywhere; {how_much}: the same sheet scanned twice, or other ink?"
WRITING_DIFFERS = "The sheets are alike, but what is written on them differs, {where}."
CARELESS_COPYING = "They agree nearly everywhere; {how_much}, no more than careless copying can do."
SHOW_TOO_LITTLE = "Nothing differs, but the pictures show too little to be sure."
BENT = "Nothing differs, but one is bent as paper is, or as a lens does."
STRETCHED = "Nothing differs, but one is stretched by {stretch}."
FAINT_MARK = "Nothing differs plainly, but there may be a faint or small mark on one of them."
MADE_FROM = "One was made from the other: {made}."

MIRROR_IMAGE = "the one is the mirror image of the other{differs}"
NEGATIVE = "the one is the negative of the other{differs}"
PHOTOGRAPHED = "the one was photographed again"
DIFFERS_WHERE = "the one differs from the other {where}"
SHOWS_WHOLE = "the one shows the other whole, {framed}, on {share} of its area{differs}"
SHOWS_PART = "the one shows {share} of the other{at}{mirrored}{differs}"
AND_DIFFERS = ", and differs from it {where}"
AT = " ({place})"
MIRRORED = ", mirrored"
PHOTOGRAPHED_AGAIN = "photographed again"
TURNED_A_LITTLE = "turned a little"
IN_A_FRAME = "in a frame or on a screen"

SERIALS_DIFFER = "the cameras' serial numbers differ ({one} and {other})"
EXPOSURES_DIFFER = "the cameras counted other exposures ({one} and {other})"
MOMENTS_DIFFER = "the cameras took them at different moments ({one} and {other})"
FRACTIONS_DIFFER = "the camera took them within one second, at different moments (.{one}, .{other})"

TOO_SMALL = "the smaller one ({number} px) is too small to read every character"
UPSIDE_DOWN = "turned upside down"
QUARTER = "turned by 90 degrees"
SCALED = "{share} of the size of the other"
STRETCHED_BY = "stretched by {stretch}"
LESS_SHARP = "less sharp"
NOTHING_AGREES = "nothing agrees well enough"
SHARE_DIFFERS = "{share} of what both show differs"
LESS_THAN_ONE = "less than 1 %"
PERCENT = "{percent}"
NOWHERE = "nowhere"
IN_ONE_PLACE = "in {number} place ({places})"
IN_PLACES = "in {number} places ({places})"
PLACES = (
    ("top left", "top", "top right"),
    ("middle left", "middle", "middle right"),
    ("bottom left", "bottom", "bottom right"),
)

HOW_MADE = ("crop", "frame", "mark-up", "mirror image", "negative", "photograph", "reduced", "turned")
"""What a derivative is called."""

# ---- which copy shows most (quality) ----

SAME_FILE = "Both are the same file."
INTACT = "It is intact; the other is damaged."
AS_THE_CAMERA_WROTE_IT = "It is as the camera wrote it, with full camera metadata; the other lacks them."
OTHER_WAS_EDITED = "It is as the camera wrote it; the other was saved by {program}."
OTHER_WAS_ENLARGED = "The other was enlarged: it shows no more than about {size} pixels."
SHOWS_MORE = "It shows more: {size} pixels against {other}."
FINER_TONES_BY_ONE_BIT = "It holds finer tones: {number} bit a channel against {other}."
FINER_TONES = "It holds finer tones: {number} bits a channel against {other}."
STORED_PICTURE = "It is the stored picture; the other is drawn from a document."
OTHER_WAS_JPEG = (
    "The other was written from a JPEG, whose losses its pixels still show "
    "(coarseness {number} against about {other}, where 1 is the finest)."
)
WITHOUT_LOSS = "It is stored without loss; the other lost detail when it was compressed."
COMPRESSED_LESS = (
    "It is compressed less, so it keeps finer detail (coarseness {number} against {other}, where 1 is the finest)."
)
IN_COLOUR = "It is in colour; the other is grey."
MORE_METADATA = "It carries more embedded metadata: {number} values against {other}."
EQUALLY_GOOD = "Both are equally good; the smaller checksum decides, so that the choice stays the same every time."

# ---- what cannot be opened, or only in part (decode, examine, child) ----

ONE_FRAME_LEFT = "The file is cut off or damaged: only its first frame can be shown."
PART_LEFT = "The file is cut off or damaged: only a part of the picture can be shown."
PAGE_LOST = "Page {number} of {count} cannot be read. {because}"
TOO_LARGE = (
    "The picture is too large to be opened{measured}; at most {number} million pixels are accepted. "
    "Save it smaller or in parts, and file that."
)
MEASURED = " ({size} pixels)"
MEASURED_FRAMES = " ({number} frames of {size} pixels)"
MEASURED_PAGES = " ({number} pages or more)"
TOO_MANY_PICTURES = (
    "The file holds more than {number} pictures, the most that is accepted. "
    "Divide it into several files and file those."
)
PROTECTED = "The PDF is protected by a password. Save it without protection and file that."
NO_PAGES = "The PDF has no pages. Export it again and file that."
CANNOT_BE_OPENED = (
    "The file begins like {format}, but it is damaged and cannot be opened. "
    "Export it again from where it came, and file that."
)
CANNOT_BE_READ = (
    "The file is {format}, but it is damaged and its picture cannot be read. "
    "Export it again from where it came, and file that."
)
TOO_MUCH_MEMORY = "The picture needs more memory than is allowed to open it. Save it smaller, and file that."
TOO_SLOW = "The picture takes longer to open than is allowed. Export it again, or save it smaller, and file that."
TOO_MUCH_OUTPUT = "Opening the picture would write more than is allowed. Export it again, and file that."
CRASHED = "The picture makes its decoder fail, so the file is probably damaged. Export it again, and file that."

# ---- what is not taken at the door (media) ----

EMPTY = "The file is empty. Copy it again from where it lies, and file it again."
LARGER_THAN_ACCEPTED = (
    "The file is larger than {most}, the most that is accepted ({size}). "
    "Save it in parts or with compression, and file it again."
)
NO_KNOWN_PICTURE = (
    "This is not a picture in a format we can read. Accepted are JPEG, PNG, TIFF, WebP, GIF, HEIC, AVIF and PDF."
)
OTHER_THAN_ITS_NAME = "The name ends in {ending}, but this is {kind}. {advice}"
NOT_ACCEPTED = "This is {kind}, which is not accepted. {advice}"

CONVERT = "Save it as TIFF or JPEG and file it again."
PICTURES_ONLY = "Only pictures are accepted here: JPEG, PNG, TIFF, WebP, GIF, HEIC, AVIF and PDF."
SAVE_THE_PICTURE = "Open the page, save the picture itself, and file that."
UNPACK_OR_PDF = "Unpack it and file the pictures inside, or save the document as PDF."
UNPACK = "Unpack it and file the pictures inside."
SAVE_AS_PDF = "Save it as PDF and file that."
SAVE_FRAMES = "Save the frames that matter as pictures and file those."
EXPORT_PNG_OR_PDF = "Export it as PNG or PDF and file that."
EXPORT_PDF_OR_TIFF = "Export it as PDF or TIFF and file that."
DEVELOP = "Develop it to TIFF or JPEG in full size and file that."

KINDS = (
    "a web page (HTML)", "an XML document", "a ZIP archive or an office document", "an archive", "an office document",
    "a text document (RTF)", "a video", "a sound recording", "a program", "an SVG drawing", "a CAD drawing (DWG)",
    "a PostScript document", "a camera raw file", "a Photoshop document (PSD)", "a JPEG 2000 picture",
    "a JPEG XL picture", "a JPEG XR picture", "a game texture (BLP)", "a game texture (DDS)",
    "a Windows bitmap (BMP)", "a Windows icon", "a DjVu document", "an OpenEXR picture",
    "an astronomical picture (FITS)", "a GIMP document (XCF)", "a medical picture (DICOM)", "a Netpbm picture",
)  # fmt: skip

PHRASES = {
    "how_much": (NOTHING_AGREES, SHARE_DIFFERS),
    "veto": (SERIALS_DIFFER, EXPOSURES_DIFFER, MOMENTS_DIFFER, FRACTIONS_DIFFER),
    "transformed": (UPSIDE_DOWN, QUARTER, SCALED, STRETCHED_BY, LESS_SHARP),
    "too_small": (TOO_SMALL,),
    "where": (NOWHERE, IN_ONE_PLACE, IN_PLACES),
    "made": (MIRROR_IMAGE, NEGATIVE, PHOTOGRAPHED, DIFFERS_WHERE, SHOWS_WHOLE, SHOWS_PART),
    "differs": ("", AND_DIFFERS),
    "framed": (PHOTOGRAPHED_AGAIN, TURNED_A_LITTLE, IN_A_FRAME),
    "at": ("", AT),
    "mirrored": ("", MIRRORED),
    "share": (LESS_THAN_ONE, PERCENT),
    "place": tuple(place for row in PLACES for place in row),
    "places": tuple(place for row in PLACES for place in row),
    "measured": ("", MEASURED, MEASURED_FRAMES, MEASURED_PAGES),
    "kind": KINDS,
    "advice": (
        CONVERT, PICTURES_ONLY, SAVE_THE_PICTURE, UNPACK_OR_PDF, UNPACK, SAVE_AS_PDF, SAVE_FRAMES, EXPORT_PNG_OR_PDF,
        EXPORT_PDF_OR_TIFF, DEVELOP,
    ),
}  # fmt: skip
LISTS = ("transformed", "places")
