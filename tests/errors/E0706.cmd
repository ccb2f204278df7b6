compare E0706.vdf E0706.vdf
