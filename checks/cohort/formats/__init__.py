"""What other programs read: gradebooks, platforms of courses, continuous integration."""
