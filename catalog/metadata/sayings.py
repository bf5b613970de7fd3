"""Every sentence that this room says to filers, in English; whoever shows it can find it again, and translate it.

A name in braces that PHRASES has is one of those phrases; every other is a number, a name or what somebody wrote, and
stays as it is. `{label}` is an element's, `{noun}` that of an encoding scheme or of a kind of number.
"""

REQUIRED = "{label} is required; write, say, {example}."
REQUIRED_OR_UNKNOWN = "{label}, or unknown, is required; write, say, {example}."
WRONG = "{label}: “{value}” {wrong}; write, say, {example}."
WRONG_WITHOUT_VALUE = "{label}: the value {wrong}; write, say, {example}."
NO_NUMBER = "“{value}” is not {noun}; write, say, {example}."
NO_EMBARGO = "Embargo: “{value}” {wrong}; write, say, {example}."

TWO_WHERE_ONE_CAN_BE = "stands beside another value, but there can be only one"
UNKNOWN_ELEMENT = "has an element that the catalog does not know"
EMPTY = "is empty"
HALF_A_CHARACTER = "holds half a character, so it was damaged on the way"
TOO_LONG = "has {number} characters, more than {most}"
SCHEME_TOO_LONG = "has a scheme whose name is longer than {most} characters"
NO_LANGUAGE_TAG = "is said to be in “{language}”, which is no language tag"
OTHER_SCHEME = "follows “{scheme}”, but {wanted} is wanted"
IS_NOT = "is not {noun}"
NO_DAY = "is no day of the calendar, written with year, month and day"
NOT_IN_THE_FUTURE = "is not in the future"
A_FEW_WORDS = "a few words"

PHRASES = {
    "wrong": (
        TWO_WHERE_ONE_CAN_BE, UNKNOWN_ELEMENT, EMPTY, HALF_A_CHARACTER, TOO_LONG, SCHEME_TOO_LONG, NO_LANGUAGE_TAG,
        OTHER_SCHEME, IS_NOT, NO_DAY, NOT_IN_THE_FUTURE,
    ),
    "example": (A_FEW_WORDS, "{value}"),
}  # fmt: skip
