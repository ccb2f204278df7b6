compare E0701.csv good.csv
