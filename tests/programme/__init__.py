"""The programme's own work on the whole registry."""
