"""For maintainers: write the tutorial from the solutions, prove the course sound, start a new exercise."""
