"""Who and where: the demo's agencies, people, numbers and streets. All of them are invented."""

from dataclasses import dataclass

PASSWORD = "record-copy-demo"  # noqa: S105 - of the demo alone, and printed


# ---- who -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Office:
    slug: str
    name: str
    source: str
    """Name of the folder from which it files."""
    kind: str = "department"


OFFICES = (
    Office("building", "Building and Safety", "Permit images"),
    Office("streets", "Street Services", "Sidewalk and curb inspections"),
    Office("metro", "Metro", "Corridor photography", kind="authority"),
    Office("housing", "Housing", "Site checks"),
    Office("police", "Police records", "Records division"),
)
EVERY_OFFICE = tuple(office.slug for office in OFFICES)


@dataclass(frozen=True, slots=True)
class Person:
    username: str
    first_name: str
    last_name: str
    role: str = ""
    offices: tuple[str, ...] = ()
    is_auditor: bool = False
    is_operator: bool = False
    does: str = ""


PEOPLE = (
    Person("planner", "Nadia", "Brandt", "viewer", ("housing",), does="looks things up for Housing"),
    Person("building", "Marisol", "Fuentes", "filer", ("building",), does="files for Building and Safety"),
    Person("streets", "Takeshi", "Nakagawa", "filer", ("streets",), does="files for Street Services"),
    Person("metro", "Jonas", "Lindqvist", "filer", ("metro",), does="files for Metro"),
    Person("housing", "Adaeze", "Okonkwo", "filer", ("housing",), does="files for Housing"),
    Person(
        "police", "Colm", "Gallagher", "filer", ("police",), does="files for Police records, sees its restricted ones"
    ),
    Person("officer", "Ruth", "Abernathy", "officer", EVERY_OFFICE, does="records officer of all five, decides"),
    Person("police-officer", "Imani", "Castellano", "officer", ("police",), does="records officer of Police records"),
    Person("auditor", "Viktor", "Halloran", is_auditor=True, does="reads the history of every agency"),
    Person("operator", "Mei-Lin", "Sato", is_operator=True, does="runs the installation"),
    Person("administrator", "Ezra", "Whitcombe", "administrator", EVERY_OFFICE, does="gives roles in all five"),
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """A numbering system."""

    slug: str
    label: str
    issuer: str
    office_of_record: str = ""


SCHEMES = (
    Numbers("apn", "Parcel (APN)", "County Assessor"),
    Numbers("permit", "Permit", "Building and Safety", "building"),
    Numbers("pin", "Lot (PIN)", "Bureau of Engineering"),
    Numbers("project", "Project", "Street Services", "streets"),
    Numbers("asset", "Asset", "Street Services"),
)


# ---- where ---------------------------------------------------------------------------------------------------

# The neighbourhood: three streets that run east and west, three avenues that cross them. Name to
# (page of the assessor's map, degrees of the line it runs on).
STREETS = {"Mill Street": (10, 34.0560), "Foundry Street": (11, 34.0542), "Cistern Street": (12, 34.0524)}
AVENUES = {"Orchard Avenue": (13, -118.2890), "Alder Avenue": (14, -118.2868), "Station Way": (15, -118.2846)}
WEST_END, SOUTH_END, DEGREES_A_NUMBER = -118.2920, 34.0500, 0.0000105


@dataclass(frozen=True, slots=True)
class Address:
    number: int
    street: str

    def __str__(self) -> str:
        return f"{self.number} {self.street}"

    @property
    def north_east(self) -> tuple[float, float]:
        """Degrees north and east; odd numbers lie south or east of their street."""
        along, aside = self.number * DEGREES_A_NUMBER, 0.00012 * (-1 if self.number % 2 else 1)
        if self.street in STREETS:
            return STREETS[self.street][1] + aside, WEST_END + along
        return SOUTH_END + along, AVENUES[self.street][1] - aside

    @property
    def parcel(self) -> str:
        page = {**STREETS, **AVENUES}[self.street][0]
        return f"5177-{page:03d}-{self.number:03d}"

    @property
    def lot(self) -> str:
        page = {**STREETS, **AVENUES}[self.street][0]
        return f"129-{page}A205 {self.number}"


CORNER_CAFE = Address(415, "Mill Street")
TEA_HOUSE = Address(230, "Mill Street")
NEXT_DOOR = Address(232, "Mill Street")
DINER = Address(412, "Mill Street")
FOUNDRY = Address(27, "Foundry Street")
CABIN = Address(88, "Cistern Street")
WORKS_YARD = Address(160, "Cistern Street")
ORCHARD = Address(118, "Orchard Avenue")
ORCHARD_FLATS = Address(300, "Orchard Avenue")
ALDER_COURT = Address(640, "Alder Avenue")
STATION = Address(510, "Station Way")

# ---- inspectors ----------------------------------------------------------------------------------------------

FUENTES, HADDAD, RAMAN = "Fuentes, Marisol", "Haddad, Rami", "Raman, Priya"
NAKAGAWA, OBRECHT = "Nakagawa, Takeshi", "Obrecht, Lena"
LINDQVIST, MORALES = "Lindqvist, Jonas", "Morales, Inés"
OKONKWO, VANCE = "Okonkwo, Adaeze", "Vance, Theodore"
GALLAGHER = "Gallagher, Colm"
