"""vaxcard: a country's childhood vaccination record, from the clinic's workbook to the card, the counter and the family's phone."""
