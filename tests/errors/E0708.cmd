check E0708.mdl
