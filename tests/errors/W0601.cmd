run W0601.xmile
