compare E0701.csv E0701.csv
