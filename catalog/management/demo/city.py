"""What is filed in the demo city, each case under its name, and what its records officer decides."""

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

from . import holdings
from .forms import inspection
from .holdings import BUILDING_CAMERA, form_of, plan, ramp_scan
from .item import CITY, Item, pexels
from .people import (
    CABIN,
    CORNER_CAFE,
    DINER,
    FOUNDRY,
    FUENTES,
    GALLAGHER,
    HADDAD,
    LINDQVIST,
    MORALES,
    NAKAGAWA,
    NEXT_DOOR,
    OBRECHT,
    OKONKWO,
    ORCHARD,
    ORCHARD_FLATS,
    RAMAN,
    STATION,
    TEA_HOUSE,
    VANCE,
    Address,
)
from .pictures import (
    Camera,
    Remark,
    blanked,
    cropped,
    cut_off,
    from_a_burst,
    heic,
    interior,
    jpeg,
    marked_up,
    opened,
    png,
    re_encoded,
    smaller,
    tiff,
    turned,
    webp,
    with_exif,
    with_xmp,
)
from .sheets import scanned


def items() -> Iterator[Item]:
    """Yield everything in the order in which it is filed. The cases come first, so that they are seen early."""
    yield from cases()
    yield from holdings.sheets()
    yield from holdings.photographs()
    yield from holdings.street_images()
    yield from holdings.other_images()


# ---- the cases that matter -------------------------------------------------------------------------------------------


def cases() -> Iterator[Item]:
    yield from same_bytes_from_two_agencies()
    yield from same_picture_with_other_metadata()
    yield from same_pixels_in_another_format()
    yield from parcels_in_conflict()
    yield from dates_in_conflict()
    yield from changed_copies()
    yield from crop_and_mark_up()
    yield from forms_that_differ_in_a_digit()
    yield from burst()
    yield from restricted_and_unnoticed()
    yield from broken_and_unreadable()


def same_bytes_from_two_agencies() -> Iterator[Item]:
    """Street Services files first; Building and Safety is the office of record for permits."""
    terms, permit = pexels("36358763"), "26016-10000-00871"
    common = {
        "draw": lambda: interior("36358763"),
        "created": "2026-05-06",
        "terms": terms,
        "place": TEA_HOUSE,
        "permit": permit,
    }
    yield Item(
        key="encroachments/230-mill/IMG_2218.JPG",
        office="streets",
        file_name="IMG_2218.JPG",
        title="230 Mill Street, front room seen from the street",
        subjects=("encroachments", "planters"),
        by=OBRECHT,
        **common,
    )
    yield Item(
        key="2026/00871/B26016-10000-00871_att1.jpg",
        office="building",
        file_name="B26016-10000-00871_att1.jpg",
        title="Dining room with red casement windows, 230 Mill Street",
        description="Front dining room before the change of use. Pendant lamps, planters under the windows.",
        subjects=("dining rooms", "casement windows", "change of use"),
        by=FUENTES,
        **common,
    )
    form = inspection(
        "22016-10000-00307", FOUNDRY, "2022-02-15", RAMAN, "yyyyyyyyyyyyyy", ("Approved to cover.",), "APPROVED"
    )
    scan = {
        "draw": lambda: jpeg(scanned(form_of(form), 307), 78, 200),
        "created": "2022-02-15",
        "terms": CITY,
        "place": FOUNDRY,
        "permit": "22016-10000-00307",
        "kind": "Text",
        "language": "eng",
    }
    yield Item(
        key="2022/00307/scan 0034.jpg",
        office="building",
        file_name="scan 0034.jpg",
        title="Inspection report, 27 Foundry Street, approved to cover",
        subjects=("inspection reports",),
        by=RAMAN,
        **scan,
    )
    yield Item(
        key="foundry-27/insp_report_B22016-00307.jpg",
        office="housing",
        file_name="insp_report_B22016-00307.jpg",
        title="Building and Safety's inspection report for 27 Foundry Street",
        subjects=("inspection reports", "conversions"),
        by=VANCE,
        **scan,
    )


