fit E1004.toml -o @TMP@/fit.nc
