report E0806.toml -o @TMP@/page.html
