"""Category words of police.uk (with their history), the NSIR, councils, fire and housing, to ours.

Ours are police.uk's fourteen, and a few that police data do not have. The source's own word is kept as
the subcategory, so nothing is lost by the coarser word. A word that is in no list is kept as it is.
"""

from collections.abc import Mapping

import pandas as pd

ASB = "Anti-social behaviour"
DAMAGE = "Criminal damage and arson"
VIOLENCE = "Violence and sexual offences"
DELIBERATE_FIRE = "Deliberate fire"
ACCIDENTAL_FIRE = "Accidental fire"
FIRE = "Fire, cause not stated"
HATE = "Hate incident"
DOMESTIC = "Domestic abuse"
TENANCY = "Tenancy and housing condition"
LICENSING = "Licensing"
NOT_STATED = "Not stated"

POLICE_UK = (
    ASB,
    "Bicycle theft",
    "Burglary",
    DAMAGE,
    "Drugs",
    "Other crime",
    "Other theft",
    "Possession of weapons",
    "Public order",
    "Robbery",
    "Shoplifting",
    "Theft from the person",
    "Vehicle crime",
    VIOLENCE,
)
"""police.uk's categories since May 2013."""

OURS = (*POLICE_UK, DELIBERATE_FIRE, ACCIDENTAL_FIRE, FIRE, HATE, DOMESTIC, TENANCY, LICENSING, NOT_STATED)
"""Every category that a word of the lists below can become."""

_HISTORY = {  # police.uk's retired words (2010 to 2013) and its API's short names
    "violent crime": VIOLENCE,
    "violence and sexual offence": VIOLENCE,
    "public disorder and weapons": "Public order",
    "criminal damage arson": DAMAGE,
    "asb": ASB,
    "antisocial behaviour": ASB,
    "anti social behavior": ASB,
    "theft from person": "Theft from the person",
    "shop lifting": "Shoplifting",
    "retail theft": "Shoplifting",
    "vehicle theft": "Vehicle crime",
    "theft of vehicle": "Vehicle crime",
    "theft from vehicle": "Vehicle crime",
    "criminal damage": DAMAGE,
    "vandalism": DAMAGE,
    "graffiti": DAMAGE,
    "arson": DAMAGE,
    "weapons": "Possession of weapons",
    "knife": "Possession of weapons",
    "theft": "Other theft",
    "domestic burglary": "Burglary",
    "residential burglary": "Burglary",
    "assault": VIOLENCE,
    "violence": VIOLENCE,
    "sexual offences": VIOLENCE,
}

_NSIR = (  # National Standard for Incident Recording: three qualifiers, thirteen types
    *("personal", "nuisance", "environmental", "asb personal", "asb nuisance", "asb environmental"),
    *("abandoned vehicle", "abandoned vehicles", "abandoned vehicle not stolen"),
    *("vehicle nuisance", "vehicle nuisance inappropriate use", "vehicle nuisance inappropriate vehicle use"),
    *(
        "rowdy or inconsiderate behaviour",
        "rowdy inconsiderate behaviour",
        "rowdy or inconsiderate",
        "rowdy behaviour",
    ),
    *("rowdy or nuisance neighbours", "rowdy nuisance neighbours", "neighbours", "nuisance neighbours"),
    *(
        "littering drug paraphernalia",
        "littering drugs paraphernalia",
        "littering",
        "litter",
        "drug paraphernalia",
    ),
    *("animal problems", "animals", "animal problem"),
    *("trespass", "nuisance communications", "malicious nuisance communications", "hoax calls"),
    *(
        "street drinking",
        "prostitution related activity",
        "prostitution related",
        "noise",
        "begging vagrancy",
    ),
    *("begging", "vagrancy", "fireworks", "inappropriate use sale possession of fireworks"),
)

_COUNCIL = {
    **dict.fromkeys(
        (
            "noise nuisance",
            "noise complaint",
            "loud music",
            "barking dog",
            "neighbour nuisance",
            "neighbour dispute",
        )
        + (
            "waste",
            "fly tip",
            "fly tipping",
            "flytipping",
            "dumped rubbish",
            "dogs",
            "dog fouling",
            "drugs litter",
        )
        + (
            "drug litter",
            "needles",
            "rough sleeping",
            "urination",
            "groups gathering",
            "youth nuisance",
            "intimidation",
        )
        + (
            "motorbikes",
            "off road bikes",
            "nuisance vehicle",
            "nuisance motorcycles",
            "bonfire",
            "odour",
            "smoke",
        ),
        ASB,
    ),
    "drug dealing": "Drugs",
    "drug use": "Drugs",
    "cannabis": "Drugs",
    "hmo complaint": TENANCY,
    "hmo": TENANCY,
    "licensing": LICENSING,
    "licensing complaint": LICENSING,
}

_FIRE = {  # Incident Recording System
    **dict.fromkeys(
        ("deliberate", "deliberate primary fire", "deliberate secondary fire", "primary deliberate"),
        DELIBERATE_FIRE,
    ),
    **dict.fromkeys(
        ("secondary deliberate", "deliberate fire", "deliberate fires", "suspected deliberate"),
        DELIBERATE_FIRE,
    ),
    **dict.fromkeys(
        ("accidental", "accidental fire", "accidental primary fire", "accidental secondary fire"),
        ACCIDENTAL_FIRE,
    ),
    **dict.fromkeys(("accidental dwelling fire", "primary accidental", "secondary accidental"), ACCIDENTAL_FIRE),
    **dict.fromkeys(("fire", "primary fire", "secondary fire", "chimney fire", "refuse fire", "grass fire"), FIRE),
    **dict.fromkeys(("not known", "late call"), FIRE),
}

_HOUSING = {
    **dict.fromkeys(("verbal abuse", "harassment", "threatening behaviour", "pets", "pets and animals"), ASB),
    **dict.fromkeys(
        ("pet nuisance", "communal area", "communal areas", "misuse of communal areas", "alcohol related"),
        ASB,
    ),
    **dict.fromkeys(("gardens", "garden nuisance", "untidy garden", "untidy gardens", "property condition"), TENANCY),
    "physical violence": VIOLENCE,
    "hate": HATE,
    "hate incident": HATE,
    "hate crime": HATE,
    "hate related": HATE,
    "domestic abuse": DOMESTIC,
    "domestic violence": DOMESTIC,
    "drugs substance misuse": "Drugs",
    "substance misuse": "Drugs",
}


def categorise(words: pd.Series, own: Mapping[str, str]) -> tuple[pd.Series, pd.Series]:
    """Our category for each of a source's words, and whether the word was known.

    words: distinct words as the source writes them; case, hyphens and punctuation do not matter.
    own: the mapping's own choices, their word to ours, which go before every list.
    Returns two series aligned to `words`: the category (an unknown word as it is) and a flag.
    """
    chosen = {key_of(word): ours for word, ours in own.items()}
    keys = words.map(key_of)
    ours = keys.map(lambda key: chosen.get(key, _LISTS.get(key)))
    known = ours.notna()
    return ours.where(known, words).astype("str"), known


def key_of(word: str) -> str:
    """The word in lower case, runs of anything but letters and digits made one space."""
    return " ".join("".join(c if c.isalnum() else " " for c in word.replace("&", " and ").casefold()).split())


_LISTS: Mapping[str, str] = {
    **dict.fromkeys(_NSIR, ASB),
    **_COUNCIL,
    **_FIRE,
    **_HOUSING,
    **_HISTORY,
    **{key_of(word): word for word in OURS},
}
