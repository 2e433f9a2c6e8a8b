"""A plain reading of CDSi, straight from the words of the specification: a second opinion on our engine, and its floor for speed.

Nothing here knows `vaxcard`. The XML is read into dictionaries as it stands; every patient walks through all of it, dose by dose.
"""
