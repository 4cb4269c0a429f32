"""Incidents to numbers."""
