"""What both sides of a process boundary share: frames, messages, observed values, and the language of checks."""
