#!/bin/sh
# wait.sh: waits until every cluster is Ready in just the version that is checked out here. Runs where the controller's
# status directory can be read.
#
#   SPECS    directory with the spec files, default clusters
#   STATUS   status directory of the controller, default status
#   TIMEOUT  give up after this long, default 15m
#   SKEP     the program, default skep
#
# Exit 0: all are Ready; 1: one is stalled or held, or time ran out; 2: bad input.
set -eu

exec ${SKEP:-skep} wait --file "${SPECS:-clusters}" --status "${STATUS:-status}" --timeout "${TIMEOUT:-15m}"
