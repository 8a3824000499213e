"""Training: optimizers, schedules, callbacks, the loop, models and their files."""
