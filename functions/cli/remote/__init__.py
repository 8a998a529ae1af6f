"""The command line over a deployed stage: ``automate --endpoint URL …``."""
