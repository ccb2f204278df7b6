run good.xmile --columns zz
