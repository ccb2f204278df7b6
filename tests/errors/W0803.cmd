report W0803.toml -o @TMP@/page.html
