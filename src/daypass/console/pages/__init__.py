"""The pages: a module an area, found by their being here."""
