"""The printed cards: what stands on them, where, and how a scan leads back to one."""
