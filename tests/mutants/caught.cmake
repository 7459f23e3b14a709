# Runs the contract on a wrong server: it must fail, and say so in the words of
# the golden file. What differs from run to run (numbers, random bytes) is
# replaced by N and HH first.
if(NOT SERVER MATCHES "python")  # which takes its time to begin with
  set(ENV{TINCAN_TIME_SCALE} 0.5)  # it will not come, so wait less for it
endif()
set(only --only ${PROPERTY})
if(PROPERTY STREQUAL "answers")  # is tried before all others
  set(only "")
endif()
execute_process(
  COMMAND ${CONTRACT} --check ${STAGE} ${only} -- ${SERVER} {port}
  RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(NOT status EQUAL 1)
  message(FATAL_ERROR "not caught (exit status ${status}):\n${said}")
endif()

set(hex "[0-9a-f][0-9a-f]")
string(REGEX REPLACE "(bytes?:|expected|came) ${hex}( ${hex})*( \\.\\.\\.)?([,\n])"
  "\\1 HH\\4" said "${said}")
string(REPLACE ";" " " command "${SERVER}")
string(REPLACE "${command}" "SERVER" said "${said}")
# Each Python has a traceback of its own; the last line is the same in all.
string(REGEX REPLACE "stderr    .*\n +([A-Za-z]+(Error|Exception): [^\n]+)"
  "stderr    \\1" said "${said}")
if(SERVER MATCHES "python" AND NOT said MATCHES "server +(exited|was)")
  string(REGEX REPLACE "stderr .*\n( +reread)" "stderr ?\n\\1" said "${said}")
endif()
# Who hangs up while the client still speaks: which of the two is seen is luck.
string(REGEX REPLACE "came      Connection reset by peer"
  "came      end of stream" said "${said}")
# In which step a server dies is a matter of luck.
if(said MATCHES "server +exited|Broken pipe")
  string(REGEX REPLACE "(sent|came|expected) +[^\n]*" "\\1 ?" said "${said}")
  string(REGEX REPLACE "(recv|send): [A-Z][a-z ]+" "CALL: WHY" said "${said}")
endif()
string(REGEX REPLACE "[0-9]+(\\.[0-9]+)?" "N" said "${said}")
file(WRITE ${ACTUAL} "${said}")

set(golden "(there is no such file)\n")
if(EXISTS ${GOLDEN})
  file(READ ${GOLDEN} golden)
endif()
if(NOT said STREQUAL golden)
  message(FATAL_ERROR "caught, but not in these words of ${GOLDEN}:\n${golden}"
                      "but in these of ${ACTUAL}:\n${said}")
endif()
