"""Text that every serialisation can carry."""

import re

# Everything outside the Char production of XML 1.0, 5th edition, section 2.2; Python's lone surrogates among it.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_END = re.compile("\r\n?")


def well_formed(text: str) -> str:
    """Replace what XML 1.0 cannot carry by U+FFFD, and write each line end as U+000A, as XML parsers do.

    All formats use it, XML or not, so that all of them say the same.
    """
    return _LINE_END.sub("\n", _NOT_XML.sub("\ufffd", text))
