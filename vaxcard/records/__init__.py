"""The registry: the only home of SQLAlchemy, and the only floor that touches rows.

It decides what is stored, by whom and in which transaction; clinical judgement it asks of the schedule through `chart`.
It never asks the clock.
"""
