#!/usr/bin/env bash
# create-baseline: the least that Docker allows: 3 managers and 2 workers as fast as a parallel shell script makes them.
#
# Usage: DOCKER_HOST=unix:///… bench/create-baseline.sh IMAGE SUBNET PREFIX    (prints milliseconds)
# Starts containers, waits for their engines, inits, joins all as workers, promotes two, waits until all five are Ready
# and three are reachable. No record, no labels, no status: what any tool has to do, and nothing else.
set -euo pipefail
image=$1 subnet=$2 prefix=$3
base=${subnet%.*}
began=$(date +%s%3N)
docker network create --subnet "$subnet" "$prefix" >/dev/null
flags=(--security-opt seccomp=unconfined --security-opt systempaths=unconfined --cgroupns host --cap-add SYS_ADMIN --cap-add NET_ADMIN
       -v /sys/fs/cgroup:/sys/fs/cgroup:rw -v /var/lib/docker --tmpfs /run)
for i in 1 2 3 4 5; do
  docker run -d --name "$prefix-$i" --hostname "$prefix-$i" --network "$prefix" --ip "$base.$((10 + i))" "${flags[@]}" \
    "$image" dockerd --host=unix:///var/run/docker.sock >/dev/null &
done
wait
answering() { docker exec "$1" sh -c 'until docker version >/dev/null 2>&1; do sleep 0.05; done'; }
in_node() { local node=$1; shift; docker exec "$node" docker "$@"; }
answering "$prefix-1"
in_node "$prefix-1" swarm init --advertise-addr "$base.11" >/dev/null
token=$(in_node "$prefix-1" swarm join-token -q worker)
for i in 2 3 4 5; do
  { answering "$prefix-$i"; in_node "$prefix-$i" swarm join --token "$token" "$base.11:2377" >/dev/null; } &
done
wait
in_node "$prefix-1" node promote "$prefix-2" "$prefix-3" >/dev/null
docker exec "$prefix-1" sh -c '
  until nodes=$(docker node ls --format "{{.Status}} {{.ManagerStatus}}") &&
    [ "$(echo "$nodes" | grep -c "^Ready")" = 5 ] && [ "$(echo "$nodes" | grep -cE "Leader|Reachable")" = 3 ]; do sleep 0.05; done'
echo $(($(date +%s%3N) - began))
