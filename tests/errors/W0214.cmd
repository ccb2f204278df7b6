check W0214.mdl
