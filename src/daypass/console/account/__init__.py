"""What people do about their own credentials."""
