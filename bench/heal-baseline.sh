#!/usr/bin/env bash
# heal-baseline: the least that Docker allows: a worker is removed, and a script that knows at once starts another and joins it.
#
# Usage: DOCKER_HOST=unix:///… bench/heal-baseline.sh IMAGE SUBNET PREFIX ROUND    (prints milliseconds)
# Round 0 makes a swarm of one manager and two workers instead; round N replaces worker N by worker N + 2.
set -euo pipefail
image=$1 subnet=$2 prefix=$3 round=$4
base=${subnet%.*}
flags=(--security-opt seccomp=unconfined --security-opt systempaths=unconfined --cgroupns host --cap-add SYS_ADMIN --cap-add NET_ADMIN
       -v /sys/fs/cgroup:/sys/fs/cgroup:rw -v /var/lib/docker --tmpfs /run)
start() { # NAME ADDRESS
  docker run -d --name "$1" --hostname "$1" --network "$prefix" --ip "$2" "${flags[@]}" \
    "$image" dockerd --host=unix:///var/run/docker.sock >/dev/null
  docker exec "$1" sh -c 'until docker version >/dev/null 2>&1; do sleep 0.05; done'
}
join() { # NAME
  docker exec "$1" docker swarm join --token "$(docker exec "$prefix-m" docker swarm join-token -q worker)" "$base.10:2377" >/dev/null
}
if [ "$round" = 0 ]; then
  docker network create --subnet "$subnet" "$prefix" >/dev/null
  start "$prefix-m" "$base.10"
  docker exec "$prefix-m" docker swarm init --advertise-addr "$base.10" >/dev/null
  for i in 1 2; do start "$prefix-$i" "$base.$((10 + i))"; join "$prefix-$i"; done
  exit
fi
began=$(date +%s%3N)
docker rm -f -v "$prefix-$round" >/dev/null
start "$prefix-$((round + 2))" "$base.$((12 + round))"
join "$prefix-$((round + 2))"
docker exec "$prefix-m" sh -c "
  until [ \"\$(docker node ls --format '{{.Hostname}} {{.Status}} {{.Availability}}' | grep -v '^$prefix-$round ' | grep -c 'Ready Active')\" = 3 ]; do sleep 0.05; done"
echo $(($(date +%s%3N) - began))
docker exec "$prefix-m" docker node rm -f "$prefix-$round" >/dev/null
