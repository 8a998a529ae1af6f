"""What workflows cost on AWS: units counted through the real adapters (counted.json) times dated prices (prices.json).

    acts of a workflow or a run ──► Units (engine.cost.acts) ──► dollars (engine.cost.prices)

Nothing here calls AWS. ``make cost-count`` counts anew; docs/costs.md tells the method and what is left out.
"""
