"""How a run is trained: a module a way, each with `train(job)`. train.py calls them."""
