#!/bin/sh
# validate.sh: says everything that is wrong with the spec files, as file:line:column. Touches no controller, no provider.
#
#   SPECS  directory with the spec files, default clusters
#   SKEP   the program, default skep
#
# On GitHub (GITHUB_ACTIONS is set) each complaint becomes an annotation at its line too.
# Exit 0: good; 2: complaints.
set -eu

code=0
said=$(${SKEP:-skep} validate "${SPECS:-clusters}") || code=$?

if [ -z "${GITHUB_ACTIONS:-}" ]; then
  printf '%s\n' "$said"
  exit "$code"
fi

# A file's name could read like a command to the runner: nothing is obeyed until the token comes back.
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '::stop-commands::%s\n%s\n::%s::\n' "$token" "$said" "$token"
printf '%s\n' "$said" | awk '
  match($0, /^[^:]+:[0-9]+:[0-9]+: /) {
    split(substr($0, 1, RLENGTH - 2), place, ":")
    message = substr($0, RLENGTH + 1)
    gsub(/%/, "%25", message); gsub(/%/, "%25", place[1]); gsub(/,/, "%2C", place[1])
    printf "::error file=%s,line=%s,col=%s::%s\n", place[1], place[2], place[3], message
  }'
exit "$code"
