"""Pages for people: the counter, the desk and the family's page. They show what the registry says and decide nothing clinical."""
