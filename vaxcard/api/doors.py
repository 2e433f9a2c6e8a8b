"""Every door for machines, in one list: the application opens these and no other."""

from __future__ import annotations

from vaxcard.api.card_sets import card_sets
from vaxcard.api.children import children
from vaxcard.api.days import days
from vaxcard.api.doses import doses
from vaxcard.api.events import events
from vaxcard.api.facts import facts
from vaxcard.api.guardians import guardians
from vaxcard.api.lists import lists
from vaxcard.api.openapi import openapi
from vaxcard.api.opening import opening
from vaxcard.api.plans import plans
from vaxcard.api.scans import scans
from vaxcard.api.trails import trails

DOORS = (scans, children, opening, doses, facts, events, guardians, days, lists, plans, card_sets, trails, openapi)
