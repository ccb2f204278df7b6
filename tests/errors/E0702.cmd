compare E0702.csv good.csv
