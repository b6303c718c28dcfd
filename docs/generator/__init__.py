"""Makes the parts of the site that come from elsewhere: exercises, figures, tables, diagrams, notebooks, references.

`python -m docs.generator` writes them to `docs/generated/`, and the pages include them. Nothing there is committed.
"""