def same_picture_with_other_metadata() -> Iterator[Item]:
    """Three agencies hold one picture: as the camera wrote it, without metadata, and captioned by a press office."""
    permit = "20016-10000-02264"

    def as_taken() -> bytes:
        return with_exif(interior("4400637"), BUILDING_CAMERA, "2020-07-21T14:05:33", north_east=ORCHARD.north_east)

    yield Item(
        key="2020/02264/IMG_4398.JPG",
        office="building",
        file_name="IMG_4398.JPG",
        draw=as_taken,
        title="Corner of the living room with hanging planters, 118 Orchard Avenue",
        created="2020-07-21T14:05:33",
        terms=pexels("4400637"),
        place=ORCHARD,
        description="Planters hung from the new partition, a chest of drawers below.",
        subjects=("partitions", "living rooms"),
        by=FUENTES,
        permit=permit,
    )
    yield Item(
        key="orchard-118/unit 3/living room.jpg",
        office="housing",
        file_name="living room.jpg",
        draw=lambda: interior("4400637"),
        title="Living room, unit 3",
        created="2020-07",
        terms=pexels("4400637"),
        place=ORCHARD,
        subjects=("living rooms", "occupied units"),
        by=OKONKWO,
    )
    yield Item(
        key="press/2020/orchard_living.jpg",
        office="metro",
        file_name="orchard_living.jpg",
        draw=lambda: with_xmp(
            interior("4400637"), title="Living beside the line", creator="Metro press office", rights="Pexels licence"
        ),
        title="Living beside the line: an apartment on Orchard Avenue",
        created="2020",
        terms=pexels("4400637"),
        place=ORCHARD,
        subjects=("neighbors of the line",),
        by=MORALES,
    )
    scan = ramp_scan
    yield Item(
        key="E1908412/asbuilt_ramp_NW.jpg",
        office="streets",
        file_name="asbuilt_ramp_NW.jpg",
        draw=scan,
        title="Curb ramp as built, Mill Street at Orchard Avenue, northwest corner",
        created="2019-08-20",
        terms=CITY,
        place=Address(240, "Mill Street"),
        description="Plan and section of the new ramp with measured slopes.",
        subjects=("curb ramps", "accessibility", "as-built drawings"),
        by=NAKAGAWA,
        numbers=(("project", "E1908412"), ("asset", "CR-00418")),
    )
    yield Item(
        key="stops/mill-st/curb ramp NW (city).jpg",
        office="metro",
        file_name="curb ramp NW (city).jpg",
        draw=lambda: with_exif(scan(), Camera("EPSON", "WF-7830"), "2019-10-02T09:12:00", artist="Metro records"),
        title="Street Services' ramp drawing, access to Mill Street Station",
        created="2019-08",
        terms=CITY,
        place=Address(240, "Mill Street"),
        subjects=("curb ramps", "station access"),
        by=LINDQVIST,
        numbers=(("project", "E1908412"),),
    )


def same_pixels_in_another_format() -> Iterator[Item]:
    permit = "21016-10000-12345"
    yield Item(
        key="2021/12345/A1.0_site_plan.png",
        office="building",
        file_name="A1.0_site_plan.png",
        draw=lambda: png(plan()),
        title="Site plan, 412 Mill Street, revision B",
        created="2021-04-12",
        terms=CITY,
        place=DINER,
        description="Lot with the existing dwelling and the addition of 288 square feet that is applied for.",
        subjects=("site plans", "additions"),
        by=HADDAD,
        permit=permit,
        language="eng",
    )
    yield Item(
        key="mill-412/A1.0 site plan.tif",
        office="housing",
        file_name="A1.0 site plan.tif",
        draw=lambda: tiff([plan()]),
        title="Site plan of 412 Mill Street",
        created="2021-04-12",
        terms=CITY,
        place=DINER,
        subjects=("site plans",),
        by=VANCE,
        permit=permit,
        language="eng",
    )


def parcels_in_conflict() -> Iterator[Item]:
    """One picture, filed by one agency under the neighbour's parcel."""
    yield Item(
        key="2024/01933/B24016-10000-01933_att2.jpg",
        office="building",
        file_name="B24016-10000-01933_att2.jpg",
        draw=lambda: with_exif(
            interior("7688357"), BUILDING_CAMERA, "2024-06-27T11:40:02", north_east=TEA_HOUSE.north_east
        ),
        title="Assembly room with hanging plants over the path of egress, 230 Mill Street",
        created="2024-06-27T11:40:02",
        terms=pexels("7688357"),
        place=TEA_HOUSE,
        description="Plants hang from the whole ceiling. Clear height to be measured.",
        subjects=("assembly rooms", "egress"),
        by=RAMAN,
        permit="24016-10000-01933",
    )
    yield Item(
        key="mill-street/232/front_hall.jpg",
        office="housing",
        file_name="front_hall.jpg",
        draw=lambda: interior("7688357"),
        title="Front hall, 232 Mill Street",
        created="2024-06-27",
        terms=pexels("7688357"),
        place=NEXT_DOOR,
        subjects=("assembly rooms",),
        by=OKONKWO,
    )


