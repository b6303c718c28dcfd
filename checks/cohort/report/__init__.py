"""What people read: the class at a glance, and a page for each student."""
