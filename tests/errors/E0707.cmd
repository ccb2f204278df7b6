check E0707.mdl
