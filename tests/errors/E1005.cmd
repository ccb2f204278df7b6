fit good.xmile --payoff E1005.vpd --control E1005.voc -o @TMP@/fit.nc
