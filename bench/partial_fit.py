# scikit-learn's way with rows that do not fit: pandas reads a csv file in chunks, SGDRegressor.partial_fit() takes one
# after another, one epoch. Prints "seconds peak NA": peak memory in MB, and no gap, since this way has none.
#   partial_fit.py FILE alpha
import re
import sys
import time

import pandas as pd
from sklearn.linear_model import SGDRegressor

start = time.perf_counter()
model = SGDRegressor(penalty="l1", alpha=float(sys.argv[2]), random_state=1)
for chunk in pd.read_csv(sys.argv[1], chunksize=100000):
    y = chunk.pop("y").to_numpy()
    model.partial_fit(chunk.to_numpy(), y)
seconds = time.perf_counter() - start
peak = int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read()).group(1)) / 1024
print(seconds, peak, "NA")
