"""Papers to take away: made when the button is pressed, and noted in the audit trail."""

from dataclasses import dataclass

from hotspots.store import Store
from hotspots.views import printing
from pages.parts import session, taking

FORMS = {"PDF": "pdf", "Word": "docx", "web page": "html"}


@dataclass(frozen=True)
class Offer:
    """A paper that a page offers: its title on the buttons, the name of its file, what makes it.

    made: name of the function of `hotspots.briefs` · about: what it is given beside the request
    """

    title: str
    name: str
    made: str
    about: tuple[object, ...] = ()


def buttons(offer: Offer, store: Store) -> None:
    """A button for each form of a paper."""
    moment, viewer = session.moment(store), session.acting()
    settings, today = session.settings(), session.today(store)

    def printed(kind: str) -> bytes:
        from hotspots import briefs  # the statistics of every page: too much to load for a button nobody presses

        ask = briefs.Request(store, viewer, settings, today, moment)
        return printing.printed(getattr(briefs, offer.made)(ask, *offer.about), kind, author=settings.title)

    for form, kind in FORMS.items():
        file = f"{offer.name}-{today}.{kind}"
        taking.button(
            f"{offer.title} ({form})",
            lambda kind=kind: printed(kind),
            file=file,
            mime=printing.MIME[kind],
            key=f"{offer.name}-{kind}",
            store=store,
        )
