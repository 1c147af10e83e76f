"""Networks and nothing else: no file, no training. Each docstring says shapes and ranges."""
