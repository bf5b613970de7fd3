"""The departments' forms, filled in."""

from .people import WORKS_YARD, Address
from .sheets import Form


def inspection(
    permit: str, place: Address, day: str, by: str, marks: str, remarks: tuple[str, ...], stamp: str = ""
) -> Form:
    """Building and Safety's inspection report."""
    return Form(
        office="Building and Safety",
        title="Inspection report",
        code="BS-114 (rev. 3/2015)",
        number=permit,
        fields=(
            (("Address", str(place)), ("Parcel (APN)", place.parcel), ("Date", american(day))),
            (("Owner / contractor", "Tallow Brook Builders"), ("License", "C10-884120"), ("District", "7")),
        ),
        checks=(
            (
                "Structure",
                ("Foundation", "Framing", "Shear walls", "Anchorage", "Roof sheathing", "Guards and handrails"),
            ),
            ("Electrical", ("Service and grounding", "Rough wiring", "Boxes and fill", "Arc-fault protection")),
            ("Plumbing and mechanical", ("Water piping", "Drain, waste, vent", "Gas test", "Ducts and vents")),
        ),
        answers=("Pass", "Fail"),
        marks=marks,
        remarks=remarks,
        signed=initialled(by),
        signed_on=american(day),
        stamp=stamp,
    )


def sidewalk_report(
    number: str, asset: str, place: Address, day: str, by: str, marks: str, remarks: tuple[str, ...]
) -> Form:
    """Street Services' sidewalk inspection."""
    return Form(
        office="Street Services",
        title="Sidewalk inspection",
        code="SS 22 / 2014",
        number=number,
        number_label="Report no.",
        fields=(
            (("Nearest address", str(place)), ("Lot (PIN)", place.lot)),
            (("Asset", asset), ("Length of run", "48 ft"), ("Width", "5 ft 2 in"), ("Date", american(day))),
        ),
        checks=(
            (
                "Found at this run",
                (
                    "Slab lifted more than 1/2 in",
                    "Slab cracked",
                    "Cross slope over 2 %",
                    "Surface worn or spalled",
                    "Tree root at the cause",
                    "Utility cover loose",
                    "Curb broken",
                    "Ramp missing at corner",
                ),
            ),
            ("To be done", ("Grind", "Patch with asphalt", "Replace slab", "Prune root", "Barricade today")),
        ),
        answers=("Yes", "No"),
        marks=marks,
        remarks=remarks,
        signed=initialled(by),
        signed_on=american(day),
        columns=1,
        is_banded=True,
    )


def habitability(
    number: str, place: Address, unit: str, day: str, by: str, marks: str, remarks: tuple[str, ...]
) -> Form:
    """Housing's checklist for a dwelling unit."""
    return Form(
        office="Housing",
        title="Dwelling unit checklist",
        code="HD-7C",
        number=number,
        number_label="Case",
        fields=(
            (("Address", str(place)), ("Unit", unit), ("Bedrooms", "2"), ("Date", american(day))),
            (("Tenant present", "yes"), ("Owner notified", american(day)), ("Parcel (APN)", place.parcel)),
        ),
        checks=(
            (
                "Kitchen and bath",
                ("Sink drains", "Hot water", "Stove works", "No leaks", "Outlets protected", "Fan or window"),
            ),
            (
                "Rooms",
                (
                    "Windows open and lock",
                    "Heat to 70 F",
                    "Floor sound",
                    "No mold",
                    "Smoke alarm",
                    "CO alarm",
                    "Door locks",
                    "Lighting",
                ),
            ),
            ("Outside", ("Stairs and rails", "Trash removed", "Mail boxes", "No vermin")),
        ),
        answers=("OK", "Fix"),
        marks=marks,
        remarks=remarks,
        signed=initialled(by),
        signed_on=american(day),
        columns=2,
    )


def property_report() -> Form:
    """Police records' property report."""
    return Form(
        office="Police records",
        title="Property report",
        code="PR 10.01.2",
        number="2016-040913",
        number_label="DR no.",
        fields=(
            (("Location", str(WORKS_YARD)), ("Date found", "11/19/2016")),
            (("Item", "Coins, 24, in album tray"), ("Serial", "none"), ("Storage", "Shelf C-14")),
            (("Found by", "C. Gallagher"), ("Claimed", "no"), ("Hold until", "11/19/2026")),
        ),
        checks=(
            ("Handling", ("Photographed", "Weighed", "Sealed", "Receipt given")),
            ("Class", ("Evidence", "Found property", "Safekeeping")),
        ),
        answers=("Yes", "No"),
        marks="yyynnyn",
        remarks=("Found under the loading dock by yard crew.",),
        signed="C. Gallagher",
        signed_on="11/19/2016",
        stamp="RESTRICTED",
        columns=2,
        is_banded=True,
    )


def american(day: str) -> str:
    year, month, date = day.split("-")
    return f"{month}/{date}/{year}"


def initialled(name: str) -> str:
    last, first = name.split(", ")
    return f"{first[0]}. {last}"
