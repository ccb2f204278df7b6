run W0602.xmile
