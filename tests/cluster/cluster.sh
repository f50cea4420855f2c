#!/usr/bin/env bash
# A Kubernetes API server for tests: kube-apiserver over etcd, reachable from this machine only. There are no nodes and
# no controllers, so nothing is scheduled, no load balancer is made, and a deleted namespace stays. What the API server
# itself decides is real: validation, defaults, node ports, field ownership, admission policies.
#
#   tests/cluster/cluster.sh build      brings kube-apiserver, etcd and kubectl into the cache of tests/tools/install.sh
#   tests/cluster/cluster.sh up DIR     starts one in DIR, which must not exist yet, and prints its kubeconfig's path
#   tests/cluster/cluster.sh down DIR   stops it and removes DIR
#   tests/cluster/cluster.sh hold DIR   up, then down as soon as stdin ends. A test holds the other end of that pipe: when
#                                       it ends, however it ends, nothing is left behind
#
# Any number of them can run at once. Needs bash, curl and openssl; to build, Go (six minutes on two cores and 2.5 GB of
# memory, once; the versions are those of go.mod, and go.sum sees to it that they are the same everywhere).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
programs=${ISTIO_ALB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/istio-alb}/bin
kubernetes=1.34.2
etcd=3.6.4

fail() {
  echo "cluster: $*" >&2
  exit 1
}

build_one() { # name package
  [ -x "$programs/$1" ] && return
  echo "cluster: building $1" >&2
  local stamp=k8s.io/component-base/version
  scratch=$(mktemp -d "$programs/build.XXXXXX")
  # Without its version in it, the server says v0.0.0, and Helm believes it.
  (cd "$here" && go build -o "$scratch/program" -ldflags \
    "-s -w -X $stamp.gitVersion=v$kubernetes -X $stamp.gitMajor=1 -X $stamp.gitMinor=$(cut -d. -f2 <<< "$kubernetes")" "$2")
  mv "$scratch/program" "$programs/$1" # one rename: another run never sees half a program
  rmdir "$scratch"
  scratch=
}

build() {
  grep -q "^require k8s.io/kubernetes v$kubernetes\b" "$here/go.mod" || fail "go.mod does not require kubernetes v$kubernetes"
  grep -q "go.etcd.io/etcd/server/v3 v$etcd\b" "$here/go.mod" || fail "go.mod does not require etcd v$etcd"
  . "$here/../tools/module.sh"
  mkdir -p "$programs"
  scratch=
  trap '[ -z "$scratch" ] || rm -rf "$scratch"' EXIT
  build_one "etcd-$etcd" go.etcd.io/etcd/server/v3
  build_one "kube-apiserver-$kubernetes" k8s.io/kubernetes/cmd/kube-apiserver
  build_one "kubectl-$kubernetes" k8s.io/kubernetes/cmd/kubectl
}

# A process id may belong to somebody else by now: it is ours only if its command line still names our folder.
running() { # name
  local pid
  pid=$(cat "$dir/$1.pid" 2> /dev/null) && ps -o args= -p "$pid" | grep -qF -- "$dir/"
}

# The same of a process that this shell has started: cheaper, and certain from the first moment, when its command line is
# still ours.
alive() { # name
  kill -0 "$(cat "$dir/$1.pid")" 2> /dev/null
}

start() { # name program arguments...
  local name=$1 program=$programs/$2
  shift 2
  [ -x "$program" ] || fail "$program is not there; run $0 build"
  # In a process group of its own, so that Ctrl-C in a terminal does not reach it before we do.
  set -m
  (cd "$dir" && exec "$program" "$@" > "$name.log" 2>&1 < /dev/null) &
  set +m
  disown # no word about it when it is killed
  echo $! > "$dir/$name.pid"
}

stop() { # name
  running "$1" || return 0
  kill -9 "$(cat "$dir/$1.pid")" # all that it knows is thrown away; there is nothing to finish
  while running "$1"; do sleep 0.05; done
}

await() { # name curl-arguments...; 1 if the program has ended
  local name=$1 tries=600
  shift
  until (cd "$dir" && curl -fs -m 5 -o /dev/null "$@"); do
    alive "$name" || return 1
    [ $((tries -= 1)) -gt 0 ] || give_up "$name" 'does not answer'
    sleep 0.1
  done
}

