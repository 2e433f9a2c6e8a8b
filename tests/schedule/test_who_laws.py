"""The laws of the engine for WHO's schedule: the same as for China's."""

from tests.schedule.laws import World, laws_of
from tests.schedule.strategies import decided_patients, patients
from vaxcard.schedule.loader import load_schedule

WHO = load_schedule("who")
globals().update(laws_of(World(WHO, lambda most: patients(most, WHO), decided_patients(WHO), tuple(sorted(WHO.vaccines)))))
