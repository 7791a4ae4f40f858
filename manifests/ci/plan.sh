#!/bin/sh
# plan.sh: what the controller would do once this is merged, as Markdown: on stdout, in PLAN, and in the job's summary on
# GitHub. Needs no controller and no credentials: the world is taken from status files.
#
#   SPECS   directory with the spec files, default clusters
#   STATUS  status directory of the controller, or one status file, default status
#   PLAN    file to write, default skep-plan.md
#   SKEP    the program, default skep
#
# On GitHub the output `pending` is true or false. Exit 0: planned, whether or not there are changes; 1: a look had failed
# when the status was written; 2: bad input.
set -eu

plan=${PLAN:-skep-plan.md}
code=0
${SKEP:-skep} plan --specs "${SPECS:-clusters}" --observed "${STATUS:-status}" -o markdown --detailed-exitcode >"$plan" || code=$?
cat "$plan"

case $code in
  0) pending=false ;;
  3) pending=true ;; # changes are what a pull request is for
  *) exit "$code" ;;
esac
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$plan" >>"$GITHUB_STEP_SUMMARY"; fi
if [ -n "${GITHUB_OUTPUT:-}" ]; then echo "pending=$pending" >>"$GITHUB_OUTPUT"; fi
