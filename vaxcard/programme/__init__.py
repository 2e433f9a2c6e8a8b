"""The programme's own work on the whole registry; in this room single children are only ever counted or assessed again."""
