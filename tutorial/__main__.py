"""Entry point of `python -m solutions`."""

from .cli import main

if __name__ == "__main__":
    main()
