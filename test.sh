#!/usr/bin/env bash
# Runs every test. Arguments go on to `dotnet test`, such as: ./test.sh --filter FullyQualifiedName~Resume
#     ./test.sh --soak   plays the cluster's scenarios for CHAT_CLUSTER_MINUTES each (3), with CHAT_CLUSTER_CLIENTS (400)
#     CHAT_CLUSTER_SEED=7 ./test.sh --filter …   plays such a scenario with the choices of an earlier run, which told its seed
# Needs the .NET 10 SDK; installs Node.js, Chromium, PostgreSQL and nginx from Debian when run as root and they are missing.
set -euo pipefail
cd "$(dirname "$0")"

install() {
  local command=$1; shift
  if command -v "$command" > /dev/null; then return; fi
  if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
    echo "test.sh: $command is missing; install it (Debian: apt-get install $*)" >&2
    exit 1
  fi
  echo "test.sh: $command is missing; installing $*"
  apt-get update -qq
  # In runlevel 1 Debian installs services without starting them: the tests bring their own.
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" > /dev/null
}

if ! command -v dotnet > /dev/null; then
  echo "test.sh: the .NET 10 SDK is missing: https://dotnet.microsoft.com/download" >&2
  exit 1
fi
install node nodejs
install chromium chromium fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji
# Debian keeps the server out of the PATH. The tests start servers of their own, and use none that runs.
for programs in /usr/lib/postgresql/*/bin; do PATH=$PATH:$programs; done
install postgres postgresql
PATH=$PATH:/usr/sbin install nginx nginx-light

dotnet build OrleansChat.sln --nologo -v quiet

if [ "${1:-}" = --soak ]; then
  shift
  export CHAT_CLUSTER_MINUTES=${CHAT_CLUSTER_MINUTES:-3} CHAT_CLUSTER_CLIENTS=${CHAT_CLUSTER_CLIENTS:-400}
  exec dotnet test tests/Cluster.Tests --no-build --nologo --filter FullyQualifiedName~Scenarios "$@"
fi

failed=0
if [ $# -eq 0 ]; then
  tap=$(mktemp)
  trap 'rm -f "$tap"' EXIT
  echo "The client library:"
  node --test --test-reporter=tap tests/chat-client/*.test.mjs > "$tap" || failed=1
  grep -E '^ *not ok|^ +(error|location):|^# (pass|fail) ' "$tap" || true
fi

# One project at a time: they start servers and browsers, and measure each other otherwise.
dotnet test OrleansChat.sln --no-build --nologo -m:1 "$@" || failed=1
exit $failed
