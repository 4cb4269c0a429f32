"""Addresses: what may be shown (street or block) parted from what is restricted (door, flat, UPRN)."""

import pandas as pd

from hotspots.intake.words import Words, has, swap, trimmed

_KIND = r"(?:flat|apartment|apt|unit|room|bedsit|studio|maisonette)\s*(?:no\.?\s*)?"
_UNIT = rf"(?i)\b{_KIND}(?:\d+\s*[a-z]?|[a-z])\b[,\s]*"
_UNIT_NUMBER = rf"(?is)^.*?\b{_KIND}(\d+ ?[a-z]?|[a-z])\b.*$"
_DOOR = r"^(?:[Nn]o\.?\s*)?\d+\s*[A-Za-z]?(?:\s*[-/&]\s*\d+\s*[A-Za-z]?)?(?:\s*,\s*|\s+)(\S.*)$"
_POSTCODE = r"(?i)\b[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}\b"
_REST = r"(?s)[,\n].*$"
_CONTACT = r"\b0\d{3,4}[ -]?\d{3}[ -]?\d{3,4}\b|\+44[ \d]{9,}|\S+@\S+\.\S+"


def place_words(place: Words, address: Words) -> pd.Series:
    """Street or block of each row, never a flat, door number or postcode; the place column goes first.

    place, address: the mapped columns. Returns one text a row, missing where neither says anything.
    """
    named = (place.each(street_of) if place.any else place).rows()
    return named.fillna(address.each(street_of).rows()) if address.any else named


def address_keys(address: Words, place: Words, uprn: Words) -> pd.Series:
    """UPRN, else the normalised address, else a place that begins with a door number; missing otherwise."""
    keys = (uprn.each(_uprn_key) if uprn.any else uprn).rows()
    if address.any:
        keys = keys.fillna(address.each(normal_address).rows())
    if not place.any:
        return keys
    doors = place.each(lambda words: words.where(has(words, _DOOR), "")).each(normal_address)
    return keys.fillna(doors.rows()) if doors.any else keys


def unit_words(unit: Words, address: Words, place: Words) -> pd.Series:
    """Flat of each row, from its own column or out of the address."""
    units = unit.each(lambda words: swap(words, f"(?i)^{_KIND}", "")).rows()
    for column in (column for column in (address, place) if column.any):
        units = units.fillna(column.each(_unit_number).rows())
    return units.str.upper()


def street_of(words: pd.Series) -> pd.Series:
    """The street or block in an address: first part that is left without flat, door number and postcode."""
    bare = swap(swap(swap(words, _UNIT, ""), _POSTCODE, ""), r"^[\s,]+", "")
    first = trimmed(swap(swap(bare, _DOOR, r"\1"), _REST, ""))
    return swap(swap(first, r"^[\d\s]+$", ""), r"(?s)^(.{80}).*$", r"\1")


def normal_address(words: pd.Series) -> pd.Series:
    """Capitals, no punctuation, single spaces, so that one address is written one way."""
    return trimmed(swap(words.str.upper(), r"[^\pL\pN]+", " "))


def holds_contacts(words: Words) -> int:
    """Rows whose cell seems to hold a telephone number or e-mail address, which we do not want."""
    flagged = has(words.unique, _CONTACT).to_numpy()
    return int(flagged[words.codes].sum())


def _unit_number(words: pd.Series) -> pd.Series:
    found = has(words, _UNIT_NUMBER)
    return swap(words.where(found, ""), _UNIT_NUMBER, r"\1") if found.any() else words.where(found, "")


def _uprn_key(words: pd.Series) -> pd.Series:
    digits = swap(words, r"^0*(\d{1,12})(?:\.0+)?$", r"\1")
    return digits.where(has(digits, r"^\d+$"), normal_address(words))
