"""What happens without an attacker: negatives. `frames`: to a camera; `pictures`: to a still, mild."""
