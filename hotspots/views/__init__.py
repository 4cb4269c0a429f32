"""Released results to things to look at."""
