// node wasm_page.mjs shamal.wasm program runs first_run seed page.html: a page that does what
// wasm_run.mjs does, in a browser, and shows the digest of its results (see wasm_test.cpp).
import { readFileSync, writeFileSync } from "node:fs";

const [wasm, program, runs, firstRun, seed, page] = process.argv.slice(2);
const cover = readFileSync(new URL("../../src/sim/shamal.mjs", import.meta.url), "utf8");
const base64 = (path) => readFileSync(path).toString("base64");

writeFileSync(page, `<!doctype html><meta charset="utf-8"><pre id="result"></pre>
<script type="module">
${cover}
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const show = (text) => { document.getElementById("result").textContent = text; };
try {
  const engine = await loadEngine(bytes("${base64(wasm)}"));
  const model = engine.open(bytes("${base64(program)}"));
  const save = [...new Set(model.variables.map((variable) => variable.name))];
  const { values } = model.run({ save, runs: ${runs}, firstRun: ${firstRun}, seed: ${seed} });
  const words = new Uint32Array(values.buffer);
  let digest = 2166136261;
  for (let i = 0; i < values.length; ++i) {
    const nan = Number.isNaN(values[i]);
    digest = Math.imul(digest ^ (nan ? 0 : words[2 * i]), 16777619);
    digest = Math.imul(digest ^ (nan ? 0x7ff80000 : words[2 * i + 1]), 16777619);
  }
  show("digest " + (digest >>> 0) + " of " + values.length + " values");
} catch (error) {
  show("failed: " + error);
}
</script>
`);
