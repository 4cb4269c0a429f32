"""Papers to take away: made when the button is pressed, and noted in the audit trail."""

from collections.abc import Callable
from dataclasses import dataclass

from hotspots import briefs
from hotspots.store import Store
from hotspots.views import printing
from hotspots.views.paper import Paper
from pages.parts import session, taking

FORMS = {"PDF": "pdf", "Word": "docx", "web page": "html"}


@dataclass(frozen=True)
class Offer:
    """A paper that a page offers: its title on the buttons, the name of its file, what makes it."""

    title: str
    name: str
    made: Callable[[briefs.Request], Paper]


def buttons(offer: Offer, store: Store) -> None:
    """A button for each form of a paper."""
    moment = session.moment(store)
    ask = briefs.Request(store, session.acting(), session.settings(), session.today(store), moment)

    def printed(kind: str) -> bytes:
        return printing.printed(offer.made(ask), kind, author=ask.settings.title)

    for form, kind in FORMS.items():
        file = f"{offer.name}-{ask.today}.{kind}"
        taking.button(
            f"{offer.title} ({form})",
            lambda kind=kind: printed(kind),
            file=file,
            mime=printing.MIME[kind],
            key=f"{offer.name}-{kind}",
            store=store,
        )
