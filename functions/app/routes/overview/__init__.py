"""Routes of pages about the whole: how it is set, how it goes."""
