fit E1002.toml -o @TMP@/fit.nc
