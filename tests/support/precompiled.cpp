#include "tests/support/precompiled.hpp"
