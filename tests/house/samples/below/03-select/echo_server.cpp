#include "01-blocking/socket.hpp"
#include "ready.hpp"
