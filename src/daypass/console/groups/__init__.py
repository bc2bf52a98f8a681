"""Groups of users: lists, forms and what they do."""
