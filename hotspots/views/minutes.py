"""Paper from a meeting: minutes, and a plan in SARA order, as self-contained printable HTML.

Takes tables that have passed the gate. Each table prints its own named columns and nothing else,
so an address that strays into a frame does not reach the paper.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
from jinja2 import Environment, StrictUndefined

from hotspots.register.powers import NOT_LEGAL_ADVICE
from hotspots.register.sara import STAGES
from hotspots.views import register_words

ACTION_COLUMNS: Mapping[str, str] = {
    "id": "No.",
    "place": "Place",
    "task": "Task",
    "owner": "Owner",
    "role": "Role",
    "raised": "Agreed on",
    "due": "Due",
    "power_id": "Power",
    "status": "Status",
    "outcome": "Outcome",
}
OVERDUE_COLUMNS: Mapping[str, str] = {
    "owner": "Owner",
    "role": "Role",
    "place": "Place",
    "task": "Task",
    "due": "Due",
    "days_late": "Days late",
}
CLOSED_COLUMNS: Mapping[str, str] = {
    "place": "Place",
    "task": "Task",
    "owner": "Owner",
    "due": "Due",
    "closed": "Closed on",
    "status": "Status",
    "outcome": "What came of it",
}
DUE_COLUMNS: Mapping[str, str] = {
    "place": "Place",
    "what": "What was done",
    "weeks": "Weeks after",
    "assess_on": "Due",
    "days_late": "Days late",
}
ASSESSED_COLUMNS: Mapping[str, str] = {
    "place": "Place",
    "what": "What was done",
    "weeks": "Weeks after",
    "done_on": "Assessed on",
    "by": "By",
    "found": "What was found",
}
DECISION_COLUMNS: Mapping[str, str] = {
    "place": "Place",
    "what": "What",
    "lead": "Lead",
    "partners": "With",
    "power_id": "Power",
    "start": "From",
    "last_day": "To",
    "status": "Status",
}
NEWS_COLUMNS: Mapping[str, str] = {"name": "Area", "state": "State", "n": "Reports", "usual": "Usual"}
CLOCK_COLUMNS: Mapping[str, str] = {
    "place": "Place",
    "what": "For",
    "label": "Clock",
    "due": "When",
    "standing": "Stands",
    "status": "Law",
}


@dataclass(frozen=True)
class Meeting:
    """What heads the minutes.

    title: the hub's · marking: protective marking, or empty · data_to: last day of the data
    present, apologies: agencies · sample: true when every report is invented
    """

    title: str
    held_on: date
    marking: str
    chair_role: str
    data_to: date
    present: Sequence[str]
    apologies: Sequence[str] = ()
    next_on: date | None = None
    sample: bool = False


def minutes_html(
    meeting: Meeting,
    *,
    overdue: pd.DataFrame,
    closed: pd.DataFrame,
    news: pd.DataFrame,
    assessed: pd.DataFrame,
    to_assess: pd.DataFrame,
    decisions: pd.DataFrame,
    new_actions: pd.DataFrame,
    clocks: pd.DataFrame,
    prompt: str = "",
) -> str:
    """The minutes in agenda order, one HTML file without scripts, links or pictures.

    overdue: actions late on the day, with days_late · closed: actions closed, with what came of them · news: new and
    rising areas · assessed: assessments made, with what was found · to_assess: those still due · decisions:
    interventions decided · new_actions: actions raised · clocks: those running: label, due, standing, rule …
    prompt: what the room was reminded of, a count and no names. Restricted items are never among them.
    """
    prompts = [prompt] if prompt else []
    running = [register_words.clocks_title(clocks["standing"].tolist())] if len(clocks) else []
    sections = [
        _section("Actions overdue", overdue, OVERDUE_COLUMNS, "No action was overdue."),
        _section("Actions closed", closed, CLOSED_COLUMNS, "No action was closed."),
        _section("New and rising", news, NEWS_COLUMNS, "No area was new, growing or back.", notes=prompts),
        _section("Assessed", assessed, ASSESSED_COLUMNS, "Nothing was assessed."),
        _section("Assessments still due", to_assess, DUE_COLUMNS, "None is due before the next meeting."),
        _section("Interventions decided", decisions, DECISION_COLUMNS, "No intervention was decided."),
        _section("Clocks", clocks, CLOCK_COLUMNS, "No clock is running.", notes=[*running, *_rules(clocks)]),
        _section("New actions", new_actions, ACTION_COLUMNS, "No action was raised."),
    ]
    return _PAGE.render(
        head=f"Minutes, {_day(meeting.held_on)}",
        meeting=meeting,
        lines=_heading_lines(meeting),
        sections=sections,
        foot=f"{NOT_LEGAL_ADVICE} Restricted items are not in these minutes.",
    )


def sara_html(meeting: Meeting, *, place: str, rows: pd.DataFrame) -> str:
    """One place's plan in SARA order; rows: stage, heading, text of `register.sara.sara_rows`."""
    columns = {"heading": "What", "text": "Plan"}
    sections = [_section(stage, rows[rows["stage"] == stage], columns, "Not yet written.") for stage in STAGES]
    return _PAGE.render(
        head=f"Problem-solving plan: {place}",
        meeting=meeting,
        lines=[f"As of {_day(meeting.held_on)}", f"Data to {_day(meeting.data_to)}"],
        sections=sections,
        foot=NOT_LEGAL_ADVICE,
    )


