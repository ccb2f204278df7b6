// The WebAssembly build of the engine (tools/build_wasm) for JavaScript: a model from the bytes of
// `shamal emit --stage=bytes`, run in a page, a worker or Node. A thin cover of src/sim/c_interface.h.
//
//   const engine = await loadEngine(wasmBytes);
//   const model = engine.open(programBytes);
//   model.run({ save: ["Teacup Temperature"], set: { "Room Temperature": [60, 70, 80] }, runs: 3 })
//     → { times, columns: [{ name, element }], values }   values: Float64Array, [run][time][column]

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

export async function loadEngine(wasmBytes) {
  const module = await WebAssembly.compile(wasmBytes);
  const instance = await WebAssembly.instantiate(module, systemCalls(module));
  const c = instance.exports;
  c._initialize();
  return new Engine(c);
}

class Engine {
  constructor(c) { this.c = c; }

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
    };
  }

  close() { this.engine.c.shamal_close(this.handle); }
}
