"""The role matrix: every role × page × deep link × export × command, each with what must come of it. No default row.

One table, read by the tests that try it: `tests/pages/test_pages.py` runs every page past the menu,
`tests/wire/test_role_matrix.py` asks the hardened entry as a browser would for every address, link and export, and
`tests/test_commands_and_roles.py` runs every command. A page, an export or a verb without its row fails there.
"""

ROLES = ("none", "councillor", "senior officer", "hub member", "data steward")

STEWARD, SENIOR, EVERYBODY = (
    (False, False, False, False, True),
    (False, False, True, True, True),
    (False, True, True, True, True),
)

PAGES = {  # page → who sees it; the others are told that there is no such page, or a refusal past the menu
    "hub_meeting": SENIOR,
    "whats_new": SENIOR,
    "trends": SENIOR,
    "areas": SENIOR,
    "places": SENIOR,
    "interventions": SENIOR,
    "powers": SENIOR,
    "partners": SENIOR,
    "before_after": SENIOR,
    "portfolio": SENIOR,
    "timeliness": SENIOR,
    "outcomes": EVERYBODY,
    "data": STEWARD,
    "access": STEWARD,
    "method": SENIOR,
    "accessibility": EVERYBODY,
}

LINKS = {  # a link that is shared in a message → words that its page then holds; "": others than without the query
    "places?place=1": "Park View",
    "places?place=2": "Weavers Court",
    "before_after?compare-place=Ropewalk Court (fictional)": "Ropewalk Court",
    "outcomes?area=Ropewalk Court (fictional)": "Ropewalk Court",
    "trends?scope=Ward": "",
    "powers?problem=noise": "",
    "hub_meeting?months=3": "",
}

EXPORTS = {  # address, button (without the numbers and days of its name) → who finds it there
    "hub_meeting": {
        "hotspots-csv": SENIOR,
        "hotspots-geojson": SENIOR,
        "meeting-pack-pdf": SENIOR,
        "meeting-pack-docx": SENIOR,
        "meeting-pack-html": SENIOR,
        "minutes": SENIOR,
        "actions-csv": SENIOR,
    },
    "whats_new": {"whats-new-csv": SENIOR, "hotspot-ledger-csv": SENIOR},
    "trends": {
        "trend-csv": SENIOR,
        "parts-csv": SENIOR,
        "assessment-pdf": SENIOR,
        "assessment-docx": SENIOR,
        "assessment-html": SENIOR,
    },
    "areas": {"areas-csv": SENIOR, "areas-geojson": SENIOR},
    "places": {"places-csv": SENIOR, "places-geojson": SENIOR},
    "places?place=1": {"place-months-csv": SENIOR, "plan-csv": SENIOR, "plan-print": SENIOR},
    "interventions": {"interventions-csv": SENIOR, "clocks-csv": SENIOR},
    "powers": {"routes-csv": SENIOR, "joint-visit-csv": SENIOR},
    "partners": {"partners-csv": SENIOR},
    "before_after": {
        "before-after-csv": SENIOR,
        "evidence-pack-pdf": SENIOR,
        "evidence-pack-docx": SENIOR,
        "evidence-pack-html": SENIOR,
    },
    "portfolio": {"portfolio-csv": SENIOR},
    "timeliness": {"timeliness-csv": SENIOR, "on-time-csv": SENIOR},
    "outcomes": {"outcome-pdf": EVERYBODY, "outcome-docx": EVERYBODY, "outcome-csv": EVERYBODY},
    "data": {"to-mend": STEWARD},
    "access": {"audit-trail-csv": STEWARD},
    "method": {"capture-csv": SENIOR, "stability-csv": SENIOR},
    "accessibility": {},
}

COMMANDS = {  # verbs that let something out or decide who sees what → who may run them
    "publish": STEWARD,
    "publish --look": STEWARD,
    "grant --issuer i --subject s --role councillor": STEWARD,
    "purge --look": STEWARD,
    "export {out}.csv": STEWARD,
    "brief --for councillor --place Park --out {out}": EVERYBODY,
    "brief --for hub --out {out}": SENIOR,
    "brief --for assessment --out {out}": SENIOR,
    "brief --for review --place Park --out {out}": SENIOR,
}
BY_FILE = {  # verbs for whoever keeps the store's file: nothing but the file's own rights stands before them
    "import", "find", "sample", "fetch", "check", "backup", "compare", "watch", "migrate", "label",
}  # fmt: skip