def dates_in_conflict() -> Iterator[Item]:
    """One picture whose filings say March and April."""
    yield Item(
        key="2021/00512/DSC_0291.JPG",
        office="building",
        file_name="DSC_0291.JPG",
        draw=lambda: with_exif(
            interior("6615808"), BUILDING_CAMERA, "2021-03-02T10:18:45", north_east=FOUNDRY.north_east
        ),
        title="Arched opening to the ground-floor corridor, 27 Foundry Street",
        created="2021-03-02T10:18:45",
        terms=pexels("6615808"),
        place=FOUNDRY,
        description="New opening in the bearing wall, plastered.",
        subjects=("arches", "bearing walls", "corridors"),
        by=RAMAN,
        permit="21016-10000-00512",
    )
    yield Item(
        key="foundry-27/04 arch.jpg",
        office="housing",
        file_name="04 arch.jpg",
        draw=lambda: interior("6615808"),
        title="Ground floor, arch after plastering",
        created="2021-04-02",
        terms=pexels("6615808"),
        place=FOUNDRY,
        subjects=("arches", "conversions"),
        by=VANCE,
    )


def changed_copies() -> Iterator[Item]:
    """Smaller, turned, compressed again, WebP, HEIC: copies of pictures that others hold whole."""
    yield Item(
        key="press/2020/sofa_web.jpg",
        office="metro",
        file_name="sofa_web.jpg",
        draw=lambda: smaller(interior("5853819"), 960),
        title="Afternoon light on Orchard Avenue",
        created="2020-10",
        terms=pexels("5853819"),
        place=ORCHARD_FLATS,
        subjects=("neighbors of the line",),
        by=MORALES,
    )
    yield Item(
        key="station/staff room (rotated).jpg",
        office="housing",
        file_name="staff room (rotated).jpg",
        draw=lambda: turned(interior("6373478")),
        title="Staff room beside unit 1, scan lies on its side",
        created="2021-01",
        terms=pexels("6373478"),
        place=STATION,
        subjects=("staff rooms",),
        by=VANCE,
    )
    yield Item(
        key="encroachments/415-mill/FW_ photo.jpg",
        office="streets",
        file_name="FW_ photo.jpg",
        draw=lambda: re_encoded(interior("1317558"), 60),
        title="Dining room, forwarded by e-mail",
        created="2023-03",
        terms=pexels("1317558"),
        place=DINER,
        subjects=("complaints",),
        by=OBRECHT,
    )
    yield Item(
        key="web/cabin_interior.webp",
        office="metro",
        file_name="cabin_interior.webp",
        draw=lambda: webp(interior("4389955"), 1600),
        title="Interior of the trackside cabin, as on the website",
        created="2020",
        terms=pexels("4389955"),
        place=CABIN,
        subjects=("cabins",),
        by=MORALES,
    )
    yield Item(
        key="orchard-118/IMG_0874.HEIC",
        office="building",
        file_name="IMG_0874.HEIC",
        draw=lambda: heic(interior("6956495"), 1440),
        title="Shelf wall, unit 4, 118 Orchard Avenue",
        created="2021-05-11",
        terms=pexels("6956495"),
        place=ORCHARD,
        subjects=("living rooms",),
        by=RAMAN,
        permit="21016-10000-03140",
    )


