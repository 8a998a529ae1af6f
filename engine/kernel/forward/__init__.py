"""Whether a stopped execution can go on by another version of its workflow: told before, without running anything."""
