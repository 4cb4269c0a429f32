"""Errors that are safe to show: what is wrong, what was given, what to do.

Pages and the command line catch `HubError` and nothing wider; a message never
repeats an address, a name or any other cell of an incident.
"""


class HubError(Exception):
    """A fault the user can mend; its text is shown as it is."""


class BadFile(HubError):
    """A file that is missing, empty, of the wrong kind or unreadable."""


class BadMapping(HubError):
    """Columns that could not be matched to ours."""


class BadValue(HubError, ValueError):
    """A parameter outside what its function or setting allows."""


class BadFrame(HubError, ValueError):
    """A frame without the columns, types or CRS its noun requires."""


class NoData(HubError):
    """Nothing to work on: an empty store, window or district."""


class NotAllowed(HubError, PermissionError):
    """The viewer's role does not hold the grant; refuse on doubt."""


class StoreError(HubError):
    """The store could not be opened, written or upgraded; it is unchanged."""


class SettingsError(HubError):
    """The settings file has a key or value that is not understood."""
