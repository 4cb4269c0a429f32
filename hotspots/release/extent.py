"""Which districts a hub publishes: its own, and not those where a few points of its files happen to fall.

A force's download holds reports that lie outside the force: of Hertfordshire's 2021, in 174 other districts.
They are counted and audited with everything else, but a page of theirs would be of another hub's district.
"""

from hotspots import store as stores
from hotspots.register.places import COMPARISON, Place
from hotspots.settings import Settings
from hotspots.store import Store, access, register_reads

LEAST_SHARE = 0.05
"""Of the largest district's reports. In the downloads of seven forces a district of the force's own holds 16% or more
of the largest one's, a neighbour's 3% or less (Essex and Hertfordshire 2014, City of London 2018 to 2021)."""


def own_districts(store: Store, settings: Settings) -> tuple[str, ...]:
    """The hub's own districts among those of the store, most reports first.

    The one the settings name and those that accounts are given; where there is neither, those with at least
    `LEAST_SHARE` of the largest one's reports. Those in which a place was adopted are always among them.
    """
    counted = stores.districts(store).set_index("district")["n"]
    places = register_reads.listed(store, Place)
    adopted = {place.district for place in places if place.kind != COMPARISON and place.status == "active"}
    named = ({settings.district} | access.districts_given(store)) & set(counted.index)
    if not named and len(counted):
        named = set(counted.index[counted >= LEAST_SHARE * counted.max()])
    return tuple(name for name in counted.index if name in named | adopted)
