"""A conversation about one draft: its entries, its turns, the model's tools, and the checks of what it hands in."""
