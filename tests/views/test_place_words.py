"""The sentences of a place's profile: a count has its period, and what is listed adds up."""

from datetime import date

import pandas as pd

from hotspots.periods import Window
from hotspots.register.powers import find_powers, load_powers
from hotspots.release.disclosure import release
from hotspots.release.roles import Role, Viewer
from hotspots.views import place_words as words
from hotspots.views.place_charts import parts_chart

MEMBER = Viewer(Role.HUB_MEMBER, "A member")


def test_a_count_says_of_which_months_it_is():
    held = Window(date(2021, 1, 1), date(2022, 2, 1))
    assert words.parts_title(280, 1, held) == "280 reports in 13 months to 31 January 2022, seen by 1 source"
    assert words.months_title(Window(date(2021, 8, 1), date(2022, 2, 1))) == "August 2021 to January 2022"
    assert words.months_title(Window(date(2021, 2, 1), date(2021, 8, 1))) == "February to July 2021"


def test_bars_add_up_to_the_count_above_them():
    many = pd.DataFrame({"kind": "category", "word": list("abcdefghi"), "n": [111, 69, 26, 22, 14, 7, 6, 5, 20]})
    parts = pd.concat([many, pd.DataFrame({"kind": ["source"], "word": ["police.uk"], "n": [280]})])
    drawn = parts_chart(release(parts, MEMBER, policy="parts of a place"), kind="category").to_dict()
    (rows,) = drawn["datasets"].values()
    assert sum(row["n"] for row in rows) == 280 and len(rows) == 6
    assert rows[-1]["word"] == "4 others" and rows[-1]["n"] == 38
    assert words.with_others(many.head(6), 6).equals(many.head(6))


def test_holders_add_up_to_the_routes_that_fit(project):
    found = find_powers(load_powers(project / "data" / "powers.csv"))
    line = words.holders_line(release(found.agencies, MEMBER, policy="routes by holder"))
    numbers = [int(part.split(" (")[0].rsplit(" ", 1)[1]) for part in line.split(" · ")]
    assert sum(numbers) == len(found.routes) and numbers[:5] == sorted(numbers[:5], reverse=True)
    assert f"({found.police_only} police-only)" in line


def test_a_site_nobody_checked_is_not_called_unchecked_lately():
    def titled(*flags):
        return words.site_title(pd.DataFrame({"flag": flags}))

    assert titled("never checked", "never checked") == "Nobody has checked this site yet"
    assert titled("failed", "never checked", "") == "Site: 1 failed and 1 not checked lately"
    assert titled("", "") == "Every item was seen working"


def test_no_signal_says_whether_there_was_anything_to_look_at():
    assert words.no_signal(date(2025, 11, 1), date(2022, 1, 1)) == "no data since November 2025"
    assert words.no_signal(date(2021, 6, 1), date(2022, 1, 1)) == "not above its usual range since June 2021"
