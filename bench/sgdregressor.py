# scikit-learn's SGDRegressor or SGDClassifier on data that compare.R wrote. Prints, for each number of epochs asked for, the
# seconds, the intercept and the coefficients that are not zero: one line "epochs seconds intercept j:b j:b ...".
#   sgdregressor.py FOLDER n p sparse(0/1) family alpha epochs...
import sys
import time

import numpy as np
from scipy import sparse
from sklearn.linear_model import SGDClassifier, SGDRegressor

folder, n, p, is_sparse, family, alpha = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "1", sys.argv[5], float(sys.argv[6])
y = np.fromfile(folder + "/y")
if is_sparse:
    parts = (np.fromfile(folder + "/x"), np.fromfile(folder + "/i", dtype=np.int32), np.fromfile(folder + "/p", dtype=np.int32))
    x = sparse.csc_matrix(parts, shape=(n, p)).tocsr()
else:
    x = np.ascontiguousarray(np.fromfile(folder + "/x").reshape((p, n)).T)
for epochs in map(int, sys.argv[7:]):
    if family == "gaussian":
        model = SGDRegressor(penalty="l1", alpha=alpha, max_iter=epochs, tol=None, random_state=1, average=False)
    else:
        model = SGDClassifier(loss="log_loss" if hasattr(SGDClassifier, "loss_functions") and "log_loss" in SGDClassifier.loss_functions else "log",
                              penalty="l1", alpha=alpha, max_iter=epochs, tol=None, random_state=1)
    start = time.perf_counter()
    model.fit(x, y)
    seconds = time.perf_counter() - start
    b = model.coef_.ravel()
    print(epochs, seconds, model.intercept_[0], *("%d:%r" % (j, float(b[j])) for j in np.flatnonzero(b)))
