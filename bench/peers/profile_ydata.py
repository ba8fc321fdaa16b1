"""ydata-profiling's minimal report of a file: profile_ydata.py FILE OUT.html."""
import sys

import pandas as pd
from ydata_profiling import ProfileReport

ProfileReport(pd.read_parquet(sys.argv[1]), minimal=True, progress_bar=False).to_file(sys.argv[2])
