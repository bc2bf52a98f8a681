"""Authentication: from a signed request to a caller whose rights are known."""
