"""What the pages of settings show, and how their forms become calls."""
