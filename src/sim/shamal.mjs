// The WebAssembly build of the engine (tools/build_wasm) for JavaScript: a model from the bytes of
// `shamal emit --stage=bytes`, run in a page, a worker or Node. A thin cover of src/sim/c_interface.h.
//
//   const engine = await loadEngine(wasmBytes);
//   const model = engine.open(programBytes);
//   model.run({ save: ["Teacup Temperature"], set: { "Room Temperature": [60, 70, 80] }, runs: 3 })
//     → { times, columns: [{ name, element }], values, functions, products }
//   values: Float64Array, [run][time][column]; functions: how many were made for this model and run;
//   products: whether they divide by what never changes without the divider, which is faster. It
//   takes relaxed SIMD whose multiplication and addition is fused: Chromium and Node from 22 have it
//   on processors that do, Node 20 behind --experimental-wasm-relaxed-simd

// The engine reads no files and no clock; these are what the C library wants to have. What cannot be
// done says so (52: not supported).
function systemCalls(module) {
  const calls = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    calls[from] ??= {};
    calls[from][name] = name === "proc_exit"
      ? () => { throw new Error("the engine has stopped"); }
      : () => 52;
  }
  return calls;
}

// Takes the modules that the engine writes for the models that it runs: their functions lie in the
// engine's table and work on its memory.
class CodeLoader {
  constructor() {
    this.free = [];  // places in the table: { first, functions }
    this.refusal = null;  // the error of the last module that was not taken
  }

  connect({ memory, __indirect_function_table: table }) {
    this.memory = memory;
    this.table = table;
  }

  // The index of the first function, or 0: not on this thread, in this page, or in this much memory.
  code(at, size, functions) {
    let first = 0;
    try {
      first = this.place(functions);
      const module = new WebAssembly.Module(new Uint8Array(this.memory.buffer, at, size));
      new WebAssembly.Instance(module, { shamal: { memory: this.memory, table: this.table, first } });
      return first;
    } catch (refusal) {
      this.refusal = refusal;
      if (first > 0) this.release(first, functions);
      return 0;
    }
  }

  place(functions) {
    const k = this.free.findIndex((place) => place.functions >= functions);
    if (k < 0) return this.table.grow(functions);
    const place = this.free[k];
    const { first } = place;
    place.first += functions;
    place.functions -= functions;
    if (place.functions === 0) this.free.splice(k, 1);
    return first;
  }

  release(first, functions) {
    for (let f = first; f < first + functions; ++f) this.table.set(f, null);
    this.free.push({ first, functions });
    this.free.sort((a, b) => a.first - b.first);
    for (let k = this.free.length - 1; k > 0; --k) {
      const before = this.free[k - 1];
      if (before.first + before.functions === this.free[k].first) {
        before.functions += this.free.splice(k, 1)[0].functions;
      }
    }
  }
}

// With `code` false the engine works without code of its own, several times as slowly. So it does
// where the host refuses a module (some browsers compile large ones in workers only): `functions`
// in what `run` gives back is then 0, and `refusal` of the engine says why.
export async function loadEngine(wasmBytes, { code = true } = {}) {
  const module = await WebAssembly.compile(wasmBytes);
  const loader = new CodeLoader();
  const instance = await WebAssembly.instantiate(module, {
    ...systemCalls(module),
    shamal: {
      code: (at, size, functions) => (code ? loader.code(at, size, functions) : 0),
      release: (first, functions) => loader.release(first, functions),
    },
  });
  const c = instance.exports;
  loader.connect(c);
  c._initialize();  // tries what the host has, too
  loader.refusal = null;
  return new Engine(c, loader);
}

class Engine {
  constructor(c, loader) {
    this.c = c;
    this.loader = loader;
  }

  get refusal() { return this.loader.refusal; }

  open(programBytes) {
    const at = this.put(programBytes);
    const handle = this.c.shamal_open(at, programBytes.length);
    this.c.shamal_free(at);
    if (handle === 0) throw new Error("not a program of this version of the engine");
    return new Model(this, handle);
  }

  // A copy in the engine's memory, which the caller frees.
  put(bytes) {
    const at = this.c.shamal_allocate(Math.max(1, bytes.byteLength));
    new Uint8Array(this.c.memory.buffer, at, bytes.byteLength).set(
      new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return at;
  }
}

class Model {
  constructor(engine, handle) {
    this.engine = engine;
    this.handle = handle;
    const c = engine.c;
    this.variables = [];
    for (let v = 0; v < c.shamal_variables(handle); ++v) {
      const name = new TextDecoder().decode(new Uint8Array(
        c.memory.buffer, c.shamal_variable_name(handle, v), c.shamal_variable_name_length(handle, v)));
      this.variables.push({
        name,
        base: c.shamal_variable_base(handle, v) >>> 0,
        count: c.shamal_variable_count(handle, v),
        kind: ["stock", "flow", "auxiliary", "constant"][c.shamal_variable_kind(handle, v)],
      });
    }
    this.byName = new Map(this.variables.map((variable) => [variable.name, variable]));
  }

  find(name) {
    const found = this.byName.get(name);
    if (!found) throw new Error(`no variable "${name}"`);
    return found;
  }

  // set: name → a number, or one for each run; of an array, all elements alike.
  run({ save, set = {}, runs = 1, firstRun = 0, seed = 0 }) {
    const { c } = this.engine;
    c.shamal_clear(this.handle);
    const columns = [];
    for (const name of save) {
      const { base, count } = this.find(name);
      c.shamal_save(this.handle, base, count);
      for (let element = 0; element < count; ++element) columns.push({ name, element });
    }
    for (const [name, value] of Object.entries(set)) {
      const values = new Float64Array(Array.isArray(value) ? value : [value]);
      const at = this.engine.put(values);
      const { base, count } = this.find(name);
      for (let slot = base; slot < base + count; ++slot) {
        c.shamal_set(this.handle, slot, at, values.length);
      }
      c.shamal_free(at);
    }
    if (c.shamal_run(this.handle, runs, BigInt(firstRun), BigInt(seed)) !== 0) {
      throw new Error("a setting or a column does not fit the model");
    }
    const times = c.shamal_times(this.handle);
    const copy = (at, length) => new Float64Array(c.memory.buffer, at, length).slice();
    return {
      times: copy(c.shamal_time_values(this.handle), times),
      columns,
      values: copy(c.shamal_result(this.handle), runs * times * columns.length),
      functions: c.shamal_functions(this.handle),
      products: c.shamal_products(this.handle) !== 0,
    };
  }

  close() { this.engine.c.shamal_close(this.handle); }
}
