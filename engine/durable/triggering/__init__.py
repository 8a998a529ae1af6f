"""From what arrives to what starts: who listens, deliveries, schedules."""
