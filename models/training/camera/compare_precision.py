"""FP32 against INT8 on the attacked and clean frames of the calibrate split: what INT8 costs.
results/compare_precision.json

nice -n 15 python -m camera.compare_precision          # after export; 1 min
"""
import numpy as np

from lib.bundle import session
from lib.run import CACHE, write_result
from lib.stats import auroc

from .calibrate import scores_of
from .crops import Cache, positive_weight


def main() -> None:
    cache, out = Cache(CACHE / 'calibrate'), {}
    attacked = [cache.frames(line['attacked'])[-1] for line in cache.attacks if positive_weight(line) > 0.5]
    clean = [cache.frames(line['clean'])[-1] for line in cache.attacks + cache.negatives]
    for name in ('screen', 'chain'):
        scores = {}
        for tag in ('fp32', 'int8'):
            graph = session(CACHE / f'onnx/{name}.{tag}.onnx')
            scores[tag] = scores_of(graph, clean), scores_of(graph, attacked)
        gap = np.abs(np.concatenate(scores['fp32']) - np.concatenate(scores['int8']))
        spread = np.concatenate(scores['fp32']).std()
        line = np.quantile(scores['fp32'][0], 0.98)
        out[name] = {
            'attacked': len(attacked), 'clean': len(clean), 'auroc': {t: auroc(*v)
                                                                      for t, v in scores.items()},
            'found_at_2_percent': {t: float((v[1] > np.quantile(v[0], 0.98)).mean())
                                   for t, v in scores.items()
                                   }, 'gap_median': float(np.median(gap)), 'gap_p99': float(np.quantile(gap, 0.99)),
            'gap_max': float(gap.max()), 'deviation_of_scores': float(spread), 'verdicts_changed': float(
                np.mean((np.concatenate(scores['fp32']) > line) != (np.concatenate(scores['int8']) > line)))}
        print(name, out[name], flush=True)
    write_result('camera', 'compare_precision', {'graphs': out})


if __name__ == '__main__':
    main()
