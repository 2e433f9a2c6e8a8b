"""Doors for machines: who may ask, what comes back as JSON, and how a fault is told.

A handler reads what was sent, calls one verb of the registry and renders the answer. The clock and new ids enter here.
"""
