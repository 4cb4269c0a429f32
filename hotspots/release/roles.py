"""Who may do what: one table, default deny."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hotspots.errors import NotAllowed


class Role(StrEnum):
    """The five roles; `none` is the default and errors mean `none`."""

    NONE = "none"
    COUNCILLOR = "councillor"
    SENIOR_OFFICER = "senior officer"
    HUB_MEMBER = "hub member"
    DATA_STEWARD = "data steward"


class Action(StrEnum):
    """What a viewer may do; pages, exports and commands each need one."""

    SEE_HOTSPOTS = "see hotspots"
    SEE_TRENDS = "see trends"
    SEE_COMPARISONS = "see comparisons"
    SEE_REGISTER = "see the register"
    SEE_METHOD = "see the method"
    SEE_OUTCOMES = "see outcomes"
    SEE_IMPORTS = "see imports"
    SEE_AUDIT = "see the audit trail"
    UNLOCK_RESTRICTED = "unlock restricted items"
    RECORD = "record actions"
    IMPORT = "import data"
    PUBLISH = "publish outcomes"
    CHANGE_SETTINGS = "change settings"


_SENIOR = frozenset(
    {
        Action.SEE_HOTSPOTS,
        Action.SEE_TRENDS,
        Action.SEE_COMPARISONS,
        Action.SEE_REGISTER,
        Action.SEE_METHOD,
        Action.SEE_OUTCOMES,
    }
)
_MEMBER = _SENIOR | {Action.RECORD, Action.UNLOCK_RESTRICTED}
_STEWARD = _MEMBER | {
    Action.SEE_IMPORTS,
    Action.SEE_AUDIT,
    Action.IMPORT,
    Action.PUBLISH,
    Action.CHANGE_SETTINGS,
}

GRANTS: Mapping[Role, frozenset[Action]] = {
    Role.NONE: frozenset(),
    Role.COUNCILLOR: frozenset({Action.SEE_OUTCOMES}),
    Role.SENIOR_OFFICER: _SENIOR,
    Role.HUB_MEMBER: _MEMBER,
    Role.DATA_STEWARD: _STEWARD,
}
"""Everything a role may do; what is not listed is refused."""


@dataclass(frozen=True)
class Viewer:
    """The person at the screen.

    districts: names the viewer may see, or None for all · unlocked: restricted items are open,
    which lasts minutes and is never so on opening.
    """

    role: Role = Role.NONE
    name: str = "nobody"
    districts: frozenset[str] | None = None
    unlocked: bool = False

    def can(self, action: Action) -> bool:
        """True when the role's row in `GRANTS` holds the action."""
        return action in GRANTS.get(self.role, frozenset())

    def require(self, action: Action) -> None:
        """Raise `NotAllowed` unless `can(action)`."""
        if not self.can(action):
            raise NotAllowed(f"The role {self.role} may not {action}. Ask your data steward if you need to.")
