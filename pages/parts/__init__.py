"""Widgets and wiring that several pages share."""