def crop_and_mark_up() -> Iterator[Item]:
    """A trimmed copy, a detail, and copies on which somebody drew; the originals are among the permit images."""
    yield Item(
        key="mill-412/kitchen_trimmed.jpg",
        office="housing",
        file_name="kitchen_trimmed.jpg",
        draw=lambda: cropped(interior("7303782"), (0.015, 0.015, 0.985, 0.985)),
        title="Kitchen, trimmed for the site file",
        created="2022-08-30",
        terms=pexels("7303782"),
        place=DINER,
        subjects=("kitchens",),
        by=OKONKWO,
    )
    yield Item(
        key="2022/08830/kitchen_marked.jpg",
        office="building",
        file_name="kitchen_marked.jpg",
        draw=marked_kitchen,
        title="Kitchen with the inspector's remarks",
        created="2022-08-31",
        terms=pexels("7303782"),
        place=DINER,
        description="Two remarks on the photograph of August 30.",
        subjects=("kitchens", "corrections"),
        by=FUENTES,
        permit="22016-10000-08830",
    )
    yield Item(
        key="mill-412/sofa detail.jpg",
        office="housing",
        file_name="sofa detail.jpg",
        draw=lambda: cropped(interior("5853819"), (0.1, 0.45, 0.95, 0.85)),
        title="Detail of the sofa and floor",
        created="2020-10-18",
        terms=pexels("5853819"),
        place=ORCHARD_FLATS,
        subjects=("floors",),
        by=OKONKWO,
    )
    yield Item(
        key="2021/12345/A1.0_site_plan_corr.png",
        office="building",
        file_name="A1.0_site_plan_corr.png",
        draw=lambda: png(marked_plan()),
        title="Site plan with plan check corrections, 412 Mill Street",
        created="2021-04-20",
        terms=CITY,
        place=DINER,
        description="Corrections to revision B.",
        subjects=("site plans", "corrections"),
        by=HADDAD,
        permit="21016-10000-12345",
        language="eng",
    )
    yield Item(
        key="mill-412/plan_cropped.jpg",
        office="housing",
        file_name="plan_cropped.jpg",
        draw=lambda: cropped(png(plan()), (0.008, 0.008, 0.992, 0.992)),
        title="Site plan of 412 Mill Street without its margin",
        created="2021-04-12",
        terms=CITY,
        place=DINER,
        subjects=("site plans",),
        by=VANCE,
        language="eng",
    )


def marked_plan() -> Image.Image:
    remarks = (
        Remark((0.372, 0.27), (0.09, 0.062), "1. Rear yard 9'-3\",\n15'-0\" required.", (0.575, 0.075)),
        Remark((0.20, 0.41), (0.026, 0.03), "2. Fire rating\nof this wall?", (0.06, 0.50)),
    )
    return marked_up(plan(), remarks, "RH 4/20/21")


def marked_kitchen() -> bytes:
    remarks = (
        Remark((0.19, 0.63), (0.15, 0.11), "1. Drawer fronts: align,\ngap at the top", (0.06, 0.81)),
        Remark((0.14, 0.24), (0.13, 0.07), "2. Receptacle within\n24 in. of sink?", (0.36, 0.10)),
    )
    return jpeg(marked_up(opened(interior("7303782")), remarks, "MF 8/31/22"), 86)


def forms_that_differ_in_a_digit() -> Iterator[Item]:
    """Printed from the inspection system, same day, same answers; the last digit of the permit differs."""
    for digit in (5, 6):
        permit = f"21016-10000-1234{digit}"
        form = inspection(
            permit,
            DINER,
            "2021-06-08",
            FUENTES,
            "yyyy-yyynyyyy-",
            ("Boxes in hallway overfilled; correct before cover.", "Call for reinspection."),
        )
        yield Item(
            key=f"2021/1234{digit}/report_2021-06-08.png",
            office="building",
            file_name=f"report_{permit}_2021-06-08.png",
            draw=lambda form=form: png(form_of(form)),
            title=f"Inspection report of June 8, 2021, permit {permit}",
            created="2021-06-08",
            terms=CITY,
            place=DINER,
            description="Rough inspection; electrical boxes to be corrected.",
            subjects=("inspection reports",),
            by=FUENTES,
            permit=permit,
            kind="Text",
            language="eng",
        )


def burst() -> Iterator[Item]:
    """Three shots within three seconds: alike, and yet three pictures."""
    for number in range(3):
        taken = f"2020-05-14T09:31:0{number + 4}"
        yield Item(
            key=f"2020/01408/IMG_471{number + 1}.JPG",
            office="building",
            file_name=f"IMG_471{number + 1}.JPG",
            draw=lambda number=number, taken=taken: with_exif(
                from_a_burst(interior("4543103"), number),
                BUILDING_CAMERA,
                taken,
                fraction=("12", "30", "47")[number],
                north_east=CORNER_CAFE.north_east,
            ),
            title=f"Illuminated sign and open shelving, 415 Mill Street, shot {number + 1} of 3",
            created=taken,
            terms=pexels("4543103"),
            place=CORNER_CAFE,
            description="Hand-held series under the new sign.",
            subjects=("signs", "restaurants"),
            by=FUENTES,
            permit="20048-10000-01408",
        )


