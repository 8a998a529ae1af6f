"""The copilot at the command line: conversations, proposals as people read them, and setting a model up."""
