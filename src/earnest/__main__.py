"""`python -m earnest` is the `earnest` command."""

from earnest.cli import main

if __name__ == "__main__":
    main()