def restricted_and_unnoticed() -> Iterator[Item]:
    """Police records hold a picture under restriction whose very bytes Building and Safety files for all."""
    yield Item(
        key="2020-118822/rear_room_01.jpg",
        office="police",
        file_name="rear_room_01.jpg",
        draw=lambda: interior("6830376"),
        title="Rear room, incident 2020-118822",
        created="2020-12-03",
        terms=pexels("6830376"),
        place=CORNER_CAFE,
        description="Handed over by the owner. Not to be released.",
        subjects=("incident 2020-118822",),
        by=GALLAGHER,
        audience="restricted",
    )
    yield Item(
        key="2020/01408/rear_room.jpg",
        office="building",
        file_name="rear_room.jpg",
        draw=lambda: interior("6830376"),
        title="Rear room with planting and wall lamp, 415 Mill Street",
        created="2020-12-03",
        terms=pexels("6830376"),
        place=CORNER_CAFE,
        description="As submitted by the applicant.",
        subjects=("restaurants", "lighting"),
        by=RAMAN,
        permit="20048-10000-01408",
    )


def broken_and_unreadable() -> Iterator[Item]:
    report = inspection(
        "23016-10000-05519",
        CABIN,
        "2023-09-12",
        RAMAN,
        "yyyyynyyyyyyyn",
        ("Guard missing at stair opening.", "Vent termination too low."),
        "CORRECT",
    )
    yield Item(
        key="2023/05519/scan 0091.jpg",
        office="building",
        file_name="scan 0091.jpg",
        draw=lambda: cut_off(jpeg(scanned(form_of(report), 91), 78, 200), 0.62),
        title="Inspection report, 88 Cistern Street, copying was interrupted",
        created="2023-09-12",
        terms=CITY,
        place=CABIN,
        subjects=("inspection reports",),
        by=RAMAN,
        permit="23016-10000-05519",
        kind="Text",
        language="eng",
    )
    yield Item(
        key="2018/SW-00731/DSC_0093.JPG",
        office="streets",
        file_name="DSC_0093.JPG",
        draw=lambda: blanked(ramp_scan()),
        title="Lifted sidewalk slab, from a failing memory card",
        created="2018-11-05",
        terms=CITY,
        place=Address(320, "Foundry Street"),
        subjects=("sidewalks",),
        by=OBRECHT,
        numbers=(("asset", "SW-00731"),),
    )


# ---- what the demo's records officer decides -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision about the filings of two items; `first` is the original where one was made from the other."""

    first: tuple[str, str]
    second: tuple[str, str]
    verdict: str
    reason: str


ANSWERS = (
    Answer(
        ("housing", "300-orchard-avenue/20201018_161130.jpg"),
        ("metro", "press/2020/sofa_web.jpg"),
        "same",
        "Metro's press copy is Housing's photograph, made smaller for the website.",
    ),
    Answer(
        ("building", "2022/08830/IMG_5108.JPG"),
        ("building", "2022/08830/kitchen_marked.jpg"),
        "derivative",
        "The inspector drew two remarks on the photograph of August 30.",
    ),
    Answer(
        ("building", "2020/01408/IMG_4711.JPG"),
        ("building", "2020/01408/IMG_4712.JPG"),
        "same-scene",
        "Two shots of one series, a second apart.",
    ),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A correction that somebody asked for; `passed_on` is what the officer wrote to the department, if so."""

    where: tuple[str, str]
    element: str
    said: str
    proposed: str
    because: str
    passed_on: str = ""


CORRECTIONS = (
    Asked(
        ("building", "2026/00871/B26016-10000-00871_att1.jpg"),
        "title",
        "Dining room with red casement windows, 230 Mill Street",
        "Dining room with red casement windows, 232 Mill Street",
        "I rent the place next door. The room with the red windows is ours, at 232.",
    ),
    Asked(
        ("building", "2022/08830/kitchen_marked.jpg"),
        "",
        "",
        "",
        "This is our kitchen with remarks drawn over it. The description should say that there is one without.",
        "Please say in the description that the photograph without remarks is filed too.",
    ),
)
