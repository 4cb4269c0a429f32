"""The sample's register: places, interventions, actions, checks and residents' voice, as rows.

Owners are roles of invented agencies, never people. Dates are those of the story; legal words are
examples and no advice.
"""

from datetime import date, timedelta

from hotspots.sample import story as story
from hotspots.sample.geography import World
from hotspots.sample.truth import SampleTruth

COUNCIL, POLICE = "Tidewick District Council", story.FORCE
SECOND_COUNCIL = "Brineholt District Council"
HOUSING, FIRE = story.LANDLORD, "Farwater Fire and Rescue Service"
ASB_OFFICER, SERGEANT = "ASB team leader", "Neighbourhood sergeant"
HOUSING_OFFICER, ANALYST = "Housing officer", "Community safety analyst"
_ADOPTED = {
    story.PARK_VIEW: (date(2017, 6, 12), ["drugs", "ASB", "cuckooing"]),
    story.WEAVERS: (date(2017, 6, 12), ["ASB"]),
    story.MILL_LANE: (date(2017, 9, 11), ["ASB", "drugs"]),
    story.STATION_PARADE: (date(2017, 8, 21), ["ASB", "violence"]),
    story.TANNERS: (date(2017, 11, 8), ["ASB", "noise"]),
    story.RIVERSIDE: (date(2018, 9, 5), ["ASB", "fire risk"]),
    "Brewhouse Close (fictional)": (date(2018, 1, 15), ["ASB"]),
    story.ROPEWALK: (date(2017, 7, 10), ["drugs", "ASB"]),
    story.FULLERS: (date(2018, 2, 5), ["drugs", "ASB"]),
    story.LANTERN: (date(2017, 7, 17), ["ASB", "waste"]),
}


def register_rows(world: World, truth: SampleTruth) -> dict[str, list[dict]]:
    """Rows by noun, with the fields of `hotspots.register`'s nouns and `place` (its name) for `place_id`.

    places, blocks (the landlord's, where nobody ever acted: for comparison), interventions (with a
    `title`), assessments (`title`: of the intervention at the place), actions, site_checks, residents,
    plans, annotations (kind, district, source, from, to, note: what a chart must say beneath its line).
    Geometries are in EPSG:27700 here.
    """
    return {
        "places": _places(world, [n for n in world.sites["name"] if n in _ADOPTED]),
        "blocks": _places(world, [n for n in world.sites["name"] if n.endswith("House (fictional)")]),
        "interventions": _interventions(truth),
        "assessments": _assessments(truth),
        "actions": _actions(),
        "site_checks": _site_checks(),
        "residents": _residents(),
        "plans": _plans(),
        "annotations": _annotations(),
    }


def _places(world: World, names: list[str]) -> list[dict]:
    rows = []
    for site in world.sites.set_index("name").loc[names].itertuples():
        adopted, problems = _ADOPTED.get(site.Index, (date(2016, 3, 1), []))
        rows.append(
            {
                "name": site.Index, "kind": site.kind, "district": site.district,
                "dwellings": site.dwellings or None, "status": "active", "adopted_on": adopted,
                "problem_types": problems, "geometry": site.geometry,
            }
        )  # fmt: skip
    return rows


def _done(place: str, kind: str, title: str, start: date, end: date | None, **more: object) -> dict:
    """One intervention; `end` is its last day, as written on the order."""
    row = {
        "place": place, "kind": kind, "title": title, "lead": COUNCIL,
        "status": "ended" if end else "active", "power_id": "", "partners": [POLICE, HOUSING],
        "decided": start, "authorised": start, "start": start, "end": end, "extended_to": None,
        "review_on": start + timedelta(weeks=26), "cost_hours": 12, "expected_reporting_effect": "none",
        "closed": kind in ("CLO", "CLP"),
    }  # fmt: skip
    return row | more


