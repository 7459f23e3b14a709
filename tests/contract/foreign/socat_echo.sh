# A server of somebody else's: socat, a process for each client.
#
#   ./tincan check 05 -- sh socat_echo.sh {port}
exec socat "TCP-LISTEN:$1,bind=127.0.0.1,reuseaddr,fork,backlog=1024" EXEC:cat
