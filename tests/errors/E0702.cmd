compare E0702.csv E0702.csv
