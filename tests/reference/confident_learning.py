# Reference values of src/stats/confident_learning_test.cc.
# Made with cleanlab 2.9.0 (pip install cleanlab==2.9.0), numpy as it comes along. Not part of ./test.
import numpy as np
import cleanlab
from cleanlab.count import compute_confident_joint, estimate_joint, get_confident_thresholds

cases = {
    "two classes": (
        [0, 0, 0, 0, 0, 1, 1, 1, 1, 1],
        [[p, 1 - p] for p in [0.9, 0.8, 0.75, 0.3, 0.55, 0.2, 0.1, 0.4, 0.85, 0.35]],
    ),
    "three classes": (
        [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2],
        [[0.8, 0.1, 0.1], [0.7, 0.2, 0.1], [0.2, 0.7, 0.1], [0.45, 0.45, 0.1],
         [0.1, 0.8, 0.1], [0.05, 0.35, 0.6], [0.2, 0.6, 0.2], [0.3, 0.5, 0.2],
         [0.1, 0.1, 0.8], [0.6, 0.1, 0.3], [0.2, 0.3, 0.5], [0.15, 0.55, 0.3]],
    ),
    # No row labelled 2 reaches its threshold beside others; the diagonal of class 2 is raised to 1.
    "an empty diagonal": (
        [0, 0, 0, 1, 1, 1, 2, 2],
        [[0.9, 0.05, 0.05], [0.8, 0.1, 0.1], [0.7, 0.2, 0.1],
         [0.1, 0.8, 0.1], [0.2, 0.7, 0.1], [0.1, 0.6, 0.3],
         [0.85, 0.05, 0.1], [0.1, 0.88, 0.02]],
    ),
}
print("cleanlab", cleanlab.__version__, "numpy", np.__version__)
for name, (labels, probabilities) in cases.items():
    labels, probabilities = np.array(labels), np.array(probabilities)
    counts = compute_confident_joint(labels, probabilities, calibrate=False)
    joint = estimate_joint(labels, probabilities, confident_joint=counts)
    print(name)
    print("  thresholds", get_confident_thresholds(labels, probabilities).tolist())
    print("  counts    ", counts.tolist())
    print("  joint     ", joint.tolist())
