"""Conversations in which a model drafts, outlines without a model, and help with a document: explain, fix, error
handling."""
