check E0118.mdl
