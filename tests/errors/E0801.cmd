report E0801.toml -o @TMP@/page.html
