"""Grading a class: many submissions that nobody trusts, each once, and what they say together.

```
submissions --intake--> HandedIn --run--> Result, one JSON each --formats--> gradebook, platforms
                                                                --report---> pages for the class and for each student
```

- `intake/` finds the package in whatever was handed in, and says what it found; `students.py` knows who they are.
- `isolation/` holds their code: in a process, in bubblewrap, or in a container.
- `run/` grades them, side by side, and keeps what is done, so that a run can go on after an interruption.
- `formats/` writes what other programs read, `report/` what people read, both from the results alone.
- `policy.py` applies the rules of a class, such as late days, to results; nothing is graded again for it.
"""
