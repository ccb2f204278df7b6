// node wasm_run.mjs shamal.wasm program runs first_run seed result: every variable of so many runs,
// with all constants as they are; and on stderr the seconds that it took.
import { readFileSync, writeFileSync } from "node:fs";
import { loadEngine } from "../../src/sim/shamal.mjs";

const [wasm, program, runs, firstRun, seed, result] = process.argv.slice(2);
const engine = await loadEngine(readFileSync(wasm));
const model = engine.open(readFileSync(program));
const save = [...new Set(model.variables.map((variable) => variable.name))];
const start = performance.now();
const made = model.run({ save, runs: Number(runs), firstRun: Number(firstRun), seed: Number(seed) });
console.error((performance.now() - start) / 1000);
writeFileSync(result, new Uint8Array(made.values.buffer));
