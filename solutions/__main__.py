"""Entry point of `python -m solutions`."""

from .app.cli import main

if __name__ == "__main__":
    main()
