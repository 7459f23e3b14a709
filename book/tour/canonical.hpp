// From what was recorded to the canonical timeline: beats instead of
// nanoseconds, and within a beat an order that comes from causes alone (one
// more than the latest of what had to come before), so that it is the same
// on every run.
#pragma once

#include "book/tour/recording.hpp"
#include "book/tour/timeline.hpp"

namespace tincan::tour {

Timeline canonical(const Recording& recording);

}  // namespace tincan::tour
