"""The gate: nothing reaches a screen, an export or a message but a `Released`.

`release` looks up one policy, checks the viewer's grant and keeps only the columns the policy
names for that role. On doubt it refuses: an unknown policy, role or district raises.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from hotspots.errors import BadFrame, NotAllowed
from hotspots.release.roles import Action, Role, Viewer


@dataclass(frozen=True)
class Policy:
    """Who may see a kind of table, and which of its columns.

    needs: the grant · columns: shown to every role holding it · restricted: shown only to an
    unlocked viewer who may unlock restricted items.
    """

    needs: Action
    columns: tuple[str, ...]
    restricted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Released:
    """A table that has passed the gate; only `release` makes one.

    suppressed: number of cells hidden · policy: the policy's name · as_of: last day of the data.
    """

    table: pd.DataFrame
    policy: str
    as_of: date | None
    footnotes: tuple[str, ...] = ()
    suppressed: int = 0


def _names(words: str) -> tuple[str, ...]:
    return tuple(words.split())


POLICIES: Mapping[str, Policy] = {
    "hotspots": Policy(
        Action.SEE_HOTSPOTS,
        (
            "id",
            "hotspot",
            "event",
            "from_ids",
            "name",
            "rank",
            "moved",
            "state",
            "stands_out",
            "n",
            "before",
            "latest",
            "usual_low",
            "usual_high",
            "share",
            "locations",
            "days",
            "eps",
            "extent_m",
            "area_m2",
            "too_wide",
            "one_map_point",
            "geometry",
        ),
    ),
    "months of a hotspot": Policy(Action.SEE_HOTSPOTS, ("period", "n", "low", "high", "outside")),
    "parts of a hotspot": Policy(Action.SEE_HOTSPOTS, ("kind", "word", "n")),
    "hours of a hotspot": Policy(Action.SEE_HOTSPOTS, ("weekday", "hour", "n")),
    "repeat locations": Policy(Action.SEE_HOTSPOTS, ("top", "n", "of", "share", "chance_low", "chance_high")),
    "trend": Policy(
        Action.SEE_TRENDS,
        _names("period series n low high outside set_aside partial last_year rolling_12"),
    ),
    "reports by year": Policy(Action.SEE_TRENDS, ("what", "name", "year_to", "n")),
    "parts of a trend": Policy(Action.SEE_TRENDS, _names("series period n expected low high outside")),
    "states of parts": Policy(
        Action.SEE_TRENDS,
        _names("series state n usual_low usual_high stands_out change change_low change_high unlike"),
    ),
    "notes on a trend": Policy(Action.SEE_TRENDS, _names("id kind note where source start end given_end not_usual")),
    "states": Policy(Action.SEE_TRENDS, ("state", "n", "meaning")),
    "assessments due": Policy(
        Action.SEE_REGISTER, _names("intervention_id place district what assess_on weeks days_late")
    ),
    "assessments": Policy(Action.SEE_REGISTER, _names("place district what weeks done_on by found")),
    "audit trail": Policy(Action.SEE_AUDIT, ("id", "at", "who", "action", "subject", "after")),
    "accounts": Policy(Action.SEE_AUDIT, ("issuer", "subject", "name", "role", "districts", "not_before", "last_seen")),
    "retention": Policy(Action.SEE_AUDIT, ("what", "rule", "held", "due")),
    "import batches": Policy(
        Action.SEE_IMPORTS,
        (
            "at",
            "who",
            "run",
            "file",
            "source",
            "month",
            "read",
            "accepted",
            "unlocated",
            "quarantined",
            "duplicates",
            "replaced",
            "set_aside",
            "warnings",
            "undone",
        ),
    ),
    "quarantine": Policy(Action.SEE_IMPORTS, ("id", "file", "source", "line", "column", "reason", "row")),
    "coverage": Policy(Action.SEE_TRENDS, ("source", "month", "state", "n")),
    "sources": Policy(
        Action.SEE_TRENDS, _names("source n first last located exact_time day_time month_time with_address")
    ),
    "files behind numbers": Policy(Action.SEE_TRENDS, _names("file source at sha256 n first last")),
    "points far outside": Policy(Action.SEE_IMPORTS, ("source", "district", "n", "farthest_km")),
    "default locations": Policy(Action.SEE_IMPORTS, ("source", "x", "y", "n", "share", "categories")),
    "probably the same": Policy(Action.SEE_IMPORTS, ("category", "reports", "events")),
    "concentration": Policy(Action.SEE_HOTSPOTS, _names("place_share incident_share by_chance")),
    "places": Policy(
        Action.SEE_REGISTER,
        _names(
            "id name kind district dwellings problem_types adopted_on from_hotspot status reason state latest "
            "usual_low usual_high open_actions late_actions failed_checks assess_on geometry"
        ),
    ),
    "place history": Policy(
        Action.SEE_REGISTER, _names("name status reason area_m2 dwellings version changed_by changed_at")
    ),
    "places shared by other hubs": Policy(
        Action.SEE_REGISTER, _names("id name kind home dwellings problem_types adopted_on geometry")
    ),
    "done at a shared place": Policy(Action.SEE_REGISTER, _names("what lead status start last_day")),
    "actions at a shared place": Policy(Action.SEE_REGISTER, _names("task owner due")),
    "months of a place": Policy(Action.SEE_REGISTER, _names("period n low high outside")),
    "parts of a place": Policy(Action.SEE_REGISTER, _names("kind word n")),
    "hours of a place": Policy(Action.SEE_REGISTER, _names("weekday hour n")),
    "done at a place": Policy(Action.SEE_REGISTER, _names("label start end shape words status")),
    "interventions": Policy(
        Action.SEE_REGISTER,
        _names(
            "id place district what kind kind_name lead partners power_id status law_status decided authorised "
            "start end extended_to last_day review_on next_assessment cost_hours expected_reporting_effect joint"
        ),
    ),
    "clocks": Policy(Action.SEE_REGISTER, _names("place what label due standing rule source status note")),
    "actions": Policy(
        Action.SEE_REGISTER,
        _names("id place district task owner role due days_late raised status power_id epic side outcome closed"),
    ),
    "overdue by agency": Policy(Action.SEE_REGISTER, _names("agency overdue oldest_days")),
    "actions on time": Policy(Action.SEE_REGISTER, _names("agency due on_time share")),
    "actions on time by quarter": Policy(Action.SEE_REGISTER, _names("agency quarter due on_time")),
    "days to joint action": Policy(Action.SEE_REGISTER, _names("place first_signal first_joint_action days waiting")),
    "site checks": Policy(Action.SEE_REGISTER, _names("item state checked_on by days flag")),
    "residents' meetings": Policy(Action.SEE_REGISTER, _names("held_on kind attended themes asked feel_safe")),
    "problem-solving plan": Policy(Action.SEE_REGISTER, _names("stage heading text")),
    "powers": Policy(
        Action.SEE_REGISTER,
        _names(
            "id kind power statute section agency agency_group police_held premises private_dwelling "
            "warrant_or_consent notice_period force problem_types legal_status verified fields_from_memory "
            "source occupier link last_checked checked_by checked"
        ),
    ),
    "routes by holder": Policy(Action.SEE_REGISTER, _names("agency routes police_only")),
    "joint visit": Policy(Action.SEE_REGISTER, _names("agency power_id purpose seek notice serve_by force status")),
    "partners": Policy(
        Action.SEE_REGISTER,
        _names(
            "agency kind lead_role statutory_status agreement_signed agreement_expires tier problem_types "
            "powers_held data_feed last_received"
        ),
    ),
    "agreements ending": Policy(Action.SEE_REGISTER, _names("agency expires days state")),
    "silent feeds": Policy(Action.SEE_REGISTER, _names("agency data_feed last_received days")),
    "suggested attendees": Policy(Action.SEE_REGISTER, _names("agency lead_role kind why")),
    "attendance": Policy(Action.SEE_REGISTER, _names("meeting_on agency present")),
    "overlaps by block": Policy(Action.SEE_REGISTER, _names("block addresses times latest")),
    "overlaps": Policy(
        Action.UNLOCK_RESTRICTED,
        _names("block first last partners n_partners n"),
        restricted=_names("address_key"),
    ),
    "repeat addresses by block": Policy(Action.UNLOCK_RESTRICTED, _names("block addresses")),
    "repeat addresses": Policy(
        Action.UNLOCK_RESTRICTED, _names("block n sources latest"), restricted=_names("address_key")
    ),
    "supported addresses": Policy(Action.UNLOCK_RESTRICTED, _names("shown_as addresses")),
    "restricted tags": Policy(
        Action.UNLOCK_RESTRICTED, _names("shown_as until"), restricted=_names("id address_key tag")
    ),
    "concerns": Policy(
        Action.UNLOCK_RESTRICTED,
        _names("heard_on problem confidence"),
        restricted=_names("id source handling text"),
    ),
    "comparison": Policy(Action.SEE_COMPARISONS, ("period", "area", "n")),
    "comparison windows": Policy(
        Action.SEE_COMPARISONS, ("area", "window", "start", "end", "n", "expected", "expected_low", "expected_high")
    ),
    "comparison intervals": Policy(
        Action.SEE_COMPARISONS, ("row", "kind", "about", "before", "after", "change", "low", "high")
    ),
    "comparison outlines": Policy(Action.SEE_COMPARISONS, ("area", "before", "after", "geometry")),
    "things done": Policy(Action.SEE_COMPARISONS, ("place", "done", "start", "end", "drive")),
    "reporting": Policy(Action.SEE_COMPARISONS, ("what", "kind", "before", "after")),
    "portfolio": Policy(
        Action.SEE_COMPARISONS,
        (
            "place",
            "district",
            "done",
            "lead",
            "status",
            "start",
            "last_day",
            "verdict",
            "before",
            "after",
            "control",
            "control_before",
            "control_after",
            "ratio",
            "low",
            "high",
            "naive_change",
            "expected_after",
            "avoided",
            "avoided_low",
            "avoided_high",
            "cost_hours",
            "ring_verdict",
            "ring_before",
            "ring_after",
            "next_assessment",
            "could_tell_on",
            "returned",
            "why",
            "intervention_id",
        ),
    ),
    "watch": Policy(
        Action.SEE_COMPARISONS,
        (
            "place",
            "kind",
            "watched_from",
            "counted_by",
            "quiet",
            "relapse",
            "threshold",
            "run_length",
            "rule",
            "since",
            "observed",
            "usual_low",
            "usual_high",
            "state",
        ),
    ),
    "alarms": Policy(
        Action.SEE_HOTSPOTS,
        _names(
            "key place kind rule since observed usual_low usual_high several_properties tripped p_value "
            "false_alarms_per_year"
        ),
    ),
    "watched areas": Policy(Action.SEE_HOTSPOTS, _names("key place kind period latest usual_low usual_high room")),
    "weeks of an area": Policy(Action.SEE_HOTSPOTS, _names("period n mean s h alarm")),
    "false alarms": Policy(Action.SEE_HOTSPOTS, _names("rule needs yearly")),
    "hotspot ledger": Policy(Action.SEE_HOTSPOTS, _names("hotspot name event from_ids into n rank change")),
    "history of a hotspot": Policy(
        Action.SEE_HOTSPOTS,
        _names("start end kept_from kept_to event from_ids into name found_as n rank change"),
    ),
    "areas": Policy(
        Action.SEE_HOTSPOTS, _names("id name rank n exact day night hot of rate rate_low rate_high geometry")
    ),
    "harm of areas": Policy(
        Action.SEE_HOTSPOTS,
        _names("name n asb weighed unweighed harm_low harm_high rank_by_count rank_best rank_worst"),
    ),
    "near repeats": Policy(
        Action.SEE_HOTSPOTS, _names("from_m to_m from_days to_days pairs expected ratio p_value near_repeat")
    ),
    "capture": Policy(Action.SEE_METHOD, _names("method area_m2 area_share in_sample captured of share pai pei")),
    "stability": Policy(Action.SEE_HOTSPOTS, _names("hotspot name n setting eps min_samples similarity survives")),
    "published numbers": Policy(Action.SEE_METHOD, ("source", "what", "published", "ours", "agrees")),
}
"""One row a kind of table; a table without a row cannot be shown."""


def release(
    table: pd.DataFrame,
    viewer: Viewer,
    *,
    policy: str,
    as_of: date | None = None,
    footnotes: Iterable[str] = (),
) -> Released:
    """Pass a table through the gate for one viewer.

    Keeps the policy's columns that the table has; rows of districts outside the viewer's scope
    are dropped. Raises `NotAllowed` for a viewer without the grant or an unknown policy, and
    `BadFrame` when the table has none of the policy's columns.
    """
    rule = POLICIES.get(policy)
    if rule is None:
        raise NotAllowed(f"There is no release policy called {policy}; nothing is shown without one.")
    if not isinstance(viewer.role, Role):
        raise NotAllowed("The viewer's role is not known; nothing is shown.")
    viewer.require(rule.needs)
    shown = list(rule.columns)
    if rule.restricted and viewer.unlocked and viewer.can(Action.UNLOCK_RESTRICTED):
        shown += rule.restricted
    columns = [c for c in shown if c in table.columns]
    if not columns:
        raise BadFrame(f"The table has none of the columns of the policy {policy}; nothing is shown.")
    return Released(_in_scope(table, viewer)[columns].copy(), policy, as_of, tuple(footnotes))


def _in_scope(table: pd.DataFrame, viewer: Viewer) -> pd.DataFrame:
    if viewer.districts is None or "district" not in table.columns:
        return table
    return table[table["district"].isin(viewer.districts)]