def _heading_lines(meeting: Meeting) -> list[str]:
    lines = [
        f"Held on {_day(meeting.held_on)}; chair: {meeting.chair_role}",
        f"Data to {_day(meeting.data_to)}; a report is not a proven crime",
        f"Present: {', '.join(meeting.present) or 'nobody recorded'}",
    ]
    if meeting.apologies:
        lines.append(f"Apologies: {', '.join(meeting.apologies)}")
    if meeting.next_on is not None:
        lines.append(f"Next meeting: {_day(meeting.next_on)}")
    return lines


def _section(
    title: str, table: pd.DataFrame, columns: Mapping[str, str], empty: str, *, notes: Sequence[str] = ()
) -> dict[str, object]:
    shown = [c for c in columns if c in table.columns]
    rows = [[_text(value) for value in row] for row in table[shown].itertuples(index=False, name=None)]
    return {
        "title": title,
        "heads": [columns[c] for c in shown],
        "rows": rows,
        "empty": empty,
        "notes": notes,
    }


def _rules(clocks: pd.DataFrame) -> list[str]:
    """Each rule once, with its source, under the table it explains."""
    if clocks.empty:
        return []
    told = clocks[["label", "rule", "source"]].drop_duplicates()
    return [f"{label}: {rule} Source: {source}." for label, rule, source in told.itertuples(index=False)]


def _text(value: object) -> str:
    if isinstance(value, pd.Timestamp | date) and not pd.isna(value):
        clock = f", {value:%H:%M}" if isinstance(value, pd.Timestamp) and value.time() != value.time().min else ""
        return f"{value.day} {value:%b %Y}{clock}"
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


_PAGE = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(
    """<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{ head }}</title>
<style>
:root { color: #0b0c0c; background: #fff; font: 16px/1.45 "Source Sans Pro", Arial, sans-serif; }
body { max-width: 178mm; margin: 1.5rem auto; padding: 0 1rem; }
h1 { font-size: 1.65rem; margin: 0.4rem 0; }
h2 { font-size: 1.1rem; margin: 1.4rem 0 0.4rem; border-bottom: 2px solid #12436d; break-after: avoid; }
.marking { font-weight: 700; }
.sample { border-left: 4px solid #f46a25; padding-left: 0.6rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.88rem; }
.lines p { margin: 0.15rem 0; }
.notes { font-size: 0.8rem; padding-left: 1.1rem; }
th, td { overflow-wrap: break-word; text-align: left; vertical-align: top; }
th, td { padding: 0.25rem 0.5rem 0.25rem 0; }
th, td { border-bottom: 1px solid #d5d9dc; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
footer { margin-top: 1.6rem; font-size: 0.8rem; color: #505a5f; }
@media print { body { margin: 0; max-width: none; } }
@page { size: A4; margin: 16mm; @bottom-right { content: "Page " counter(page) " of " counter(pages); } }
</style>
</head>
<body>
{% if meeting.marking %}
<p class="marking">{{ meeting.marking }}</p>
{% endif %}
<p>{{ meeting.title }}</p>
<h1>{{ head }}</h1>
{% if meeting.sample %}
<p class="sample"><strong>Sample data.</strong> Every report here is invented.</p>
{% endif %}
<div class="lines">
{% for line in lines %}
<p>{{ line }}</p>
{% endfor %}
</div>
{% for section in sections %}
<h2>{{ section.title }}</h2>
{% if section.rows %}
<table>
<thead><tr>{% for name in section.heads %}<th scope="col">{{ name }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in section.rows %}
<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody>
</table>
{% else %}
<p>{{ section.empty }}</p>
{% endif %}
{% if section.notes %}
<ul class="notes">{% for note in section.notes %}<li>{{ note }}</li>{% endfor %}</ul>
{% endif %}
{% endfor %}
<footer>
{% if meeting.marking %}<p>{{ meeting.marking }}</p>{% endif %}
<p>{{ foot }}</p>
</footer>
</body>
</html>
"""
)
