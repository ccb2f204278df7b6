// Simulating a serialised program (ir/program_file.h) through plain C functions: what a web page,
// which has no model files and no C++, calls in the WebAssembly build. The native library has the
// same functions, so that a test can hold one to the bits of the other.
//
//   model = shamal_open(bytes, size)                 0: not a sound program
//   shamal_find(model, "Room Temperature", 16)       a variable, by its exact name
//   shamal_variable_base(model, v) + element         its slots
//   shamal_save(model, slot, count)                  adds columns to the result
//   shamal_set(model, slot, values, count)           a constant: one value, or one for each run
//   shamal_run(model, runs, first_run, seed)         0 if it went well
//   shamal_result(model)                             doubles, [run][time][column]
//
// Texts are UTF-8 bytes with a length, without a terminator. Numbers that point into the model stay
// valid until the next call that changes it. The caller allocates what it passes by
// shamal_allocate. A model is used by one thread at a time; nothing else is shared.
#pragma once

#include <stdint.h>

#if defined(__wasm__)
#define SHAMAL_EXPORT(name) __attribute__((export_name(#name)))
#else
#define SHAMAL_EXPORT(name)
#endif

extern "C" {

struct ShamalModel;

SHAMAL_EXPORT(shamal_allocate) void* shamal_allocate(uint32_t bytes);
SHAMAL_EXPORT(shamal_free) void shamal_free(void* pointer);

SHAMAL_EXPORT(shamal_open) ShamalModel* shamal_open(const char* bytes, uint32_t size);
SHAMAL_EXPORT(shamal_close) void shamal_close(ShamalModel* model);

// ---- what the model is

SHAMAL_EXPORT(shamal_variables) uint32_t shamal_variables(const ShamalModel* model);
// 0xffffffff if there is none of this name.
SHAMAL_EXPORT(shamal_find)
uint32_t shamal_find(const ShamalModel* model, const char* name, uint32_t length);
SHAMAL_EXPORT(shamal_variable_name)
const char* shamal_variable_name(const ShamalModel* model, uint32_t variable);
SHAMAL_EXPORT(shamal_variable_name_length)
uint32_t shamal_variable_name_length(const ShamalModel* model, uint32_t variable);
SHAMAL_EXPORT(shamal_variable_base)
uint32_t shamal_variable_base(const ShamalModel* model, uint32_t variable);
SHAMAL_EXPORT(shamal_variable_count)
uint32_t shamal_variable_count(const ShamalModel* model, uint32_t variable);
// 0 stock, 1 flow, 2 auxiliary, 3 constant.
SHAMAL_EXPORT(shamal_variable_kind)
uint32_t shamal_variable_kind(const ShamalModel* model, uint32_t variable);

// ---- what to run

// Times, step and save interval in place of the model's own.
SHAMAL_EXPORT(shamal_set_times)
void shamal_set_times(ShamalModel* model, double start, double stop, double dt,
                      double save_interval);
// Forgets the settings and the columns.
SHAMAL_EXPORT(shamal_clear) void shamal_clear(ShamalModel* model);
SHAMAL_EXPORT(shamal_save) void shamal_save(ShamalModel* model, uint32_t slot, uint32_t count);
SHAMAL_EXPORT(shamal_set)
void shamal_set(ShamalModel* model, uint32_t slot, const double* values, uint32_t count);

// 0: done. 1: a setting, a column or the times do not fit the model, nothing was run.
SHAMAL_EXPORT(shamal_run)
uint32_t shamal_run(ShamalModel* model, uint32_t runs, uint64_t first_run, uint64_t seed);

// ---- what came of it

// Functions of machine code that the last run had; 0 if none could be made, which is several times
// as slow (the host of the WebAssembly build may refuse them).
SHAMAL_EXPORT(shamal_functions) uint32_t shamal_functions(const ShamalModel* model);
// 1 if that code divided by reciprocals; 0 if it needed the divider, as it does where the host of
// the WebAssembly build has no fused multiplication and addition, or the model meets what is no
// ordinary number.
SHAMAL_EXPORT(shamal_products) uint32_t shamal_products(const ShamalModel* model);
SHAMAL_EXPORT(shamal_times) uint32_t shamal_times(const ShamalModel* model);
SHAMAL_EXPORT(shamal_columns) uint32_t shamal_columns(const ShamalModel* model);
SHAMAL_EXPORT(shamal_time_values) const double* shamal_time_values(const ShamalModel* model);
SHAMAL_EXPORT(shamal_result) const double* shamal_result(const ShamalModel* model);

}  // extern "C"
