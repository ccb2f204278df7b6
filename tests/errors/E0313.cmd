check E0313.mdl
