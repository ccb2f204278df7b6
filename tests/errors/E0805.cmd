report E0805.toml -o @TMP@/page.html
