check W0713.mdl
