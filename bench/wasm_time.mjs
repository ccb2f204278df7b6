// node wasm_time.mjs shamal.wasm program settings repeat: the least milliseconds of this thread's
// processor time that all runs take, with code of the engine's own, and whether that divides by
// products; then without code (bench/wasm.cpp writes the settings and does the same natively).
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { loadEngine } from "../src/sim/shamal.mjs";

setFlagsFromString("--experimental-wasm-relaxed-simd");  // in Node 20; later ones have it anyway

const [wasm, program, settings, repeat] = process.argv.slice(2);
const values = new Float64Array(new Uint8Array(readFileSync(settings)).buffer);
const [start, stop, dt, saveInterval, runs, saved] = values;

// Nanoseconds that this thread has run, to a tick of the kernel.
const spent = () => Number(readFileSync("/proc/thread-self/schedstat", "utf8").split(" ")[0]);

async function least(code) {
  const engine = await loadEngine(readFileSync(wasm), { code });
  const { handle } = engine.open(readFileSync(program));
  const { c } = engine;
  c.shamal_set_times(handle, start, stop, dt, saveInterval);
  let next = 6;
  for (; next < 6 + saved; ++next) c.shamal_save(handle, values[next], 1);
  for (; next < values.length; next += 1 + runs) {
    const at = engine.put(values.subarray(next + 1, next + 1 + runs));
    c.shamal_set(handle, values[next], at, runs);
    c.shamal_free(at);
  }
  let best = Infinity;
  for (let r = 0; r < Number(repeat); ++r) {
    const from = spent();
    const begun = performance.now();
    let often = 0;
    for (; performance.now() - begun < 400; ++often) {  // long against the tick
      if (c.shamal_run(handle, runs, 0n, 0n) !== 0) throw new Error("not run");
    }
    best = Math.min(best, (spent() - from) / 1e6 / often);
  }
  if ((c.shamal_functions(handle) > 0) !== code) throw new Error("code, or none");
  return { best, products: c.shamal_products(handle) };
}

const code = await least(true);
const rows = await least(false);
console.log(code.best, code.products, rows.best);
