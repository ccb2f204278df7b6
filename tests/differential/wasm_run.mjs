// node wasm_run.mjs shamal.wasm host [program settings result]...: what each model gives for the
// settings of Model.run in src/sim/shamal.mjs; with code of its own unless they say "code": false.
// The host is "fused" or "plain", which has no relaxed SIMD. Prints for each how many functions were
// made, whether they divide by products, and the seconds that it took. Then, all models being closed,
// they run once more: places in the engine's table are used again; and once where no module is taken.
import { readFileSync, writeFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { loadEngine } from "../../src/sim/shamal.mjs";

const [wasm, host, ...files] = process.argv.slice(2);
const hosts = {
  // Node 20 has it behind the flag, later ones anyway.
  fused: () => setFlagsFromString("--experimental-wasm-relaxed-simd"),
  plain: () => {
    const multiplyAdd = Buffer.from([0xfd, 0x87, 0x02]);
    const Module = WebAssembly.Module;
    WebAssembly.Module = function (bytes) {
      if (Buffer.from(bytes).includes(multiplyAdd)) throw new WebAssembly.CompileError("relaxed");
      return new Module(bytes);
    };
    WebAssembly.Module.imports = Module.imports;
  },
};
hosts[host]();
const bytes = readFileSync(wasm);
const engines = { true: await loadEngine(bytes), false: await loadEngine(bytes, { code: false }) };
if (engines.true.refusal !== null) throw new Error("a refusal before anything was asked");

function runAll(take) {
  for (let f = 0; f < files.length; f += 3) {
    const settings = JSON.parse(readFileSync(files[f + 1]));
    const model = engines[settings.code ?? true].open(readFileSync(files[f]));
    take(model.run(settings), files[f + 2]);
    model.close();
  }
}

let start = performance.now();
runAll((made, result) => {
  console.log(made.functions, Number(made.products), (performance.now() - start) / 1000);
  writeFileSync(result, new Uint8Array(made.values.buffer));
  start = performance.now();
});
const table = engines.true.c.__indirect_function_table;
const places = table.length;
runAll(() => {});
if (table.length !== places) throw new Error(`${table.length - places} places more in the table`);

WebAssembly.Module = function () { throw new RangeError("too large"); };
runAll(({ functions }) => { if (functions !== 0) throw new Error("code from nowhere"); });
if (files.length > 0 && JSON.parse(readFileSync(files[1])).code !== false
    && !(engines.true.refusal instanceof RangeError)) throw new Error("the refusal is not told");
