"""CDC's supporting data as published, read into the schedule's vocabulary and assessed by CDSi's logic (chapters 4 to 9).

One thing a module: reading the files, judging doses, looking ahead, choosing among series, merging antigens into groups.
"""
