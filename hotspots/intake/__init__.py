"""Files to incidents: read, map, validate, locate."""

from hotspots.intake.mapping import Mapping
from hotspots.intake.readers import read_incidents
from hotspots.intake.reading import Limits, Reading

__all__ = ["Limits", "Mapping", "Reading", "read_incidents"]
