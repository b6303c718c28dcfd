"""The autograder: tells a learner not only that an answer is wrong, but which misunderstanding it looks like."""
