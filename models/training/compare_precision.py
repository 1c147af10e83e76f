"""FP32 against INT8 on the attacked and clean frames of the calibrate split: what INT8 costs. results/compare_precision.json

nice -n 15 python compare_precision.py          # after export_onnx.py; 1 min
"""
import sys
from pathlib import Path

import numpy as np
import onnxruntime

from calibrate import scores_of
from crops import Cache, positive_weight
from evaluate_clips import auroc
from export_onnx import session
from video import write_json


def main() -> None:
    cache, out = Cache(Path('cache/calibrate')), {}
    attacked = [cache.frames(line['attacked'])[-1] for line in cache.attacks if positive_weight(line) > 0.5]
    clean = [cache.frames(line['clean'])[-1] for line in cache.attacks + cache.negatives]
    for name in ('screen', 'chain'):
        scores = {}
        for tag in ('fp32', 'int8'):
            graph = session(f'cache/onnx/{name}.{tag}.onnx')
            scores[tag] = scores_of(graph, attacked), scores_of(graph, clean)
        gap = np.abs(np.concatenate(scores['fp32']) - np.concatenate(scores['int8']))
        spread = np.concatenate(scores['fp32']).std()
        line = np.quantile(scores['fp32'][1], 0.98)
        out[name] = {'attacked': len(attacked), 'clean': len(clean), 'auroc': {t: auroc(*v) for t, v in scores.items()},
                     'found_at_2_percent': {t: float((v[0] > np.quantile(v[1], 0.98)).mean()) for t, v in scores.items()},
                     'gap_median': float(np.median(gap)), 'gap_p99': float(np.quantile(gap, 0.99)), 'gap_max': float(gap.max()), 'deviation_of_scores': float(spread),
                     'verdicts_changed': float(np.mean((np.concatenate(scores['fp32']) > line) != (np.concatenate(scores['int8']) > line)))}
        print(name, out[name], flush=True)
    write_json('results/compare_precision.json', {'command': ' '.join(sys.argv), 'onnxruntime': onnxruntime.__version__, 'graphs': out})


if __name__ == '__main__':
    main()
