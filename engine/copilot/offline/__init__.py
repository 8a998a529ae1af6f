"""The offline drafter: a grammar of sentences about workflows. No model, no network, the same answer every time."""
