"""The camera bundle: what it is trained, calibrated and measured with. Run as `python -m camera.<step>` from
models/training."""
