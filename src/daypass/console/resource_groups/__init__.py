"""Resource groups: the list, a single one, and their names on other pages."""
