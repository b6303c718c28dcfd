"""The application: what `python -m solutions` does with the model. Nothing that it builds on imports it."""
