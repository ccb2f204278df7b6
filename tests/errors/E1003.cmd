fit E1003.toml -o @TMP@/fit.nc
