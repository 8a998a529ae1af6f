"""The command line's way out to AWS Step Functions, and in from there."""
