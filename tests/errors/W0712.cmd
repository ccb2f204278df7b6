check W0712.mdl
