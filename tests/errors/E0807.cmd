report E0807.toml -o @TMP@/page.html
