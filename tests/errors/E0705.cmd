compare E0705.csv good.csv
