"""Texts to families: who is reminded of what on which day, in which words, and how a text goes out once and no more.

Planning fills the outbox of `records`, dispatch empties it through a channel; neither asks the clock.
"""
