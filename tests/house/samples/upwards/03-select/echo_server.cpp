#include "04-poll/selector.hpp"
