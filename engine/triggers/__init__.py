"""What triggers mean: when a schedule comes, and which events a pattern matches.

All of it is pure. The instant is asked for, so nothing here reads a clock; a choice by chance follows from a seed. The
shapes of a document's triggers are in engine.catalog.triggers, which refuses what this refuses.
"""
