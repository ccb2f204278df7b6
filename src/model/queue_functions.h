// QUEUE FIFO and what Vensim's functions ask of a queue's age, written out: the queue becomes a
// level, and each question a procedure that follows the queue's flows by itself.
#pragma once

#include "base/diagnostics.h"
#include "syntax/parsed_model.h"

namespace shamal::model {

// What cannot be written out is reported (unsupported_function) and replaced by 0.
void rewrite_queues(const syntax::ParsedModel& parsed, syntax::ModelDecl& model,
                    base::Diagnostics& diagnostics);

}  // namespace shamal::model
