"""What both halves stand on, each thing once: `camera/` (frames of streams, I420) and `stills/` (the paper's pictures,
RGB) import from here, never from one another, and nothing here imports from them."""
