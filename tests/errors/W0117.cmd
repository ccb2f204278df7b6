check W0117.mdl
