"""framewarden's networks on onnxruntime's Python wheel: a child of a guard that speaks frames on its pipes.

Python >= 3.8 (JetPack 5), onnxruntime and numpy; nothing else. Started as `python -m framewarden_worker` by
src/inference/python/worker.ts, never by hand.
"""
