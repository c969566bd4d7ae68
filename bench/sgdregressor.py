# scikit-learn's SGDRegressor or SGDClassifier on data that compare.R wrote. Prints, for each number of epochs asked for,
# the seconds, the intercept and the coefficients that are not zero: one line "epochs seconds intercept j:b j:b ...".
#   sgdregressor.py FOLDER n p sparse(0/1) family alpha epochs...
import sys
import time

import numpy as np
from scipy import sparse
from sklearn.linear_model import SGDClassifier, SGDRegressor

folder, n, p, is_sparse, family, alpha = sys.argv[1:7]
n, p, alpha = int(n), int(p), float(alpha)
y = np.fromfile(folder + "/y")
if is_sparse == "1":
    rows, starts = (np.fromfile(folder + name, dtype=np.int32) for name in ("/i", "/p"))
    x = sparse.csc_matrix((np.fromfile(folder + "/x"), rows, starts), shape=(n, p)).tocsr()
else:
    x = np.ascontiguousarray(np.fromfile(folder + "/x").reshape((p, n)).T)
# the name of the logistic loss changed in scikit-learn 1.1
logistic = "log_loss" if "log_loss" in getattr(SGDClassifier, "loss_functions", ()) else "log"
for epochs in map(int, sys.argv[7:]):
    if family == "gaussian":
        model = SGDRegressor(penalty="l1", alpha=alpha, max_iter=epochs, tol=None, random_state=1)
    else:
        model = SGDClassifier(logistic, penalty="l1", alpha=alpha, max_iter=epochs, tol=None, random_state=1)
    start = time.perf_counter()
    model.fit(x, y)
    seconds = time.perf_counter() - start
    b = model.coef_.ravel()
    print(epochs, seconds, model.intercept_[0], *("%d:%r" % (j, float(b[j])) for j in np.flatnonzero(b)))
