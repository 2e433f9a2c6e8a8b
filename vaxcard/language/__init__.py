"""What people read: catalogues, dates and ages in words, and a sentence for every reason and fault.

The only home of Babel. It decides how a thing is said, never what is true.
"""

from vaxcard.language.catalogues import languages, translations
from vaxcard.language.dates import say_age, say_clock, say_date, say_duration, say_full_date, say_month
from vaxcard.language.faults import Said, say_fault
from vaxcard.language.reasons import say_reason, say_withheld

__all__ = [
    "Said",
    "languages",
    "say_age",
    "say_clock",
    "say_date",
    "say_duration",
    "say_fault",
    "say_full_date",
    "say_month",
    "say_reason",
    "say_withheld",
    "translations",
]
