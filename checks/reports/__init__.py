"""What is shown of a result record: on the terminal, as JSON, as JUnit's XML."""
