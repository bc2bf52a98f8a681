"""RAM users: lists, forms and what they do."""
