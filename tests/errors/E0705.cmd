compare E0705.csv E0705.csv
