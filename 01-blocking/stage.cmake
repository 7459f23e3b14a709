# What the CMake project of every stage begins with: the language, the
# warnings, fmt, and the include path that lets a program name the stage it
# borrows from: #include "01-blocking/socket.hpp".
#
#   -DTINCAN_WERROR=ON                         warnings are errors (CI)
#   -DTINCAN_SANITIZE=address,undefined        or thread

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

option(TINCAN_WERROR "Treat warnings as errors" OFF)
set(TINCAN_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)

if(NOT TARGET tincan_stage)
  get_filename_component(repository ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)
  add_library(tincan_stage INTERFACE)
  target_include_directories(tincan_stage INTERFACE ${repository})
  target_compile_options(tincan_stage INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow
    $<$<BOOL:${TINCAN_WERROR}>:-Werror>)
  target_link_libraries(tincan_stage INTERFACE fmt::fmt Threads::Threads)
  if(TINCAN_SANITIZE)
    # Not vptr: its check opens a pipe, and reports an error that isn't there
    # when a server has run out of descriptors. Nor what clang calls function:
    # it can't compile that into a coroutine.
    set(flags -fsanitize=${TINCAN_SANITIZE} -fno-sanitize=vptr
              $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>
              -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_compile_options(tincan_stage INTERFACE ${flags})
    target_link_options(tincan_stage INTERFACE ${flags})
  endif()
endif()

# stage_program(echo_server) builds echo_server.cpp; every stage has one of
# that name, so the CMake target is 01_echo_server and only the file is not.
function(stage_program name)
  get_filename_component(folder ${CMAKE_CURRENT_SOURCE_DIR} NAME)
  string(SUBSTRING ${folder} 0 2 number)
  set(target ${number}_${name})
  add_executable(${target} ${name}.cpp)
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name})
  target_link_libraries(${target} PRIVATE tincan_stage ${ARGN})
endfunction()
