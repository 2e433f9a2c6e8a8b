"""`python -m vaxcard.cli` is the console script."""

from vaxcard.cli import main

if __name__ == "__main__":
    main()
