run good.xmile --set x=many
