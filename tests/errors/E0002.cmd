check E0002.dat
