"""A table of any length for the benches, made from a short one; the same seed gives the same table.

`python bench/many.py OUT.csv --records 100000` multiplies a table of 3,000 real descriptions: each row has a name, a
title, a date, a place, numbers and a department of its own. Every fiftieth is hostile: control characters, emoji,
right-to-left text, markup, formulas, addresses with spaces, 10,000 characters.
"""

import argparse
import csv
import random
from collections.abc import Iterator
from pathlib import Path

SHORT_TABLE = Path(__file__).resolve().parents[2] / "shared" / "samples" / "metadata" / "teenie_dc_dev3000.csv"
DEPARTMENTS = {
    "building": "Building and Safety",
    "streets": "Street Services",
    "metro": "Metro",
    "police": "Police records",
    "housing": "Housing",
}
SCHEMES = {"apn": "Parcel (APN)", "permit": "Permit", "accession": "Accession"}
HEADING = (
    "agency", "identifier", "title", "creator", "date", "subject", "description", "spatial", "medium", "extent",
    "rights", "license", "language", "relation", "source_url", "apn", "permit", "accession", "department",
)  # fmt: skip
STREETS = ("Mill", "Wylie", "Centre", "Bedford", "Webster", "Liberty", "Penn", "Alameda", "Figueroa", "Hoover")
SUBJECTS = ("sidewalks", "curb ramps", "rail corridor", "permits", "elevations", "signs", "portraits", "street lights")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October")
HOSTILE = (
    'Bell\u0007, escape\u001b[31m and NUL\u0000 in <title> & "quotes"',
    "Emoji \U0001f3d9\ufe0f\U0001f468\u200d\U0001f469\u200d\U0001f467 and a lone mark\u0301",
    "Right to left: \u05d9\u05d5\u05dd \u0627\u0644\u0634\u0627\u0631\u0639 \u202egpj.exe",
    '=HYPERLINK("http://a.example"),+1,-1,@cmd',
    "]]> <!-- --> <?pi?> &amp; &#0; </dc:title><script>alert(1)</script>",
    "Line\u2028and paragraph\u2029separators,\u0085next line, BOM \ufeff, noncharacter \uffff",
    '"""Turtle""" \\u0041 \\ <http://a b> ^^xsd:date @en',
    "\u200fمستند\u200f – הַבַּיִת, ελληνικά, 中文, ภาษาไทย",
)
HOSTILE_ADDRESSES = ("http://a.example/with space/ü/ÿ?q=a b&x=%zz", "https://пример.example/улица#кусок")


def rows(count: int, seed: int = 1, hostile_every: int = 50) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the table; row n is the same however many follow."""
    with SHORT_TABLE.open(encoding="utf-8-sig", newline="") as file:
        short = list(csv.DictReader(file))
    for n in range(count):
        yield _row(n, short[n % len(short)], random.Random(seed * 1_000_000_007 + n), n % hostile_every == 0)


def _row(n: int, base: dict[str, str], chance: random.Random, is_hostile: bool) -> tuple[str, ...]:
    street, house = chance.choice(STREETS), chance.randrange(1, 9999)
    bad = HOSTILE[n // 7 % len(HOSTILE)] if is_hostile else ""
    longest = "Ten thousand characters: ä€\U0001f3d9 " * 400 if is_hostile and n % 3 == 0 else ""
    return (
        chance.choice(list(DEPARTMENTS)),
        f"cat:{n:08}",
        f"{base['title']}, {house} {street} Street{f' {bad}' if bad else ''}",
        base["creator"],
        _date(chance) if n % 3 else base["date"],
        "|".join(chance.sample(SUBJECTS, chance.randrange(0, 4))) + (f"|{bad.replace('|', ' ')}" if bad else ""),
        longest[:9_900] or (f"Negative {n}, looking {chance.choice(('north', 'south'))}." if n % 2 else bad),
        _place(chance, street, house),
        base["type"],
        base["extent"],
        base["rights"],
        "https://creativecommons.org/licenses/by/4.0/" if n % 4 == 0 else "",
        "eng" if n % 5 == 0 else "",
        HOSTILE_ADDRESSES[n % 2] if is_hostile else "",
        base["source_url"],
        f"{chance.randrange(10_000):04}-{chance.randrange(1000):03}-{chance.randrange(1000):03}" if n % 2 else "",
        f"{chance.randrange(10_000, 30_000)}-{chance.randrange(100_000):05}-{n:06}" if n % 3 == 0 else "",
        f"{base['accession']}.{n}",
        base["department"],
    )


def _date(chance: random.Random) -> str:
    year, month, day = chance.randrange(1905, 2026), chance.randrange(10), chance.randrange(1, 29)
    forms = (
        f"c. {year}",
        f"{year}",
        f"c. {year}-{year + 10}",
        f"{MONTHS[month]} {year}",
        f"{MONTHS[month]} {day}, {year}",
    )
    return chance.choice((*forms, f"{year}-{month + 1:02}-{day:02}"))


def _place(chance: random.Random, street: str, house: int) -> str:
    if chance.random() < 0.5:
        return f"{house} {street} Street"
    return f"east={-118.3 + chance.random() / 5:.5f}; north={34.0 + chance.random() / 5:.5f}"


def write(path: Path, count: int, seed: int = 1) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADING)
        writer.writerows(rows(count, seed))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    write(asked.out, asked.records, asked.seed)
    print(f"{asked.records:,} rows written to {asked.out}.")


if __name__ == "__main__":
    main()
