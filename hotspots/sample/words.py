"""What each source calls things, how often, and when: words, weights, hours and outcomes."""

from collections.abc import Mapping

import numpy as np

POLICE, COUNCIL, HOUSING, FIRE = range(4)
ASB, PUBLIC_ORDER = "Anti-social behaviour", "Public order"

# word -> (our category, weight on a street, in a block of flats, at shops, by night, in a park)
WORDS: Mapping[int, Mapping[str, tuple[str, float, float, float, float, float]]] = {
    POLICE: {
        ASB: ("nuisance", 44, 44, 34, 42, 56),
        "Violence and sexual offences": ("violence", 22, 22, 11, 26, 10),
        "Criminal damage and arson": ("damage", 11, 10, 5, 7, 13),
        "Vehicle crime": ("vehicle", 9, 3, 2, 2, 4),
        "Burglary": ("burglary", 8, 8, 4, 3, 1),
        "Other theft": ("theft", 7, 4, 10, 6, 4),
        "Public order": ("public order", 3, 4, 4, 8, 3),
        "Drugs": ("drugs", 2, 6, 2, 4, 8),
        "Shoplifting": ("shoplifting", 1, 0, 28, 2, 0),
        "Bicycle theft": ("theft", 1.5, 1, 2, 1, 2),
        "Robbery": ("robbery", 0.7, 0.7, 0.7, 1.5, 1.5),
        "Possession of weapons": ("weapons", 0.5, 0.5, 0.3, 0.8, 1),
        "Theft from the person": ("theft", 0.5, 0.3, 1, 1.2, 0.5),
        "Other crime": ("other", 0.8, 0.5, 0.5, 0.5, 0.5),
    },
    COUNCIL: {
        "Noise": ("noise", 30, 30, 12, 26, 8),
        "Rowdy behaviour": ("nuisance", 16, 24, 26, 30, 34),
        "Fly-tipping": ("environment", 22, 10, 12, 8, 12),
        "Drug dealing": ("drugs", 4, 16, 5, 6, 12),
        "Graffiti": ("damage", 4, 3, 12, 5, 8),
        "Vandalism": ("damage", 4, 5, 6, 5, 8),
        "Abandoned vehicle": ("vehicle", 9, 4, 2, 2, 5),
        "Dogs": ("environment", 7, 4, 1, 1, 6),
        "Street drinking": ("nuisance", 1, 2, 16, 13, 6),
        "Begging": ("nuisance", 0, 0, 8, 4, 1),
        "Intimidation": ("nuisance", 3, 2, 0, 0, 0),
    },
    HOUSING: {
        "Noise": ("noise", 38, 32, 30, 34, 20),
        "Neighbour nuisance": ("nuisance", 26, 26, 20, 24, 30),
        "Drugs": ("drugs", 6, 15, 8, 10, 20),
        "Verbal abuse": ("nuisance", 7, 6, 8, 8, 7),
        "Physical violence": ("violence", 2, 3, 4, 4, 3),
        "Criminal damage": ("damage", 8, 8, 12, 10, 10),
        "Burglary": ("burglary", 4, 4, 8, 5, 5),
        "Pets": ("environment", 6, 3, 5, 3, 3),
        "Gardens": ("environment", 3, 3, 5, 2, 2),
    },
    FIRE: {
        "Deliberate secondary fire": ("fire", 40, 34, 50, 45, 74),
        "Deliberate primary fire": ("fire", 14, 10, 10, 12, 12),
        "Accidental primary fire": ("fire", 30, 40, 22, 25, 8),
        "Hoax calls": ("nuisance", 16, 16, 18, 18, 6),
    },
}
PROFILES = ("street", "block", "shops", "night", "park")
REPORTERS = ("Resident", "Officer", "Other service")
REPORTER_SHARES = {COUNCIL: (0.68, 0.24, 0.08), HOUSING: (0.82, 0.12, 0.06), FIRE: (0.0, 0.0, 1.0)}
OUTCOMES = (
    "Investigation complete; no suspect identified",
    "Unable to prosecute suspect",
    "Awaiting court outcome",
    "Local resolution",
    "Offender given a caution",
    "Status update unavailable",
)
OUTCOME_SHARES = (0.55, 0.24, 0.08, 0.05, 0.04, 0.04)
KIND_OF = {word: row[0] for words in WORDS.values() for word, row in words.items()}
"""A coarser word than the source's own and a finer one than our categories: noise is not nuisance."""


def word_shares(source: int, profile: str) -> tuple[np.ndarray, np.ndarray]:
    """The source's words and how likely each is at a site of this profile (sums to 1)."""
    words = WORDS[source]
    weights = np.array([row[1 + PROFILES.index(profile)] for row in words.values()], dtype=float)
    return np.array(list(words), dtype=object), weights / weights.sum()


def hour_shares(profile: str) -> np.ndarray:
    """Probability of each weekday (Monday 0) and hour, shape (7, 24), sums to 1."""
    hour = np.arange(24)
    by_day = 1.2 + np.exp(-((hour - 16) ** 2) / 18)
    late = np.exp(-((((hour - 22) + 12) % 24 - 12) ** 2) / 10)
    quiet = np.where((hour >= 3) & (hour < 7), 0.35, 1.0)
    weekend = np.array([0.9, 0.9, 0.9, 0.95, 1.15, 1.3, 1.0])
    lateness = {"shops": 0.2, "street": 1.0, "park": 1.6, "block": 2.6, "night": 3.6}[profile]
    late_day = np.array([0.5, 0.5, 0.6, 0.8, 1.7, 2.0, 0.9]) if profile == "night" else weekend
    table = weekend[:, None] * (by_day * quiet)[None, :] + lateness * late_day[:, None] * late[None, :]
    if profile == "shops":
        table = table * np.where((hour >= 9) & (hour < 19), 3.0, 0.4)
    return table / table.sum()


PARK_VIEW_HOURS = (
    (1, 1, 1, 2, 3, 4),
    (1, 1, 1, 2, 3, 4),
    (1, 1, 1, 2, 4, 4),
    (1, 1, 1, 2, 4, 5),
    (2, 1, 1, 2, 6, 7),
    (5, 1, 1, 3, 6, 8),
    (4, 1, 1, 2, 3, 4),
)
"""The 109 exact times of September 2016 to August 2018: Monday to Sunday by four-hour bands."""
