check E0711.mdl
