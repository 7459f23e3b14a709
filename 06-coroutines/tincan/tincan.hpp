// All of the runtime, in the order in which it is best read.
#pragma once

// clang-format off
#include "06-coroutines/tincan/pump.hpp"
#include "06-coroutines/tincan/coro.hpp"
#include "06-coroutines/tincan/wait_list.hpp"
#include "06-coroutines/tincan/future.hpp"
#include "06-coroutines/tincan/task.hpp"
#include "06-coroutines/tincan/timers.hpp"
#include "06-coroutines/tincan/executor.hpp"
#include "06-coroutines/tincan/event_loop.hpp"
#include "06-coroutines/tincan/sleep.hpp"
#include "06-coroutines/tincan/sync.hpp"
#include "06-coroutines/tincan/queue.hpp"
#include "06-coroutines/tincan/timeout.hpp"
#include "06-coroutines/tincan/wait.hpp"
#include "06-coroutines/tincan/gather.hpp"
#include "06-coroutines/tincan/task_group.hpp"
#include "06-coroutines/tincan/generator.hpp"
#include "06-coroutines/tincan/sockets.hpp"
#include "06-coroutines/tincan/streams.hpp"
#include "06-coroutines/tincan/server.hpp"
#include "06-coroutines/tincan/transport.hpp"
#include "06-coroutines/tincan/stdin.hpp"
#include "06-coroutines/tincan/subprocess.hpp"
#include "06-coroutines/tincan/run.hpp"
// clang-format on
