"""Entry point of `python -m checks`."""

from .cli import main

if __name__ == "__main__":
    main()
