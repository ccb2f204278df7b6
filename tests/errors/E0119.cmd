emit --stage=xmile E0119.mdl
