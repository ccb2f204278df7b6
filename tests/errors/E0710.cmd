check ../../tests/fuzz/corpus/vensim/teacup.mdl --changes E0710.cin