give_up() { # name what
  tail -n 30 "$dir/$1.log" >&2
  fail "$1 $2"
}

# A socket, unlike a port, cannot be taken by somebody else, and only we can open it. Its path must be short, so both
# programs run in our folder and name it relatively; etcd wants the form of a host with a port.
start_etcd() {
  start etcd "etcd-$etcd" --name test --data-dir "$dir/etcd" --unsafe-no-fsync --enable-grpc-gateway=false --log-level warn \
    --listen-client-urls unix://etcd:0 --advertise-client-urls unix://etcd:0 \
    --listen-peer-urls unix://peer:0 --initial-advertise-peer-urls unix://peer:0 --initial-cluster test=unix://peer:0
  await etcd --unix-socket ./etcd:0 http://etcd/health || give_up etcd 'has ended'
}

start_server() { # port; 1 if it has ended
  start kube-apiserver "kube-apiserver-$kubernetes" \
    --bind-address 127.0.0.1 --secure-port "$1" --advertise-address 127.0.0.1 --endpoint-reconciler-type none \
    --cert-dir "$dir/certs" --token-auth-file tokens --anonymous-auth=false --authorization-mode AlwaysAllow \
    --etcd-servers unix://etcd:0 --etcd-compaction-interval 0 --service-cluster-ip-range 10.96.0.0/16 \
    --service-account-issuer https://kubernetes.default.svc \
    --service-account-key-file service-account.key --service-account-signing-key-file service-account.key
  # Given no certificate, the server writes one of its own, which is also its issuer.
  await kube-apiserver --cacert certs/apiserver.crt -H @header "https://127.0.0.1:$1/readyz"
}

up() {
  local token port tries=5
  mkdir -m 700 "$dir" || fail "$dir must not exist yet"
  dir=$(cd "$dir" && pwd -P)
  trap down EXIT # until it is up
  start_etcd
  token=$(openssl rand -hex 24)
  echo "$token,admin,admin,system:masters" > "$dir/tokens"
  echo "Authorization: Bearer $token" > "$dir/header"
  openssl ecparam -name prime256v1 -genkey -noout -out "$dir/service-account.key"
  port=$((20000 + RANDOM % 10000)) # below those that the system gives away by itself
  until start_server "$port"; do
    grep -q 'address already in use' "$dir/kube-apiserver.log" && [ $((tries -= 1)) -gt 0 ] ||
      give_up kube-apiserver 'has ended'
    port=$((20000 + RANDOM % 10000))
  done
  cat > "$dir/kubeconfig" << KUBECONFIG
apiVersion: v1
kind: Config
current-context: test
contexts: [{name: test, context: {cluster: test, user: admin}}]
clusters: [{name: test, cluster: {server: "https://127.0.0.1:$port", certificate-authority: "$dir/certs/apiserver.crt"}}]
users: [{name: admin, user: {token: "$token"}}]
KUBECONFIG
  echo "$dir/kubeconfig"
}

down() {
  [ -f "$dir/etcd.pid" ] || return 0 # nothing of ours
  dir=$(cd "$dir" && pwd -P)
  stop kube-apiserver
  stop etcd
  rm -rf "$dir"
}

dir=${2:-}
case "$1 $#" in
  'build 1') build ;;
  'up 2')
    up
    trap - EXIT
    ;;
  'down 2') down ;;
  'hold 2')
    trap 'exit 130' INT TERM HUP
    up
    exec 3<&0 # bash gives a background job an empty stdin of its own
    cat <&3 > /dev/null &
    # A server that has ended (a full disk is enough for etcd) takes everything down, so that those who ask it see it at
    # once instead of waiting for an answer each.
    while kill -0 $! 2> /dev/null; do
      alive etcd || give_up etcd 'has ended'
      alive kube-apiserver || give_up kube-apiserver 'has ended'
      sleep 0.2
    done
    ;;
  *) fail "usage: $0 build | up DIR | down DIR | hold DIR" ;;
esac
