check E0315.mdl
