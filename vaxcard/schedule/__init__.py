"""The engine: what a dose given was worth and what is owed next, from rules that are data. Pure: no clock, no rows, no network."""
