// How long tests wait, where nothing calls for a time of its own.
#pragma once

#include <chrono>

namespace tincan::test {

inline constexpr std::chrono::seconds kPatience{10};

// For what must not come: long enough to come if it were on its way.
inline constexpr std::chrono::milliseconds kSilence{300};

}  // namespace tincan::test
