"""A sentence to a draft, and help with a draft: explain, fix, error handling. By a model, or by a grammar offline."""
