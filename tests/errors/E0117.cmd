check E0117.mdl
