// node wasm_time.mjs shamal.wasm program settings repeat: the least milliseconds that all runs take
// (bench/wasm.cpp writes the settings and does the same natively).
import { readFileSync } from "node:fs";
import { loadEngine } from "../src/sim/shamal.mjs";

const [wasm, program, settings, repeat] = process.argv.slice(2);
const engine = await loadEngine(readFileSync(wasm));
const { handle } = engine.open(readFileSync(program));
const { c } = engine;

const values = new Float64Array(new Uint8Array(readFileSync(settings)).buffer);
const [start, stop, dt, saveInterval, runs, saved] = values;
c.shamal_set_times(handle, start, stop, dt, saveInterval);
let next = 6;
for (; next < 6 + saved; ++next) c.shamal_save(handle, values[next], 1);
for (; next < values.length; next += 1 + runs) {
  const at = engine.put(values.subarray(next + 1, next + 1 + runs));
  c.shamal_set(handle, values[next], at, runs);
  c.shamal_free(at);
}
let least = Infinity;
for (let r = 0; r < Number(repeat); ++r) {
  const from = performance.now();
  if (c.shamal_run(handle, runs, 0n, 0n) !== 0) throw new Error("not run");
  least = Math.min(least, performance.now() - from);
}
console.log(least);
