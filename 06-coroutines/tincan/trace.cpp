#include "06-coroutines/tincan/trace.hpp"

#include <dlfcn.h>

namespace tincan {

// Looked up by name at start-up rather than as a weak symbol: a linker may
// settle an undefined weak symbol of a program to null once and for all.
TraceFunction detail::trace_function =
    reinterpret_cast<TraceFunction>(::dlsym(RTLD_DEFAULT, "tincan_trace"));

void set_trace(TraceFunction function) {
    detail::trace_function = function;
}

}  // namespace tincan
