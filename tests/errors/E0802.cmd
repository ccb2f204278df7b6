report E0802.toml -o @TMP@/page.html
