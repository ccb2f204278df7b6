run good.xmile -o no_such_folder/out.csv
