"""`python -m vaxcard.cli` is the console script."""

from vaxcard.cli import main

main()
