"""One thing that the demo files, with what is said of it."""

from collections.abc import Callable
from dataclasses import dataclass

from catalog.metadata.places import write_point
from catalog.metadata.validation import Value

from .people import Address


@dataclass(frozen=True, slots=True)
class Terms:
    """Whose picture it really is, and on what terms it may be used."""

    rights: str
    license: str = ""
    creator: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is filed. `key` never changes: filing it again adds nothing."""

    key: str
    office: str
    file_name: str
    draw: Callable[[], bytes]
    title: str
    created: str
    terms: Terms
    place: Address | None = None
    description: str = ""
    subjects: tuple[str, ...] = ()
    by: str = ""
    """The inspector."""
    permit: str = ""
    numbers: tuple[tuple[str, str], ...] = ()
    parcel: str = ""
    """Where it is not that of the place."""
    audience: str = "public"
    kind: str = "StillImage"
    language: str = ""

    @property
    def values(self) -> list[Value]:
        said = [
            ("title", self.title),
            ("created", self.created),
            ("description", self.description),
            ("type", self.kind),
            *(("subject", s) for s in self.subjects),
            ("creator", self.terms.creator),
            ("contributor", self.by),
            ("language", self.language),
            ("rights", self.terms.rights),
            ("license", self.terms.license),
            ("source", self.terms.source),
        ]
        values = [Value(element, value) for element, value in said if value]
        if self.place:
            north, east = self.place.north_east
            values += [Value("spatial", str(self.place)), Value("spatial", write_point(east, north), scheme="Point")]
        return values

    @property
    def identifiers(self) -> list[tuple[str, str]]:
        parcel = self.parcel or (self.place.parcel if self.place else "")
        return [
            *([("apn", parcel)] if parcel else []),
            *([("permit", self.permit)] if self.permit else []),
            *self.numbers,
        ]


DEMO_STORY = "The story told here is invented."
CITY = Terms(
    "City of Example, public record, drawn for this demonstration. All names and numbers are invented.",
    "https://creativecommons.org/publicdomain/zero/1.0/",
)


PHOTOGRAPHERS = {"cup-of-couple": "Cup of Couple", "karola-g": "Karola G", "maksgelatin": "Maksgelatin"}


def pexels(name: str) -> Terms:
    """Return the terms of an interior; its name is Pexels' number, after its photographer's name where known."""
    *photographer, number = name.rsplit("-", 1)
    by = PHOTOGRAPHERS[photographer[0]] if photographer else ""
    return Terms(
        f"Pexels photograph {number}{f' by {by}' if by else ''}, used under the Pexels licence. {DEMO_STORY}",
        "https://www.pexels.com/license/",
        by,
        f"https://www.pexels.com/photo/{number}/",
    )


def cc0(by: str) -> Terms:
    return Terms(f"Photograph by {by}, CC0. {DEMO_STORY}", "https://creativecommons.org/publicdomain/zero/1.0/", by)


CC0_TEXTURES = Terms(f"CC0Textures, CC0. {DEMO_STORY}", "https://creativecommons.org/publicdomain/zero/1.0/")
CC_BY = Terms(
    f"Photograph by danielbuechele on Flickr, CC BY 2.0. {DEMO_STORY}",
    "https://creativecommons.org/licenses/by/2.0/",
    "danielbuechele",
)
NO_KNOWN_RIGHTS = Terms(f"No known copyright restrictions. {DEMO_STORY}")
MIDDLEBURY = Terms(
    f"Middlebury Stereo Datasets 2014 (D. Scharstein and others), as distributed with scikit-image. {DEMO_STORY}"
)
