check no_such_file.xmile
