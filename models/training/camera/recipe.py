"""The runs of the camera bundle. A round is changed here and nowhere else; `python train.py camera` makes what follows
from it.

`screen`, `mapping` and `classifier` are what 0.1.1 ships. M goes on from there with the detector term (`repair`), or
the restorer begins anew; C then goes on with that M (`contrast`). `bundle-0.1.1` takes the shipped weights out of
their graph: nothing of it has to be trained again."""
from lib.run import Graph, Run

GRAPH = Graph(
    'camera',
    Run('screen-first', 'screen', steps=2400, seed=3),
    Run('screen', 'screen', start='screen-first', steps=4000, seed=3, ships=True),
    Run('mapping-first', 'squares', steps=2000, seed=7),
    Run('mapping', 'squares', start='mapping-first', steps=1800, seed=7, ships=True),
    Run('classifier', 'classifier', mapping='mapping', steps=800, seed=9, ships=True),
    Run('bundle-0.1.1', 'shipped', gives=('mapping-0.1.1', 'classifier-0.1.1')),
    Run('repair', 'repair', start='mapping-0.1.1', steps=8000, seed=31),
    Run('restorer', 'repair', steps=8000, seed=31),
    Run('contrast', 'contrast', start='classifier-0.1.1', mapping='repair', steps=1500, seed=37))
GRAPHS = {'camera': GRAPH}
