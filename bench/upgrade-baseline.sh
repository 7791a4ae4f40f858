#!/usr/bin/env bash
# upgrade-baseline: the shortest sequential script that keeps skep's promises: 3 managers and 3 workers from one node image to
# another, one at a time, under a service, with one manager to spare, each task moved once, nothing left over.
#
# Usage: DOCKER_HOST=unix:///… bench/upgrade-baseline.sh FROM TO SUBNET PREFIX SETTLE    (SETTLE in seconds; prints milliseconds)
# Makes the swarm first, which is not measured. No record, no labels, no status, no look between two steps.
set -euo pipefail
from=$1 to=$2 subnet=$3 prefix=$4 settle=$5
base=${subnet%.*} service=skep-test-service:1
flags=(--security-opt seccomp=unconfined --security-opt systempaths=unconfined --cgroupns host --cap-add SYS_ADMIN --cap-add NET_ADMIN
       -v /sys/fs/cgroup:/sys/fs/cgroup:rw -v /var/lib/docker --tmpfs /run -e GRPC_ENFORCE_ALPN_ENABLED=false)
manager=$prefix-1 # asked for everything

in_manager() { docker exec "$manager" docker "$@"; }
# A node changes under the client's hands while it boots or another leads: "update out of sequence".
change() { until in_manager node "$@" >/dev/null 2>&1; do sleep 0.05; done; }
until_true() { docker exec "$manager" sh -c "until $1; do sleep 0.05; done"; }
start() { # NUMBER IMAGE: a machine whose engine answers and has the service's image
  docker run -d --name "$prefix-$1" --hostname "$prefix-$1" --network "$prefix" --ip "$base.$((10 + $1))" "${flags[@]}" \
    "$2" dockerd --host=unix:///var/run/docker.sock >/dev/null 2>&1
  docker exec "$prefix-$1" sh -c 'until docker version >/dev/null 2>&1; do sleep 0.05; done'
  docker save "$service" | docker exec -i "$prefix-$1" docker load >/dev/null
}
join() { # NUMBER: as a worker without tasks
  local address; address=$(docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$manager")
  docker exec "$prefix-$1" docker swarm join --availability pause --token "$(in_manager swarm join-token -q worker)" "$address:2377" >/dev/null
}
serve() { change update --label-add pool=web --availability active "$prefix-$1"; }
promote() { # NUMBER
  change promote "$prefix-$1"
  until_true "[ \"\$(docker node inspect -f '{{with .ManagerStatus}}{{.Reachability}}{{end}}' $prefix-$1)\" = reachable ]"
  change update --availability active "$prefix-$1"
}
at_strength() { # NUMBER: nothing runs there, and three run elsewhere
  until_true "[ \"\$(docker node ps -f desired-state=running -f desired-state=shutdown --format '{{.CurrentState}}' $prefix-$1 | grep -c ^Running)\" = 0 ] &&
    [ \"\$(docker service ps -f desired-state=running --format '{{.CurrentState}}' web | grep -c ^Running)\" = 3 ]"
}
retire() { # NUMBER
  change update --availability drain "$prefix-$1"
  at_strength "$1"
  docker rm -f -v "$prefix-$1" >/dev/null
  gone+=("$prefix-$1")
}
settled() { [ "${#gone[@]}" = 0 ] || sleep "$settle"; }
replace_worker() { # OLD NEW
  settled
  start "$2" "$to"; join "$2"; serve "$2"
  [ "$1" != 4 ] || change update --availability pause "$prefix-5"
  [ "$1" != 4 ] || change update --availability pause "$prefix-6"
  retire "$1"
}
replace_manager() { # OLD NEW
  settled
  [ "$1" != 1 ] || manager=$prefix-12 # not through the one that goes
  start "$2" "$to"; join "$2"; promote "$2"
  change demote "$prefix-$1"
  until_true "[ -z \"\$(docker node inspect -f '{{with .ManagerStatus}}{{.Addr}}{{end}}' $prefix-$1)\" ]"
  retire "$1"
}

docker network create --subnet "$subnet" "$prefix" >/dev/null
for i in 1 2 3 4 5 6; do start "$i" "$from" & done
wait
in_manager swarm init --advertise-addr "$base.11" >/dev/null
for i in 2 3 4 5 6; do join "$i"; done
for i in 2 3; do promote "$i"; done
for i in 4 5 6; do serve "$i"; done
in_manager service create --detach --no-resolve-image --name web --replicas 3 --constraint node.labels.pool==web "$service" sleep 100000 >/dev/null
at_strength 1

gone=()
began=$(date +%s%3N)
replace_worker 4 14
for i in 2 3 1; do replace_manager "$i" "$((10 + i))"; done # the leader last
replace_worker 5 15
replace_worker 6 16
for node in "${gone[@]}"; do until in_manager node rm "$node" >/dev/null 2>&1; do sleep 0.1; done; done
echo $(($(date +%s%3N) - began))
