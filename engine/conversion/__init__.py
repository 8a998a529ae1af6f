"""Files of other kinds made into workflow documents: what was recognised, the candidates, and what was guessed."""
