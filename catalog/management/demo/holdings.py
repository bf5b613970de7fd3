"""What each agency holds besides the cases: sheets, photographs with the camera's own metadata."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from PIL import Image

from .forms import habitability, inspection, property_report, sidewalk_report
from .item import CC0_TEXTURES, CC_BY, CITY, MIDDLEBURY, NO_KNOWN_RIGHTS, Item, Terms, cc0, pexels
from .people import (
    ALDER_COURT,
    DINER,
    FUENTES,
    GALLAGHER,
    HADDAD,
    LINDQVIST,
    MORALES,
    NAKAGAWA,
    OBRECHT,
    OKONKWO,
    ORCHARD_FLATS,
    RAMAN,
    STATION,
    VANCE,
    WORKS_YARD,
    Address,
)
from .pictures import Camera, interior, jpeg, pdf, png, re_encoded, sample, tiff, with_exif, with_xmp
from .sheets import Form, bilevel, curb_ramp, drawn_form, microfilmed, scanned, site_plan, track_plan

BUILDING_CAMERA = Camera("Canon", "Canon EOS 90D", "032021004711")
HOUSING_TELEPHONE = Camera("Samsung", "SM-G781B")
METRO_CAMERA = Camera("NIKON CORPORATION", "NIKON D7500", "6041127")
STREETS_CAMERA = Camera("RICOH IMAGING COMPANY, LTD.", "RICOH WG-70", "0007342")
CAMERAS = {"building": BUILDING_CAMERA, "housing": HOUSING_TELEPHONE, "metro": METRO_CAMERA}


# ---- sheets --------------------------------------------------------------------------------------------------


@cache
def form_of(form: Form) -> Image.Image:
    return drawn_form(form)


@cache
def plan() -> Image.Image:
    return site_plan(str(DINER), DINER.parcel, "21016-10000-12345", "R. Haddad", "2021-04-12", "B")


def ramp_scan() -> bytes:
    return jpeg(
        scanned(curb_ramp("Mill Street at Orchard Avenue", "E1908412", "T. Nakagawa", "2019-08-20"), 18), 80, 200
    )


def sheets() -> Iterator[Item]:
    """Forms and drawings, among them a PDF of two pages, a TIFF of three and a microfilm in 16 bits of grey."""
    earlier = (
        (
            "15016-10000-00922",
            DINER,
            "2015-10-06",
            HADDAD,
            "yyyyyyyyyyyyyy",
            ("Final. All corrections done.",),
            "FINAL",
            "scan 0007",
        ),
        (
            "17016-10000-03388",
            ALDER_COURT,
            "2017-05-23",
            RAMAN,
            "yyny-yyyyyyyyy",
            ("Nailing of shear wall at grid C missing.",),
            "CORRECT",
            "scan 0113",
        ),
        (
            "25016-10000-02107",
            Address(51, "Foundry Street"),
            "2025-02-11",
            FUENTES,
            "yyyyy-yyyynyy-",
            ("Water test to be repeated at 100 psi.",),
            "PARTIAL",
            "scan 0402",
        ),
    )
    for permit, place, day, by, marks, remarks, stamp, name in earlier:
        form = inspection(permit, place, day, by, marks, remarks, stamp)
        yield Item(
            key=f"{day[:4]}/{permit}/{name}.jpg",
            office="building",
            file_name=f"{name}.jpg",
            draw=lambda form=form, name=name: jpeg(scanned(form_of(form), int(name[-4:])), 76, 200),
            title=f"Inspection report, {place}, {stamp.lower()}",
            created=day,
            terms=CITY,
            place=place,
            description=remarks[0],
            subjects=("inspection reports",),
            by=by,
            permit=permit,
            kind="Text",
            language="eng",
        )
    application = inspection(
        "22016-10000-08830", DINER, "2022-09-19", FUENTES, "yyyyyyyyyyyyyy", ("Kitchen remodel, final.",), "FINAL"
    )
    yield Item(
        key="2022/08830/B22016-10000-08830_final.pdf",
        office="building",
        file_name="B22016-10000-08830_final.pdf",
        draw=lambda: pdf(
            [drawn_form(application, 1, 2), plan().rotate(90, expand=True)], "Final inspection with site plan"
        ),
        title="Final inspection with site plan, 412 Mill Street",
        created="2022-09-19",
        terms=CITY,
        place=DINER,
        description="Two pages: the report and the plan of 2021.",
        subjects=("inspection reports", "site plans"),
        by=FUENTES,
        permit="22016-10000-08830",
        kind="Text",
        language="eng",
    )
    reports = (
        (
            "SI-16-0288",
            "SW-00288",
            Address(150, "Mill Street"),
            "2016-03-29",
            "ynnnynnnynnnn",
            ("Root of street tree, slab up 3/4 in.",),
        ),
        (
            "SI-18-0731",
            "SW-00731",
            Address(320, "Foundry Street"),
            "2018-11-05",
            "yynnynnnnnyyy",
            ("Two slabs to be replaced. Cones set.",),
        ),
        (
            "SI-24-0190",
            "SW-00190",
            Address(205, "Cistern Street"),
            "2024-01-17",
            "nnnynnynnnynn",
            ("Curb broken by truck, 6 ft.",),
        ),
    )
    for number, asset, place, day, marks, remarks in reports:
        form = sidewalk_report(number, asset, place, day, OBRECHT, marks, remarks)
        yield Item(
            key=f"{day[:4]}/{asset}/{number}.jpg",
            office="streets",
            file_name=f"{number}.jpg",
            draw=lambda form=form, number=number: jpeg(scanned(form_of(form), int(number[-4:])), 76, 200),
            title=f"Sidewalk inspection {number}, {place}",
            created=day,
            terms=CITY,
            place=place,
            description=remarks[0],
            subjects=("sidewalks", "inspection reports"),
            by=OBRECHT,
            numbers=(("asset", asset), ("pin", place.lot)),
            kind="Text",
            language="eng",
        )
    checklist = habitability(
        "HC-2020-0614",
        ORCHARD_FLATS,
        "12",
        "2020-10-18",
        OKONKWO,
        "yyyynyyyyyynyyyyyy",
        ("CO alarm without battery. Outlet at sink open.",),
    )
    reinspection = habitability(
        "HC-2020-0614",
        ORCHARD_FLATS,
        "12",
        "2020-11-02",
        OKONKWO,
        "yyyyyyyyyyyyyyyyyy",
        ("Reinspection: all corrected.",),
    )
    orchard_plan = site_plan(str(ORCHARD_FLATS), ORCHARD_FLATS.parcel, "none", "A. Okonkwo", "2020-10-18", "A").rotate(
        90, expand=True
    )
    yield Item(
        key="orchard-300/HC-2020-0614.tif",
        office="housing",
        file_name="HC-2020-0614.tif",
        draw=lambda: tiff(
            [
                bilevel(scanned(sheet, 614 + page))
                for page, sheet in enumerate((form_of(checklist), orchard_plan, form_of(reinspection)))
            ]
        ),
        title="Case HC-2020-0614: checklist, plan and reinspection",
        created="2020-10-18",
        terms=CITY,
        place=ORCHARD_FLATS,
        description="Three pages as scanned.",
        subjects=("checklists", "habitability"),
        by=OKONKWO,
        kind="Text",
        language="eng",
    )
    alder = habitability(
        "HC-2019-0377",
        ALDER_COURT,
        "5",
        "2019-06-11",
        VANCE,
        "yyyyyynyyyyyyyyyny",
        ("Window in bedroom does not lock.", "Mail box 5 bent."),
    )
    yield Item(
        key="alder-640/HC-2019-0377.jpg",
        office="housing",
        file_name="HC-2019-0377.jpg",
        draw=lambda: jpeg(scanned(form_of(alder), 377), 76, 200),
        title="Dwelling unit checklist, 640 Alder Avenue, unit 5",
        created="2019-06-11",
        terms=CITY,
        place=ALDER_COURT,
        subjects=("checklists", "habitability"),
        by=VANCE,
        kind="Text",
        language="eng",
    )
    yield Item(
        key="mail/2019/alder_640_unit_5.jpg",
        office="building",
        file_name="alder_640_unit_5.jpg",
        draw=lambda: jpeg(scanned(form_of(replace(alder, stamp="RECEIVED")), 640), 76, 200),
        title="Checklist for 640 Alder Avenue, as mailed by Housing",
        created="2019-06-11",
        terms=CITY,
        place=ALDER_COURT,
        description="Stamped at the counter and scanned again; the sheet without the stamp should be with Housing.",
        subjects=("checklists", "habitability"),
        kind="Text",
        language="eng",
    )
    yield Item(
        key="E2201107/camera points.png",
        office="metro",
        file_name="camera points.png",
        draw=lambda: png(track_plan("Mill Street Station, 104+00 to 111+00", "E2201107", "J. Lindqvist", "2022-03-02")),
        title="Camera points for corridor photography, Mill Street Station",
        created="2022-03-02",
        terms=CITY,
        place=STATION,
        description="Six points from which the corridor is photographed each spring.",
        subjects=("corridors", "track plans"),
        by=LINDQVIST,
        numbers=(("project", "E2201107"), ("asset", "TK-0417")),
        language="eng",
    )
    yield Item(
        key="microfilm/R118_F0440.tif",
        office="streets",
        file_name="R118_F0440.tif",
        draw=lambda: tiff(
            [microfilmed(track_plan("Streetcar loop, 1959 survey", "R118 F0440", "redrawn", "1959-07"), 440)], 400
        ),
        title="Streetcar loop at Station Way, microfilm frame 440",
        created="1959-07",
        terms=CITY,
        place=STATION,
        description="Frame of roll 118, scanned in 16 bits of grey.",
        subjects=("microfilm", "streetcars"),
        by=NAKAGAWA,
        language="eng",
    )


# ---- photographs ---------------------------------------------------------------------------------------------


def photographs() -> Iterator[Item]:
    """The interiors of `photographs.csv`. Those whose moment is known to the second are as the camera wrote them."""
    with Path(__file__).with_name("photographs.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            place = Address(int(row["number"]), row["street"])
            yield Item(
                key=f"{row['folder']}/{row['file']}",
                office=row["office"],
                file_name=row["file"],
                draw=lambda row=row, place=place: as_taken(
                    row["photograph"], CAMERAS[row["office"]], row["created"], place
                ),
                title=row["title"],
                created=row["created"],
                terms=pexels(row["photograph"]),
                place=place,
                description=row["description"],
                subjects=tuple(row["subjects"].split("; ")),
                by=row["by"],
                permit=row["permit"],
                audience=row["audience"],
            )


def as_taken(photograph: str, camera: Camera, taken: str, place: Address) -> bytes:
    """Return an interior with the metadata of the camera; without any where only the day is known."""
    if "T" not in taken:
        return interior(photograph)
    return with_exif(interior(photograph), camera, taken, north_east=place.north_east)


def street_images() -> Iterator[Item]:
    def of(
        name: str,
        file_name: str,
        taken: str,
        place: Address,
        title: str,
        description: str,
        subjects: tuple[str, ...],
        asset: str,
        terms: Terms,
    ):
        return Item(
            key=f"{taken[:4]}/{asset}/{file_name}",
            office="streets",
            file_name=file_name,
            draw=lambda: with_exif(jpeg_of_sample(name), STREETS_CAMERA, taken, north_east=place.north_east),
            title=title,
            created=taken,
            terms=terms,
            place=place,
            description=description,
            subjects=subjects,
            by=OBRECHT,
            numbers=(("asset", asset), ("pin", place.lot)),
        )

    yield of(
        "brick.png",
        "RIMG0417.JPG",
        "2017-04-11T09:05:12",
        Address(180, "Mill Street"),
        "Brick paving, running bond, 180 Mill Street",
        "Joints open, no bricks missing.",
        ("sidewalks", "brick paving"),
        "SW-00412",
        CC0_TEXTURES,
    )
    yield of(
        "gravel.png",
        "RIMG0588.JPG",
        "2018-11-05T13:41:55",
        Address(320, "Foundry Street"),
        "Crushed stone in the sidewalk trench, 320 Foundry Street",
        "Base course before the new slabs.",
        ("sidewalks", "aggregate"),
        "SW-00731",
        CC0_TEXTURES,
    )
    yield of(
        "grass.png",
        "RIMG0602.JPG",
        "2019-04-02T10:10:10",
        Address(205, "Cistern Street"),
        "Parkway turf, 205 Cistern Street",
        "Dry in spots, no irrigation.",
        ("parkways", "turf"),
        "SW-00190",
        CC0_TEXTURES,
    )
    yield of(
        "camera.png",
        "RIMG0733.JPG",
        "2016-09-21T15:24:30",
        Address(160, "Cistern Street"),
        "Photographer with tripod on the works yard lawn",
        "Reference photographs of the skyline for the street light project.",
        ("surveys", "people at work"),
        "SL-00123",
        cc0("Lav Varshney"),
    )
    yield Item(
        key="2015/ST-00077/RIMG0101.JPG",
        office="streets",
        file_name="RIMG0101.JPG",
        draw=lambda: with_exif(
            sample("flower.jpg"),
            STREETS_CAMERA,
            "2015-08-14T11:11:40",
            north_east=Address(101, "Orchard Avenue").north_east,
        ),
        title="Dahlia in the median planting, Orchard Avenue",
        created="2015-08-14T11:11:40",
        terms=CC_BY,
        place=Address(101, "Orchard Avenue"),
        description="Planted by neighbors under permit.",
        subjects=("medians", "planting"),
        by=OBRECHT,
        numbers=(("asset", "ST-00077"),),
    )


def other_images() -> Iterator[Item]:
    """What Housing, Metro and Police records hold besides, two of it restricted."""
    yield Item(
        key="alder-640/tenant_cat.jpg",
        office="housing",
        file_name="tenant_cat.jpg",
        draw=lambda: jpeg_of_sample("chelsea.png"),
        title="Cat at home, unit 9",
        created="2019-08-22",
        terms=cc0("Stefan van der Walt"),
        place=ALDER_COURT,
        description="Noted because the lease names no pets.",
        subjects=("pets", "leases"),
        by=OKONKWO,
    )
    yield Item(
        key="art/2017/china_pavilion.jpg",
        office="metro",
        file_name="china_pavilion.jpg",
        draw=lambda: with_xmp(
            sample("china.jpg"), title="Pavilion above the lake", creator="danielbuechele", rights="CC BY 2.0"
        ),
        title="Pavilion above the lake: motif for the station mural",
        created="2017",
        terms=CC_BY,
        place=STATION,
        description="Photograph that the mural is painted after.",
        subjects=("murals", "pavilions"),
        by=MORALES,
    )
    yield Item(
        key="art/2017/espresso_counter.jpg",
        office="metro",
        file_name="espresso_counter.jpg",
        draw=lambda: jpeg_of_sample("coffee.png"),
        title="Cup on the counter of the platform kiosk",
        created="2017-12-06",
        terms=cc0("Rachel Michetti"),
        place=STATION,
        subjects=("kiosks", "concessions"),
        by=MORALES,
    )
    for number, (name, second) in enumerate((("motorcycle_left.png", "12"), ("motorcycle_right.png", "13")), 1):
        yield Item(
            key=f"2015-220417/garage_{number}.png",
            office="police",
            file_name=f"garage_{number}.png",
            draw=lambda name=name: sample(name),
            title=f"Motorcycle in the garage, view {number} of 2",
            created=f"2015-01-22T10:40:{second}",
            terms=MIDDLEBURY,
            place=WORKS_YARD,
            description="Vehicle as found.",
            subjects=("vehicles", "incident 2015-220417"),
            by=GALLAGHER,
            audience="restricted",
        )
    yield Item(
        key="2016-040913/property_report.jpg",
        office="police",
        file_name="property_report.jpg",
        draw=lambda: jpeg(scanned(form_of(property_report()), 913), 76, 200),
        title="Property report 2016-040913",
        created="2016-11-19",
        terms=CITY,
        place=WORKS_YARD,
        subjects=("property reports",),
        by=GALLAGHER,
        audience="restricted",
        kind="Text",
        language="eng",
    )
    yield Item(
        key="2016-040913/coins.png",
        office="police",
        file_name="coins.png",
        draw=lambda: sample("coins.png"),
        title="Found property: tray with 24 coins",
        created="2016-11-19",
        terms=NO_KNOWN_RIGHTS,
        place=WORKS_YARD,
        description="Shown to the public so that the owner may claim them.",
        subjects=("found property", "coins"),
        by=GALLAGHER,
    )


def jpeg_of_sample(name: str) -> bytes:
    return re_encoded(sample(name), 92)
