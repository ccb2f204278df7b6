check E0314.mdl
