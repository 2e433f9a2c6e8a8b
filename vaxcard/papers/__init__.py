"""What is printed, whatever it says: fonts, symbols, icons, sheets, and the check that a printed symbol reads."""
