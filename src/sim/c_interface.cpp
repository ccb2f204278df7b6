#include "sim/c_interface.h"

#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

#include "ir/program_file.h"
#include "sim/run.h"

using shamal::ir::LayoutVariable;
using shamal::ir::ProgramFile;

struct ShamalModel {
  explicit ShamalModel(ProgramFile from) : file(std::move(from)), kernel(file.program) {
    spec.start = file.start;
    spec.stop = file.stop;
    spec.dt = file.dt;
    spec.save_interval = file.save_interval;
    spec.method = shamal::sim::find_method(file.method);
  }
  const LayoutVariable* variable(uint32_t index) const {
    return index < file.layout.variables.size() ? &file.layout.variables[index] : nullptr;
  }

  ProgramFile file;
  shamal::machine::Kernel kernel;
  shamal::sim::RunSpec spec;
  shamal::sim::Inputs inputs;
  shamal::sim::Trajectories result;
};

void* shamal_allocate(uint32_t bytes) { return std::malloc(bytes); }
void shamal_free(void* pointer) { std::free(pointer); }

ShamalModel* shamal_open(const char* bytes, uint32_t size) {
  auto file = shamal::ir::read_program({bytes, size});
  if (!file || shamal::sim::find_method(file->method) == nullptr) {
    return nullptr;
  }
  return new ShamalModel(std::move(*file));
}
void shamal_close(ShamalModel* model) { delete model; }

uint32_t shamal_variables(const ShamalModel* model) {
  return static_cast<uint32_t>(model->file.layout.variables.size());
}
uint32_t shamal_find(const ShamalModel* model, const char* name, uint32_t length) {
  const std::string_view wanted(name, length);
  for (uint32_t i = 0; i < shamal_variables(model); ++i) {
    if (model->file.layout.variables[i].name == wanted) {
      return i;
    }
  }
  return 0xffffffffu;
}
const char* shamal_variable_name(const ShamalModel* model, uint32_t variable) {
  const LayoutVariable* const of = model->variable(variable);
  return of == nullptr ? nullptr : of->name.data();
}
uint32_t shamal_variable_name_length(const ShamalModel* model, uint32_t variable) {
  const LayoutVariable* const of = model->variable(variable);
  return of == nullptr ? 0 : static_cast<uint32_t>(of->name.size());
}
uint32_t shamal_variable_base(const ShamalModel* model, uint32_t variable) {
  const LayoutVariable* const of = model->variable(variable);
  return of == nullptr ? 0xffffffffu : of->base;
}
uint32_t shamal_variable_count(const ShamalModel* model, uint32_t variable) {
  const LayoutVariable* const of = model->variable(variable);
  return of == nullptr ? 0 : of->count;
}
uint32_t shamal_variable_kind(const ShamalModel* model, uint32_t variable) {
  const LayoutVariable* const of = model->variable(variable);
  return of == nullptr ? 0xffffffffu : static_cast<uint32_t>(of->kind);
}

void shamal_set_times(ShamalModel* model, double start, double stop, double dt,
                      double save_interval) {
  model->spec.start = start;
  model->spec.stop = stop;
  model->spec.dt = dt;
  model->spec.save_interval = save_interval;
}
void shamal_clear(ShamalModel* model) {
  model->spec.saved.clear();
  model->inputs.overrides.clear();
}
void shamal_save(ShamalModel* model, uint32_t slot, uint32_t count) {
  model->spec.saved.push_back({slot, count});
}
void shamal_set(ShamalModel* model, uint32_t slot, const double* values, uint32_t count) {
  model->inputs.overrides.push_back({slot, {values, values + count}});
}

uint32_t shamal_run(ShamalModel* model, uint32_t runs, uint64_t first_run, uint64_t seed) {
  model->inputs.runs = runs;
  model->inputs.first_run = first_run;
  model->spec.seed = seed;
  if (runs == 0 || !(model->spec.save_interval > 0) ||
      shamal::sim::find_fault(model->kernel, model->spec, model->inputs)) {
    return 1;
  }
  model->result = shamal::sim::simulate(model->kernel, model->spec, model->inputs);
  return 0;
}

uint32_t shamal_functions(const ShamalModel* model) {
  return static_cast<uint32_t>(model->result.functions);
}
uint32_t shamal_products(const ShamalModel* model) { return model->result.products ? 1 : 0; }
uint32_t shamal_times(const ShamalModel* model) {
  return static_cast<uint32_t>(model->result.times.size());
}
uint32_t shamal_columns(const ShamalModel* model) {
  return static_cast<uint32_t>(model->result.columns);
}
const double* shamal_time_values(const ShamalModel* model) { return model->result.times.data(); }
const double* shamal_result(const ShamalModel* model) { return model->result.values.data(); }
