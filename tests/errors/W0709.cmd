check W0709.mdl
