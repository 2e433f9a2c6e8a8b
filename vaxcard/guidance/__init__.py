"""What to tell a family at each age, with the source of every fact, and the marks by which children are told apart."""
