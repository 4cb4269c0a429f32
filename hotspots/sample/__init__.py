"""The invented sample: seeded, with its truths written down; no real place, person or report."""

from hotspots.sample.making import SEED, Sample, draw_site_months, make_sample, write_sample

__all__ = ["SEED", "Sample", "draw_site_months", "make_sample", "write_sample"]
