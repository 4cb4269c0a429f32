"""Names of hotspots, from the data's own place text."""

import pandas as pd

KINDS_OF_PLACE = frozenset(
    """Airport/Airfield|Bus/Coach Station|Conference/Exhibition Centre|Further/Higher Educational Building|
    Hospital|Nightclub|Park/Open Space|Parking Area|Pedestrian Subway|Petrol Station|Police Station|Prison|
    Race Track|Shopping Area|Sports/Recreation Area|Supermarket|Theatre/Concert Hall|Ferry Terminal|
    Motorway Service Station|Theme/Adventure Park""".replace("\n    ", "").split("|")
)
"""Place words of police.uk that name a kind of place, not a place."""


def name_areas(place_text: pd.Series, labels: pd.Series, n_areas: int) -> list[str]:
    """One distinct name for each hotspot 0 … n_areas-1.

    place_text, labels: aligned; label -1 is noise. The most common text wins, ties by alphabet;
    a kind of place ("Supermarket") is joined to the most common street; a name used by a larger
    hotspot already gets the next text or a number. Hotspots without any text are "Unnamed area".
    """
    inside = (labels >= 0) & place_text.notna()
    texts = pd.DataFrame({"area": labels[inside], "text": place_text[inside].astype(str)})
    ranked = texts.value_counts().reset_index().sort_values(["area", "count", "text"], ascending=[True, False, True])
    choices = ranked.groupby("area")["text"].agg(list)
    taken: set[str] = set()
    names = []
    for area in range(n_areas):
        name = _free_name(_candidates(choices.get(area, [])), taken)
        taken.add(name)
        names.append(name)
    return names


def _candidates(texts: list[str]) -> list[str]:
    streets = [t for t in texts if t not in KINDS_OF_PLACE]
    if not texts:
        return ["Unnamed area"]
    if texts[0] in KINDS_OF_PLACE:
        return [f"{texts[0]}, {street}" for street in streets[:2]] or [texts[0]]
    return [texts[0]] + [f"{texts[0]} and {other}" for other in streets[1:3]]


def _free_name(candidates: list[str], taken: set[str]) -> str:
    for name in candidates:
        if name not in taken:
            return name
    number = 2
    while f"{candidates[0]} ({number})" in taken:
        number += 1
    return f"{candidates[0]} ({number})"
