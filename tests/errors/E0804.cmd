report E0804.toml -o @TMP@/page.html
