#include "../01-blocking/socket.hpp"
