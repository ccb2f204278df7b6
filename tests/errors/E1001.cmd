fit E1001.toml -o @TMP@/fit.nc
