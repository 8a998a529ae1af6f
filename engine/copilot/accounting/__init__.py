"""Every word of a sentence is used in the draft, and where, or is a to-do: whoever drafted."""
