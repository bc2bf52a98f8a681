"""What the pages of sign-in and of one's own credentials have in common."""
