"""`compare`: published numbers, verdicts, refusals, words, and small simulated worlds with a known truth."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.analysis import evaluation
from hotspots.analysis.evaluation import compare
from hotspots.analysis.regression_to_mean import expected_by_moments
from hotspots.errors import BadValue

LANCASHIRE = {
    "target_before": [207],
    "target_after": [110],
    "control_before": [308],
    "control_after": [318],
    "ring_before": [178],
    "ring_after": [157],
    "ring_control_before": [150],
    "ring_control_after": [140],
}
VERDICTS = {"fell", "rose", "no clear change", "cannot tell yet", "refused"}
CONTROL = {"control_before": [12] * 26, "control_after": [12] * 26}
RNG = np.random.default_rng(20)
SIMILAR = RNG.poisson(RNG.gamma(2, 20, 100))


def halves(rate_before, rate_after, *, periods=26, seed=0, **settings):
    """A comparison of Poisson weeks with a steady control, the place not chosen for being high."""
    rng = np.random.default_rng(seed)
    return compare(
        rng.poisson(rate_before, periods),
        rng.poisson(rate_after, periods),
        control_before=rng.poisson(12, periods),
        control_after=rng.poisson(12, periods),
        **{"selected_as_hotspot": False, **settings},
    )


def test_lancashire_wdd_and_wilson_ratio():
    found = compare(**LANCASHIRE)
    assert found.wdd == -118
    assert (found.wdd_low, found.wdd_high) == pytest.approx((-195.610614, -40.389386), abs=1e-5)
    assert (found.wdd_local, found.wdd_ring) == (-107, -11)
    assert (found.ratio, found.low, found.high) == pytest.approx((0.514690, 0.38925, 0.68056), abs=1e-5)
    assert found.naive_change == pytest.approx(110 / 207 - 1)
    assert (found.ring_before, found.ring_after, found.ring_control_before) == (178, 157, 150)


def test_one_period_a_side_never_reaches_a_verdict():
    found = compare(**LANCASHIRE, selected_as_hotspot=False)
    assert found.verdict == "cannot tell yet"
    assert math.isnan(found.dispersion)
    assert any("pure chance" in caveat for caveat in found.caveats)


def test_abbess_regression_to_the_mean():
    spread = math.sqrt(10 * 19 / 20)
    reference = np.round(np.array([4 - spread, 4 + spread] * 10)).astype(int)
    found = compare([12], [8], control_before=[40], control_after=[40], reference=reference)
    pull = reference.mean() / reference.var(ddof=1)
    assert found.expected_before == pytest.approx(pull * 4 + (1 - pull) * 12)
    assert found.regression_to_mean == pytest.approx(-0.267, abs=0.03)


def test_a_clear_fall_is_called_a_fall():
    found = halves(5, 1)
    assert found.verdict == "fell"
    assert found.high < 1 and found.p_value < 0.05
    assert found.low < 0.2 < found.high
    assert found.avoided_low < found.avoided < found.avoided_high
    assert found.when_could_tell is None


def test_a_clear_rise_is_called_a_rise():
    assert halves(2, 6).verdict == "rose"


def test_no_change_where_a_halving_would_have_been_seen():
    found = halves(10, 10)
    assert found.verdict == "no clear change"
    assert -0.5 <= found.minimum_detectable_change < 0
    assert found.low < 1 < found.high


def test_too_few_to_see_a_halving_says_when_it_could():
    found = halves(1.2, 1.2, seed=3)
    assert found.verdict == "cannot tell yet"
    assert found.when_could_tell is not None and found.when_could_tell >= 1
    assert f"{found.when_could_tell} more" in found.sentence


def test_the_wait_it_names_would_do():
    found = halves(1.6, 1.6, seed=5)
    rng = np.random.default_rng(5)
    before, after = rng.poisson(1.6, 26), rng.poisson(1.6, 26)
    control = rng.poisson(12, 26), rng.poisson(12, 26)
    longer = [np.resize(window, 26 + found.when_could_tell + 2) for window in (after, control[1])]
    then = compare(
        before,
        longer[0],
        control_before=control[0],
        control_after=longer[1],
        selected_as_hotspot=False,
    )
    assert then.minimum_detectable_change >= -0.51


def test_under_ten_before_cannot_tell_and_claims_no_percentage():
    found = compare([1] * 9, [0] * 9, control_before=[9] * 9, control_after=[9] * 9, selected_as_hotspot=False)
    assert found.verdict == "cannot tell yet"
    assert found.when_could_tell is None
    assert "%" not in found.sentence


def test_a_chosen_place_without_references_never_fell():
    for reference in (None, [], SIMILAR[:19]):
        found = halves(8, 0.5, selected_as_hotspot=True, reference=reference)
        assert found.verdict == "cannot tell yet"
        assert found.reference_places == 0
        assert math.isnan(found.regression_to_mean)
        assert any("Fewer than 20 similar places" in caveat for caveat in found.caveats)
    assert halves(8, 0.5, selected_as_hotspot=True, reference=SIMILAR[:20]).verdict == "fell"


def test_references_without_a_single_report_measure_nothing():
    found = halves(8, 0.5, selected_as_hotspot=True, reference=[0] * 30)
    assert (found.verdict, found.reference_places) == ("cannot tell yet", 0)


def test_equal_references_are_taken_as_all_luck():
    found = halves(8, 0.5, selected_as_hotspot=True, reference=[20] * 30)
    assert found.expected_before == 20
    assert found.low < found.ratio < found.high


def test_regression_to_the_mean_is_taken_out_and_shown():
    chosen = halves(6, 3, selected_as_hotspot=True, reference=SIMILAR)
    plain = halves(6, 3)
    assert chosen.regression_to_mean < 0 == plain.regression_to_mean
    assert chosen.expected_before < chosen.before
    assert chosen.ratio > plain.ratio
    assert chosen.naive_change == plain.naive_change


def test_a_place_below_the_others_was_not_high_and_nothing_is_taken_out():
    found = compare([1] * 26, [0, 1] * 13, **CONTROL, reference=[60 + n for n in range(40)])
    assert found.regression_to_mean == 0 and found.expected_before == found.before == 26
    assert "picked when it was high" not in found.sentence


def test_nothing_anywhere_is_refused_with_its_zeros():
    found = compare([0] * 5, [0] * 4, control_before=[0] * 5, control_after=[0] * 4)
    assert found.verdict == "refused"
    assert (found.before, found.after, found.control_before, found.control_after) == (0, 0, 0, 0)
    assert math.isnan(found.wdd) and math.isnan(found.ratio) and math.isnan(found.naive_change)


def test_nothing_in_the_target_is_refused_but_keeps_its_wdd():
    found = compare([0] * 5, [0] * 5, control_before=[4] * 5, control_after=[3] * 5)
    assert (found.verdict, found.wdd) == ("refused", 5)


def test_nothing_in_the_control_is_refused_but_keeps_its_wdd():
    found = compare([4] * 5, [3] * 5, control_before=[0] * 5, control_after=[0] * 5)
    assert (found.verdict, found.wdd) == ("refused", -5)
    assert found.naive_change == pytest.approx(-0.25)


@pytest.mark.parametrize("nothing", [None, [], np.array([])])
def test_no_control_is_refused_with_the_reason(nothing):
    found = compare([4] * 5, [3] * 5, control_before=nothing, control_after=nothing)
    assert found.verdict == "refused"
    assert "No comparison area" in found.sentence
    assert (found.before, found.after, found.control_before) == (20, 15, None)


@pytest.mark.parametrize("gapped", ["target_before", "target_after", "control_before", "control_after"])
def test_a_gap_is_refused_and_never_read_as_zero(gapped):
    windows = {name: [5.0] * 12 for name in ("target_before", "target_after", "control_before", "control_after")}
    windows[gapped][3] = math.nan
    found = compare(**windows)
    assert found.verdict == "refused"
    assert "gap is not a zero" in found.sentence
    assert math.isnan(found.ratio)


def test_a_gap_in_the_ring_refuses_the_ring_only():
    ring = [5.0] * 25 + [math.nan]
    found = halves(5, 1, ring_before=ring, ring_after=[5] * 26)
    assert (found.verdict, found.ring_verdict) == ("fell", "refused")


@pytest.mark.parametrize("bad", [[-1, 2, 3], [1.5, 2, 3], ["a", 2, 3], [math.inf, 2, 3]])
def test_counts_that_are_not_counts_are_errors(bad):
    with pytest.raises(BadValue, match="target"):
        compare(bad, [1, 2, 3], control_before=[1, 2, 3], control_after=[1, 2, 3])
    with pytest.raises(BadValue, match="reference"):
        compare([1, 2], [1, 2], control_before=[1, 2], control_after=[1, 2], reference=bad)


def test_areas_must_share_their_periods():
    with pytest.raises(BadValue, match="control has 3 and 2 periods, the target 2 and 2"):
        compare([1, 2], [1, 2], control_before=[1, 2, 3], control_after=[1, 2])


def test_half_an_area_is_an_error():
    with pytest.raises(BadValue, match="both before and after"):
        compare([1, 2], [1, 2], control_before=[1, 2], control_after=None)


@pytest.mark.parametrize("level", [0.3, 1.0, math.nan])
def test_a_level_outside_its_bounds_is_an_error(level):
    with pytest.raises(BadValue, match="level"):
        compare([1, 2], [1, 2], control_before=[1, 2], control_after=[1, 2], level=level)


def test_lists_tuples_arrays_and_series_are_the_same_input():
    windows = [RNG.poisson(3, 12) for _ in range(4)]
    makers = (
        list,
        tuple,
        np.asarray,
        pd.Series,
        lambda w: pd.Series(w, dtype="Int64"),
        lambda w: (n for n in w),
    )
    found = [
        compare(make(a), make(b), control_before=make(c), control_after=make(d))
        for make in makers
        for a, b, c, d in [windows]
    ]
    assert len({repr(result) for result in found}) == 1


def test_inputs_are_not_changed():
    before = np.array([3.0, 4.0, 5.0])
    compare(before, before, control_before=before, control_after=before)
    assert before.tolist() == [3, 4, 5]


def test_windows_of_different_length_are_compared_by_period():
    found = compare([4] * 26, [4] * 13, control_before=[9] * 26, control_after=[9] * 13, selected_as_hotspot=False)
    assert found.ratio == pytest.approx(1)
    assert found.naive_change == 0
    assert found.wdd == pytest.approx(0)
    assert (found.periods_before, found.periods_after) == (26, 13)


def test_a_fall_everywhere_is_not_a_fall_here():
    found = compare([8] * 26, [4] * 26, control_before=[20] * 26, control_after=[10] * 26, selected_as_hotspot=False)
    assert found.ratio == pytest.approx(1)
    assert found.verdict != "fell"


def test_a_ring_that_rose_is_said_so():
    found = halves(5, 1, ring_before=[3] * 26, ring_after=[6] * 26)
    assert found.ring_verdict == "rose"
    assert "Next door had 78 before and 156 after" in found.sentence
    assert math.isnan(found.wdd_ring)


def test_next_door_is_a_warning_judged_at_one_in_twenty():
    """The ring's interval is the 90 % one of the very same counts; the target's verdict stays at 95 %."""
    before, after = [4, 5, 6, 5] * 3, [6, 6, 8, 6] * 3
    control = {"control_before": [20, 21] * 6, "control_after": [21, 20] * 6, "selected_as_hotspot": False}
    as_target = [compare(before, after, **control, level=level) for level in (0.95, 0.90)]
    beside = compare([9] * 12, [9] * 12, **control, ring_before=before, ring_after=after)
    assert (beside.level, beside.ring_level) == (0.95, pytest.approx(0.90))
    assert (beside.ring_low, beside.ring_high) == pytest.approx((as_target[1].low, as_target[1].high))
    assert as_target[0].low < beside.ring_low < as_target[0].ratio
    assert "(90% interval)" in beside.sentence


def test_bursts_widen_the_interval():
    steady, bursty = [4] * 24, [1, 1, 1, 1, 13, 3, 1, 1, 1, 1, 12, 4] * 2
    control = {"control_before": [9] * 24, "control_after": [9] * 24, "selected_as_hotspot": False}
    narrow = compare(steady, [2] * 24, **control)
    wide = compare(bursty, [2] * 24, **control)
    assert wide.dispersion > narrow.dispersion
    assert wide.high / wide.low > narrow.high / narrow.low


def test_periods_that_go_together_are_counted_in_blocks():
    slow = ([9] * 4 + [1] * 4) * 3
    found = compare(slow, slow, control_before=slow, control_after=slow, selected_as_hotspot=False)
    assert found.dispersion_block == 4
    assert found.dispersion > 10


def test_none_after_still_has_an_estimate_above_zero():
    found = compare([2] * 20, [0] * 20, control_before=[9] * 20, control_after=[9] * 20, selected_as_hotspot=False)
    assert found.verdict == "fell"
    assert 0 < found.low < found.ratio < found.high < 1


def test_a_comparison_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        halves(5, 5).verdict = "fell"


@pytest.mark.parametrize(("before", "after"), [(5, 1), (2, 6), (10, 10), (1.2, 1.2), (0.2, 0.2)])
def test_sentences_give_counts_first_and_never_a_cause(before, after):
    found = halves(before, after, ring_before=[3] * 26, ring_after=[3] * 26)
    text = found.sentence
    assert str(found.before) in text and str(found.after) in text
    assert "caus" not in text and "because of" not in text and "nan" not in text
    if "best estimate" in text:
        assert text.index("between") < text.index("best estimate")
    if "%" in text:
        assert text.index(str(found.before)) < text.index("%")
        assert "consistent with" in text


def test_a_fall_short_of_everything_is_not_rounded_up_to_it():
    found = compare([60] * 20, [0] * 20, control_before=[60] * 20, control_after=[60] * 20, selected_as_hotspot=False)
    assert "100 %" not in found.sentence
    assert "more than 99 %" in found.sentence


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_every_input_gets_a_verdict_an_ordered_interval_and_a_sentence(data):
    sizes = [data.draw(st.integers(1, 20)) for _ in range(2)]
    windows = [
        data.draw(st.lists(st.integers(0, 60), min_size=size, max_size=size)) for size in (*sizes, *sizes, *sizes)
    ]
    reference = data.draw(st.one_of(st.none(), st.lists(st.integers(0, 200), min_size=20, max_size=40)))
    found = compare(
        windows[0],
        windows[1],
        control_before=windows[2],
        control_after=windows[3],
        ring_before=windows[4],
        ring_after=windows[5],
        reference=reference,
    )
    assert found.verdict in VERDICTS and found.ring_verdict in VERDICTS
    assert found.sentence.endswith(".") and all(caveat.endswith(".") for caveat in found.caveats)
    if not math.isnan(found.ratio):
        assert 0 <= found.low <= found.ratio <= found.high
        assert 0 <= found.p_value <= 1
    if found.verdict == "fell":
        assert found.high < 1 and found.reference_places >= 20 and found.before >= 10


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_p_value_and_interval_agree(seed):
    found = halves(3, 2, seed=seed)
    assert (found.p_value < 0.05) == (not found.low <= 1 <= found.high)


def _nothing_done(rng, shape, phi, places=400, weeks=26):
    """The place with most before of `places`, with its control and references; nothing is done."""
    risks = 1.5 * rng.gamma(shape, 1 / shape, places)

    def weekly(means):
        spread = np.repeat(np.asarray(means)[:, None], weeks, axis=1)
        return rng.poisson(spread if phi == 1 else rng.gamma(np.maximum(spread / (phi - 1), 1e-12), phi - 1))

    before = weekly(risks)
    totals = before.sum(axis=1)
    chosen = int(totals.argmax())
    others = rng.choice(np.delete(np.arange(places), chosen), 20, replace=False)
    after = weekly(risks[[chosen, *others]])
    return compare(
        before[chosen],
        after[0],
        control_before=before[others].sum(axis=0),
        control_after=after[1:].sum(axis=0),
        reference=np.delete(totals, chosen),
    )


@pytest.mark.parametrize(("shape", "phi"), [(1, 1), (8, 3)])
def test_worst_of_four_hundred_with_nothing_done_rarely_fell(shape, phi):
    """The target is 5 %; 200 worlds may stray to 8 %. benchmarks/truth.py has the whole table."""
    rng = np.random.default_rng([shape, phi])
    found = [_nothing_done(rng, shape, phi) for _ in range(200)]
    assert np.mean([result.verdict == "fell" for result in found]) <= 0.08
    assert np.mean([result.low <= 1 <= result.high for result in found]) >= 0.90


def test_plain_moments_call_too_many_falls_where_counts_come_in_bursts(monkeypatch):
    """Top of 400, gamma shape 8, 1.5 a week: 9–14 % false falls at φ 2–3 with m/s², 1–3 % with φ·m/s²."""

    def share_fallen():
        rng = np.random.default_rng(8)
        return np.mean([_nothing_done(rng, 8, 3).verdict == "fell" for _ in range(150)])

    corrected = share_fallen()
    monkeypatch.setattr(
        evaluation, "expected_from_references",
        lambda count, totals, **_: expected_by_moments(count, float(np.mean(totals)), float(np.var(totals, ddof=1))),
    )  # fmt: skip
    assert corrected <= 0.05 < 0.07 < share_fallen()


def test_a_halving_of_eight_a_week_is_seen():
    assert np.mean([halves(8, 4, seed=seed).verdict == "fell" for seed in range(40)]) >= 0.95


# Published by the R package microsynth's vignette, quarters 13–16: effect and whether it was significant.
SEATTLE = {
    "i_felony": (46, -0.326),
    "i_misdemea": (45, -0.373),
    "i_drugs": (20, -0.158),
    "any_crime": (788, -0.201),
}


@pytest.mark.real
def test_seattle_dmi_treated_sums_and_effects(shared):
    blocks = pd.read_csv(shared / "intervention-seattle-dmi" / "seattledmi.csv.gz")
    treated = blocks["ID"].isin(blocks.loc[blocks["Intervention"] == 1, "ID"])
    verdicts = {}
    for outcome, (after, published) in SEATTLE.items():
        mine, theirs = (blocks[who].groupby("time")[outcome].sum().to_numpy() for who in (treated, ~treated))
        found = compare(
            mine[:12],
            mine[12:],
            control_before=theirs[:12],
            control_after=theirs[12:],
            selected_as_hotspot=False,
        )
        assert found.after == after
        assert found.low < 1 + published < found.high
        assert found.ratio < 1
        assert (found.p_value < 0.05) == (outcome in ("any_crime", "i_misdemea"))
        verdicts[outcome] = found.verdict
    assert verdicts["any_crime"] == verdicts["i_misdemea"] == "fell"
    assert verdicts["i_drugs"] == "cannot tell yet"