def _interventions(truth: SampleTruth) -> list[dict]:
    d, park = date, story.PARK_VIEW
    luck = next(s for s in truth.stories if s.story == "regression to the mean")
    return [
        _done(park, "RES", "Residents asked to report", d(2017, 9, 4), d(2017, 10, 31), cost_hours=40,
              expected_reporting_effect="up", partners=[POLICE, HOUSING, FIRE]),
        _done(park, "WAR", "Drugs warrant, arrests", d(2017, 11, 14), d(2017, 11, 14), power_id="P010",
              lead=POLICE, cost_hours=64, partners=[COUNCIL, HOUSING]),
        _done(park, "CLO", "Closure order, one flat", d(2017, 11, 21), d(2018, 2, 20), power_id="P022",
              decided=d(2017, 11, 15), cost_hours=55),
        _done(park, "CLP", "Partial closure, second flat", d(2017, 11, 28), d(2018, 2, 27), power_id="P022",
              decided=d(2017, 11, 22), cost_hours=30),
        _done(park, "ENV", "CCTV working", d(2017, 12, 18), None, power_id="P145", lead=HOUSING,
              decided=d(2017, 10, 6), cost_hours=20, partners=[COUNCIL]),
        _done(park, "ENV", "Communal door repaired", d(2018, 1, 11), None, power_id="P145", lead=HOUSING,
              decided=d(2017, 10, 6), cost_hours=8, partners=[COUNCIL]),
        _done(park, "POS", "Possession of the closed flat", d(2018, 4, 16), d(2018, 4, 16), power_id="P149",
              lead=HOUSING, decided=d(2018, 2, 5), cost_hours=35, partners=[COUNCIL, POLICE]),
        _done(story.MILL_LANE, "CLO", "Closure order, stairwell and top deck", d(2017, 11, 6),
              d(2018, 2, 5), power_id="P022", extended_to=d(2018, 5, 4), cost_hours=38),
        _done(luck.place, "PAT", "Evening patrols", d(2017, 9, 4), d(2017, 11, 30), lead=POLICE,
              cost_hours=180, partners=[COUNCIL]),
        _done(story.ROPEWALK, "CLO", "Closure order, two flats", d(2017, 9, 1), d(2017, 11, 30),
              power_id="P022", lead=SECOND_COUNCIL, cost_hours=58),
        _done(story.LANTERN, "ENV", "Alley gates", d(2017, 9, 1), None, lead=SECOND_COUNCIL,
              decided=d(2017, 5, 9), cost_hours=46, partners=[POLICE]),
    ]  # fmt: skip


def _assessments(truth: SampleTruth) -> list[dict]:
    """On 12 September 2018 five are due since the end of August, and the cameras' since June."""
    d, park = date, story.PARK_VIEW
    luck = next(s for s in truth.stories if s.story == "regression to the mean")
    rows = [
        (park, "Residents asked to report", 26, d(2018, 3, 7), COUNCIL,
         "More was reported while people were asked; the months of the drive are no measure"),
        (park, "CCTV working", 12, d(2018, 3, 14), HOUSING, "Every camera records"),
        (park, "Drugs warrant, arrests", 26, d(2018, 5, 16), POLICE,
         "Fewer reports; cannot be told apart from the closures and the repairs"),
        (park, "Closure order, one flat", 12, d(2018, 5, 16), COUNCIL,
         "Fewer reports since the home opened again; too few months to tell"),
        (park, "Partial closure, second flat", 12, d(2018, 5, 23), COUNCIL,
         "Fewer reports; the support goes on"),
        (park, "Communal door repaired", 26, d(2018, 7, 18), HOUSING, "The door shuts and locks"),
        (park, "Possession of the closed flat", 12, d(2018, 7, 11), HOUSING, "Too few months to tell"),
        (story.MILL_LANE, "Closure order, stairwell and top deck", 12, d(2018, 8, 1), COUNCIL,
         "Quiet since it opened again; too few months to tell"),
        (luck.place, "Evening patrols", 26, d(2018, 3, 7), POLICE,
         "Fewer reports, as in blocks where nothing was done: no clear change"),
        (story.ROPEWALK, "Closure order, two flats", 26, d(2018, 6, 6), SECOND_COUNCIL,
         "Fewer reports here, more next door"),
        (story.LANTERN, "Alley gates", 26, d(2018, 3, 7), SECOND_COUNCIL, "Fewer reports; no rise next door"),
    ]  # fmt: skip
    names = ("place", "title", "weeks", "done_on", "by", "found")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _action(
    place: str,
    task: str,
    owner: tuple[str, str],
    raised: date,
    due: date,
    closed: date | None = None,
    outcome: str = "",
) -> dict:
    return {
        "place": place, "task": task, "owner": owner[0], "role": owner[1], "raised": raised, "due": due,
        "status": "done" if closed else "open", "closed": closed, "outcome": outcome,
    }  # fmt: skip


