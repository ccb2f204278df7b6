fit E1006.toml --resume -o E1006.nc
