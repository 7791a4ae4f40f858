#!/usr/bin/env bash
# heal-watch: removes a worker's container and waits until the swarm has COUNT nodes that are ready and active again.
#
# Usage: DOCKER_HOST=unix:///… bench/heal-watch.sh MANAGER VICTIM COUNT    (prints milliseconds)
# The victim's own entry does not count: it may be called Ready for some seconds after its end.
set -euo pipefail
manager=$1 victim=$2 count=$3
began=$(date +%s%3N)
docker rm -f -v "$victim" >/dev/null
docker exec "$manager" sh -c "
  until [ \"\$(docker node ls --format '{{.Hostname}} {{.Status}} {{.Availability}}' | grep -v '^$victim ' | grep -c 'Ready Active')\" = $count ]; do sleep 0.05; done"
echo $(($(date +%s%3N) - began))
