run good.xmile --set y=3
