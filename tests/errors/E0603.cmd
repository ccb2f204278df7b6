run E0603.xmile --method rk45
