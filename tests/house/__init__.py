"""The checks behind tests/test_house_rules.py: each takes a folder and returns its complaints, one sentence each."""
