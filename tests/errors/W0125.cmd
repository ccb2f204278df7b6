check W0125.xmile
