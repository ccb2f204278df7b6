// node wasm_browser.mjs shamal.wasm host program settings result: what wasm_run.mjs does for one model,
// in a headless Chromium, which is the host. The page fetches everything from here and posts its values back, however long
// it takes; a browser that never answers is started once more.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [wasm, , program, settings, result] = process.argv.slice(2);
const secondsToAnswer = 100;

const page = `<!doctype html><meta charset="utf-8"><script type="module">
try {
  const { loadEngine } = await import("/shamal.mjs");
  const bytes = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
  const engine = await loadEngine(await bytes("/wasm"));
  const model = engine.open(await bytes("/program"));
  const { values, functions, products } = model.run(await (await fetch("/settings")).json());
  await fetch("/values/" + functions + "/" + Number(products), { method: "POST", body: values });
} catch (error) {
  await fetch("/error", { method: "POST", body: String(error) });
}
</script>`;

const files = {
  "/": ["text/html", page],
  "/shamal.mjs": ["text/javascript", readFileSync(new URL("../../src/sim/shamal.mjs", import.meta.url))],
  "/wasm": ["application/wasm", readFileSync(wasm)],
  "/program": ["application/octet-stream", readFileSync(program)],
  "/settings": ["application/json", readFileSync(settings)],
};

let answered;
const server = createServer(async (request, response) => {
  if (request.method === "POST") {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    response.end();
    answered({ path: request.url, body: Buffer.concat(pieces) });
    return;
  }
  const [type, body] = files[request.url] ?? [];
  response.writeHead(type ? 200 : 404, type ? { "content-type": type } : {});
  response.end(body);
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));

// What the page posts, or null when the browser ends or stays silent.
async function answer() {
  const profile = mkdtempSync(join(tmpdir(), "shamal-chromium-"));
  let said = "";
  const reply = new Promise((resolve) => { answered = resolve; });
  const browser = spawn("chromium", [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic",
    "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", `--user-data-dir=${profile}`, `http://127.0.0.1:${server.address().port}/`,
  ], { stdio: ["ignore", "ignore", "pipe"], detached: true });
  browser.stderr.on("data", (text) => { said += text; });
  const ended = new Promise((resolve) => {
    browser.on("error", (error) => { said += error; resolve(null); });
    browser.on("close", () => resolve(null));
  });
  let timer;
  const silence = new Promise((resolve) => { timer = setTimeout(resolve, 1000 * secondsToAnswer, null); });
  const got = await Promise.race([reply, ended, silence]);
  clearTimeout(timer);
  try { process.kill(-browser.pid, "SIGKILL"); } catch { /* it has ended */ }
  await ended;
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  if (got === null) console.error(`no answer from the browser, which said:\n${said}`);
  return got;
}

const got = (await answer()) ?? (await answer());
server.close();
const [, functions, products] = /^\/values\/(\d+)\/(\d)$/.exec(got?.path) ?? [];
if (functions !== undefined) {
  console.log(functions, products);
  writeFileSync(result, got.body);
} else {
  console.error(got ? String(got.body) : "the browser did not answer twice");
}
process.exit(functions !== undefined ? 0 : 1);
