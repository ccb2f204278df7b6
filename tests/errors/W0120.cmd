check W0120.mdl
