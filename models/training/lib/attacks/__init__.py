"""Perturbations. `signed`: the one descent loop; `hiding`, `strong`: on object detectors; `labels`: on networks that
name a class; `published`: the same by others' libraries; `noises`: without a gradient."""