def _actions() -> list[dict]:
    """On 8 November 2017 three are overdue; on 12 September 2018 one of Park View's four open ones."""
    d, park = date, story.PARK_VIEW
    landlord, council, police = (HOUSING, HOUSING_OFFICER), (COUNCIL, ASB_OFFICER), (POLICE, SERGEANT)
    care = ("Farwater County Council", "Adult safeguarding lead")
    fire, analyst = (FIRE, "Community fire safety officer"), (COUNCIL, ANALYST)
    return [
        _action(park, "Visit every flat and explain how to report", council, d(2017, 8, 23), d(2017, 9, 29),
                d(2017, 9, 27), "28 of 31 flats seen"),
        _action(park, "CCTV contractor to report on all cameras", landlord, d(2017, 10, 6), d(2017, 10, 27),
                d(2017, 12, 18), "No camera had been recording; all working"),
        _action(park, "Quote for the communal door", landlord, d(2017, 10, 6), d(2017, 11, 1),
                d(2017, 11, 16), "Repair ordered"),
        _action(park, "Statements for the closure application", police, d(2017, 10, 25), d(2017, 11, 15),
                d(2017, 11, 15), "Six statements"),
        _action(park, "See both supported addresses", care, d(2017, 10, 25), d(2017, 11, 10),
                d(2017, 11, 9), "Both seen, support agreed"),
        _action(story.STATION_PARADE, "Evening patrol rota to the hub", police, d(2017, 10, 11),
                d(2017, 11, 3), d(2017, 11, 20), "Rota shared"),
        _action(story.MILL_LANE, "Serve the closure notice on the stairwell", council, d(2017, 10, 25),
                d(2017, 11, 6), d(2017, 11, 6), "Served; order made"),
        _action(park, "Replace the closed flat's locks after possession", landlord, d(2018, 4, 18),
                d(2018, 4, 25), d(2018, 4, 24), "Secured"),
        _action(story.LANTERN, "Check the alley gates' locks", (SECOND_COUNCIL, ASB_OFFICER), d(2018, 3, 7),
                d(2018, 4, 4), d(2018, 4, 3), "All locked"),
        _action(park, "Re-check stair lighting", landlord, d(2018, 8, 22), d(2018, 9, 10)),
        _action(park, "Replace bin store lock", landlord, d(2018, 9, 5), d(2018, 9, 19)),
        _action(park, "Residents' meeting", council, d(2018, 9, 5), d(2018, 10, 3)),
        _action(park, "6-month assessment", analyst, d(2018, 5, 23), d(2018, 11, 21)),
        _action(story.MILL_LANE, "Warden visits, Friday and Saturday evenings", council, d(2018, 9, 5),
                d(2018, 9, 28)),
        _action(story.TANNERS, "Joint visit to the three busiest stairs", landlord, d(2018, 8, 8),
                d(2018, 9, 5)),
        _action(story.RIVERSIDE, "Fire safety walk round the garages", fire, d(2018, 9, 5), d(2018, 9, 21)),
    ]  # fmt: skip


def _site_checks() -> list[dict]:
    """One row a check; a later one replaces an earlier one of the same item."""
    first, june, now = date(2017, 10, 6), date(2018, 6, 11), date(2018, 9, 3)
    rows = [
        ("communal door", "failed", first), ("CCTV", "failed", first), ("lighting", "working", first),
        ("bin store", "working", first), ("void flats", "working", first),
        ("CCTV", "working", date(2017, 12, 18)), ("communal door", "working", date(2018, 1, 11)),
        ("lighting", "working", june), ("communal door", "working", now), ("CCTV", "working", now),
        ("bin store", "failed", now), ("void flats", "working", now),
    ]  # fmt: skip
    return [
        {"place": story.PARK_VIEW, "item": item, "state": state, "checked_on": on, "by": HOUSING}
        for item, state, on in rows
    ]


def _residents() -> list[dict]:
    """Residents' meetings with a feel-safe pulse: of those asked, how many feel safe in the block."""
    rows = [
        (date(2017, 9, 4), 9, ["ASB", "drugs"], 22, 4),
        (date(2017, 10, 4), 14, ["drugs", "noise"], 24, 5),
        (date(2018, 1, 17), 17, ["ASB"], 23, 15),
        (date(2018, 4, 25), 12, ["empty property"], 24, 19),
        (date(2018, 7, 11), 11, ["waste"], 25, 21),
    ]
    return [
        {"place": story.PARK_VIEW, "held_on": held, "kind": "residents' meeting", "attended": came,
         "themes": themes, "asked": asked, "feel_safe": safe}
        for held, came, themes, asked, safe in rows
    ]  # fmt: skip


def _plans() -> list[dict]:
    return [
        {
            "place": story.PARK_VIEW,
            "problem": "Reports above the usual range since May 2017 in council and landlord logs",
            "measure": "reports in six months",
            "baseline": 49,
            "target": 24,
            "by": date(2018, 8, 31),
            "assess_on": date(2018, 11, 21),
            "victim": "Residents of 31 flats; tenants whose homes are used by others",
            "guardian": "Residents' meetings, caretaker",
            "offender": "Visitors to one flat used for dealing",
            "handler": "Neighbourhood team, housing officer",
            "location": "Communal door does not lock; cameras do not record",
            "manager": HOUSING,
        }
    ]


def _annotations() -> list[dict]:
    """What a chart must say beneath its line; `to` is the day after the last day."""
    gap = (story.MISSING_SOURCE, story.MISSING_MONTH, date(2016, 7, 1), "Council log not received")
    drive = ("", date(2017, 9, 4), date(2017, 11, 1), "Residents of Park View (fictional) asked to report")
    change = (
        "police.uk",
        story.RECORDING_CHANGE,
        None,
        "Some anti-social behaviour recorded as public order",
    )
    rows = [
        ("missing month", story.MAIN, *gap),
        ("missing month", story.SECOND, *gap),
        ("reporting drive", story.MAIN, *drive),
        ("recording change", story.SECOND, *change),
    ]
    return [dict(zip(("kind", "district", "source", "from", "to", "note"), row, strict=True)) for row in rows]
