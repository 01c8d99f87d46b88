#!/usr/bin/env bash
# A cluster on this machine, for developers: PostgreSQL, two silos, two gateways, and nginx with TLS in front.
#
#   eng/cluster.sh          Ctrl-C takes everything down, and the data with it
#
# Everything listens on the loopback address alone, and lies in a temporary folder. What ends by itself, or is killed
# to see what happens, is started again after three seconds, as systemd would.
#
# Needs the .NET 10 SDK. PostgreSQL, nginx and openssl are Debian's; as root, what is missing is installed.
#
# In the environment, with what holds otherwise:
#   CLUSTER_HTTPS_PORT=8443                  nginx
#   CLUSTER_GATEWAY_PORTS="5001 5002"        one gateway for each
#   CLUSTER_SILO_PORTS="11111 11112"         one silo for each: where silos reach it
#   CLUSTER_SILO_GATEWAY_PORTS="30000 30001" where gateways reach it
#   CLUSTER_SILO_HEALTH_PORTS="8081 8082"    its health endpoints
#   CLUSTER_POSTGRES_PORT=15432
#   CLUSTER_CONFIGURATION=Release            what is built and run
#   CLUSTER_PARENT=                          a process id; the cluster ends when that process has ended
# A port that is taken is replaced by a free one, unless it was asked for.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
configuration=${CLUSTER_CONFIGURATION:-Release}
folder=
restart_after=3
aside=                                       # the process group of a command that a signal may interrupt
sleeping=
declare -a parts=()                          # in the order in which they start
declare -A pids=() commands=()

say() { echo "cluster.sh: $*"; }

fail() {
  echo "cluster.sh: $*" >&2
  exit 1
}

# --- what is needed -------------------------------------------------------------------------------------------------

find_postgres() {
  local found
  found=$(printf '%s\n' /usr/lib/postgresql/*/bin/postgres | sort -V | tail -n 1)
  if [ ! -x "$found" ]; then found=$(command -v postgres || true); fi
  if [ -n "$found" ]; then dirname "$(readlink -f "$found")"; fi
}

need() {
  local missing=()
  command -v dotnet > /dev/null || fail "the .NET 10 SDK is missing: https://dotnet.microsoft.com/download"
  [ -n "$(find_postgres)" ] || missing+=(postgresql)
  [ -x /usr/sbin/nginx ] || command -v nginx > /dev/null || missing+=(nginx)
  command -v openssl > /dev/null || missing+=(openssl)
  command -v setpriv > /dev/null || missing+=(util-linux)
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
    fail "missing: ${missing[*]} (Debian: apt-get install ${missing[*]})"
  fi
  say "installing ${missing[*]}"
  apt-get update -qq
  # In runlevel 1 Debian installs services without starting them: this script brings its own.
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
}

build() {
  local project log=$folder/logs/build.log
  say "building ($configuration)"
  for project in Silo Gateway; do
    # Without helpers that would stay behind.
    aside dotnet build "$root/$project" -c "$configuration" --nologo -v quiet -nodeReuse:false -p:UseSharedCompilation=false \
      > "$log" 2>&1 || { tail -n 20 "$log" >&2; fail "$project cannot be built"; }
  done
}

program() {
  local found
  found=$(printf '%s\n' "$root/$1/bin/$configuration"/net*/"OrleansChat.$1.dll" | sort -V | tail -n 1)
  [ -f "$found" ] || fail "$found is not there"
  echo "$found"
}

# --- ports ----------------------------------------------------------------------------------------------------------

is_free() { ! (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }

# ports VARIABLE DEFAULTS: the ports asked for, or the defaults with free ones for those that are taken. Answers in $ports.
ports() {
  local asked=${!1:-} wanted
  ports=()
  for wanted in ${asked:-$2}; do
    [ -z "$asked" ] || is_free "$wanted" || fail "$1: port $wanted is taken"
    while ! is_free "$wanted" || [ -n "${given[$wanted]:-}" ]; do wanted=$((20000 + RANDOM % 12000)); done
    given[$wanted]=1
    ports+=("$wanted")
  done
}

choose_ports() {
  local -A given=()
  local -a ports
  ports CLUSTER_POSTGRES_PORT 15432 && postgres_port=${ports[0]}
  ports CLUSTER_HTTPS_PORT 8443 && https_port=${ports[0]}
  ports CLUSTER_GATEWAY_PORTS "5001 5002" && gateway_ports=("${ports[@]}")
  ports CLUSTER_SILO_PORTS "11111 11112" && silo_ports=("${ports[@]}")
  ports CLUSTER_SILO_GATEWAY_PORTS "30000 30001" && silo_gateway_ports=("${ports[@]}")
  ports CLUSTER_SILO_HEALTH_PORTS "8081 8082" && silo_health_ports=("${ports[@]}")
  if [ "${#silo_gateway_ports[@]} ${#silo_health_ports[@]}" != "${#silo_ports[@]} ${#silo_ports[@]}" ]; then
    fail "the three lists of CLUSTER_SILO_… must be of one length"
  fi
}

# --- parts: processes that run until they are told to end ------------------------------------------------------------

# In a process group of its own, so that Ctrl-C reaches this script alone; told to end when this script is gone.
start() {
  local name=$1
  local -a command
  mapfile -t command <<< "${commands[$name]}"
  set -m
  setpriv --pdeathsig TERM -- "${command[@]}" >> "$folder/logs/$name.log" 2>&1 < /dev/null &
  pids[$name]=$!
  set +m
}

# part NAME COMMAND…
part() {
  local name=$1
  shift
  commands[$name]=$(printf '%s\n' "$@")
  parts+=("$name")
  start "$name"
}

is_running() { [ -n "${pids[$1]:-}" ] && kill -0 "${pids[$1]}" 2> /dev/null; }

# await NAME SECONDS CHECK…: until the check succeeds; not when the part has ended.
await() {
  local name=$1 until=$((SECONDS + $2))
  shift 2
  until "$@" > /dev/null 2>&1; do
    if ! is_running "$name"; then broken "$name does not start"; fi
    if [ $SECONDS -ge $until ]; then broken "$name is not ready in time"; fi
    pause 0.2
  done
}

broken() {
  tail -n 15 "$folder/logs/${1%% *}.log" >&2
  fail "$1; these are the last lines of its log"
}

# A signal does not wait until it is over.
pause() {
  sleep "$1" &
  sleeping=$!
  wait "$sleeping" || true
  sleeping=
}

# aside COMMAND…: runs a command that a signal may interrupt.
aside() {
  set -m
  "$@" < /dev/null &
  aside=$!
  set +m
  local status=0
  wait "$aside" || status=$?
  aside=
  return $status
}

# Whether http://127.0.0.1:PORT/healthz/ready answers with 200.
ready() {
  local answer
  exec 3<> "/dev/tcp/127.0.0.1/$1" || return 1
  printf 'GET /healthz/ready HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
  IFS= read -r -t 5 answer <&3 || true
  exec 3>&-
  [[ $answer == *' 200 '* ]]
}

# --- PostgreSQL -----------------------------------------------------------------------------------------------------

# The server refuses to run as root; Debian's package brings a user for it.
as_postgres() {
  # Who becomes somebody else loses the wish to be told of this script's end: it is made again.
  if [ "$(id -u)" = 0 ]; then printf '%s\n' setpriv --reuid=postgres --regid=postgres --clear-groups --pdeathsig INT --; fi
  printf '%s\n' "$@"
}

start_postgres() {
  local programs data=$folder/postgres/data
  local -a command
  programs=$(find_postgres)
  mkdir -p "$data"
  (umask 077 && echo "$password" > "$folder/postgres/password")
  if [ "$(id -u)" = 0 ]; then chown -R postgres: "$folder/postgres"; fi
  mapfile -t command < <(as_postgres "$programs/initdb" -D "$data" --username=chat --pwfile="$folder/postgres/password" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C)
  (cd / && "${command[@]}") > "$folder/logs/postgres.log" 2>&1 || broken "postgres cannot be set up"
  mapfile -t command < <(as_postgres "$programs/postgres" -D "$data" -c listen_addresses=127.0.0.1 -c "port=$postgres_port" \
    -c unix_socket_directories= -c max_connections=200 -c log_statement=none)
  part postgres "${command[@]}"
  await postgres 60 env PGPASSWORD="$password" "$programs/createdb" -h 127.0.0.1 -p "$postgres_port" -U chat chat
}

# --- silos and gateways ---------------------------------------------------------------------------------------------

start_silos() {
  local silo gateways health i
  silo=$(program Silo)
  for i in "${!silo_ports[@]}"; do
    gateways=${silo_gateway_ports[$i]} health=${silo_health_ports[$i]}
    part "silo-$((i + 1))" dotnet "$silo" --Cluster:Mode=Postgres --Cluster:AdvertisedAddress=127.0.0.1 \
      "--Cluster:SiloPort=${silo_ports[$i]}" "--Cluster:GatewayPort=$gateways" --urls "http://127.0.0.1:$health"
  done
  for i in "${!silo_ports[@]}"; do await "silo-$((i + 1))" 90 ready "${silo_health_ports[$i]}"; done
}

start_gateways() {
  local gateway i
  gateway=$(program Gateway)
  for i in "${!gateway_ports[@]}"; do
    part "gateway-$((i + 1))" dotnet "$gateway" --Cluster:Mode=Postgres --Chat:TrustedProxies=127.0.0.1 --urls "http://127.0.0.1:${gateway_ports[$i]}"
  done
  for i in "${!gateway_ports[@]}"; do await "gateway-$((i + 1))" 90 ready "${gateway_ports[$i]}"; done
}

# --- nginx ----------------------------------------------------------------------------------------------------------

write_nginx_configuration() {
  local one
  cat << END
daemon off;
worker_processes 2;
error_log stderr crit;
pid $folder/nginx/pid;
events { worker_connections 4096; }
http {
    # Without what stands behind the question mark: that may be a token.
    log_format orleanschat '\$remote_addr [\$time_local] "\$request_method \$uri" \$status \$body_bytes_sent';
    access_log $folder/logs/nginx-access.log orleanschat;
    client_body_temp_path $folder/nginx/body;
    proxy_temp_path $folder/nginx/proxy;
    fastcgi_temp_path $folder/nginx/fastcgi;
    uwsgi_temp_path $folder/nginx/uwsgi;
    scgi_temp_path $folder/nginx/scgi;
    upstream orleanschat {
        zone orleanschat 64k;
        least_conn;
$(for one in "${gateway_ports[@]}"; do echo "        server 127.0.0.1:$one max_fails=1 fail_timeout=2s;"; done)
        keepalive 16;
    }
    upstream orleanschat_sockets {
        zone orleanschat_sockets 64k;
        least_conn;
$(for one in "${gateway_ports[@]}"; do echo "        server 127.0.0.1:$one max_fails=1 fail_timeout=2s;"; done)
    }
    server {
        listen 127.0.0.1:$https_port ssl;
        ssl_certificate $folder/certificate.pem;
        ssl_certificate_key $folder/key.pem;
        ssl_protocols TLSv1.2 TLSv1.3;
        # Which gateway it was.
        add_header X-Gateway \$upstream_addr always;
        include $root/deploy/nginx/orleanschat-locations.conf;
    }
}
END
}

start_nginx() {
  mkdir -p "$folder/nginx"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$folder/key.pem" -out "$folder/certificate.pem" \
    > "$folder/logs/openssl.log" 2>&1 || broken "openssl cannot make a certificate"
  write_nginx_configuration > "$folder/nginx/nginx.conf"
  part nginx "$(PATH=$PATH:/usr/sbin command -v nginx)" -p "$folder/nginx" -c "$folder/nginx/nginx.conf" -e stderr
  await nginx 30 is_taken "$https_port"
}

is_taken() { ! is_free "$1"; }

# --- from here to the end --------------------------------------------------------------------------------------------

tell() {
  local i address=localhost:$https_port
  echo
  echo "A cluster is running. Ctrl-C ends it, and its data with it."
  echo "  page      https://$address        the certificate is its own: let the browser go on"
  echo "  terminal  NODE_EXTRA_CA_CERTS=$folder/certificate.pem npx wscat -c wss://$address/ws/alice"
  echo "  JSON      NODE_EXTRA_CA_CERTS=$folder/certificate.pem npx wscat -c 'wss://$address/ws?user=alice&rooms=lobby'"
  echo "            (or npx wscat --no-check -c …, which believes any certificate)"
  for i in "${!gateway_ports[@]}"; do
    echo "  gateway   http://127.0.0.1:${gateway_ports[$i]}         kill -TERM ${pids[gateway-$((i + 1))]} drains it"
  done
  for i in "${!silo_ports[@]}"; do
    echo "  silo      http://127.0.0.1:${silo_health_ports[$i]}/healthz/ready   kill -9 ${pids[silo-$((i + 1))]} kills it"
  done
  echo "  database  PGPASSWORD=$password psql -h 127.0.0.1 -p $postgres_port -U chat chat"
  echo "  logs      $folder/logs"
  echo "  Guest mode: whoever connects is believed to be who they say they are."
  echo "  Whatever ends is started again after $restart_after seconds."
}

# Starts again whatever ends, until a signal comes.
supervise() {
  local name status
  local -a down
  while true; do
    pause 1
    if [ -n "${CLUSTER_PARENT:-}" ] && [ ! -d "/proc/$CLUSTER_PARENT" ]; then exit 0; fi
    down=()
    for name in "${parts[@]}"; do
      if is_running "$name"; then continue; fi
      status=0
      wait "${pids[$name]}" || status=$?
      say "$name (pid ${pids[$name]}) has ended with $(outcome $status)"
      down+=("$name")
    done
    if [ ${#down[@]} = 0 ]; then continue; fi
    pause $restart_after
    for name in "${down[@]}"; do
      kill_group "$name"
      start "$name"
      say "$name is started again, as pid ${pids[$name]}"
    done
  done
}

outcome() {
  if [ "$1" -gt 128 ]; then echo "SIG$(kill -l $(($1 - 128)))"; else echo "exit code $1"; fi
}

# Kills what is left of a part: nginx's workers outlive nginx.
kill_group() { kill -s KILL -- "-${pids[$1]}" 2> /dev/null || true; }

# end SIGNAL SECONDS NAME…: tells them to end, and kills those that have not in time.
end() {
  local signal=$1 until=$((SECONDS + $2)) name
  shift 2
  for name in "$@"; do if is_running "$name"; then kill -s "$signal" "${pids[$name]}" 2> /dev/null || true; fi; done
  for name in "$@"; do
    while is_running "$name" && [ $SECONDS -lt $until ]; do sleep 0.1; done
    if is_running "$name"; then say "$name does not end, and is killed"; fi
    kill_group "$name"
  done
}

# A second signal does not want to wait; but one and the same may come twice, to this script and to its group.
hurry() {
  local name
  if [ $SECONDS -le $((ending_since + 1)) ]; then return; fi
  for name in "${parts[@]}"; do kill_group "$name"; done
}

# The way in first, the database last.
take_down() {
  local status=$? name
  set +e
  ending_since=$SECONDS
  trap - EXIT
  trap hurry INT TERM HUP
  if [ -n "$aside" ]; then kill -s TERM -- "-$aside" 2> /dev/null; fi
  if [ -n "$sleeping" ]; then kill -s TERM "$sleeping" 2> /dev/null; fi
  if [ ${#parts[@]} -gt 0 ]; then
    say "ending"
    local -a gateways=() silos=() others=()
    for name in "${parts[@]}"; do
      case $name in
        gateway-*) gateways+=("$name") ;;
        silo-*) silos+=("$name") ;;
        *) others=("$name" "${others[@]}") ;;
      esac
    done
    {
      end TERM 40 "${gateways[@]}"
      end TERM 30 "${silos[@]}"
      end INT 30 "${others[@]}"
    } 2> /dev/null
  fi
  if [ -n "$folder" ]; then rm -rf "$folder"; fi
  exit "$status"
}

main() {
  if [ $# -gt 0 ]; then
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
    exit 0
  fi
  need
  umask 022
  trap take_down EXIT
  trap 'exit 0' INT TERM HUP
  folder=$(mktemp -d "${TMPDIR:-/tmp}/orleanschat-cluster.XXXXXX")
  # The servers that do not run as root pass through it.
  chmod 711 "$folder"
  mkdir "$folder/logs"
  choose_ports
  build
  password=$(openssl rand -hex 16)
  # In the environment, for anybody could read it on a command line.
  export ConnectionStrings__Chat="Host=127.0.0.1;Port=$postgres_port;Database=chat;Username=chat;Password=$password"
  say "starting PostgreSQL" && start_postgres
  say "starting ${#silo_ports[@]} silos" && start_silos
  say "starting ${#gateway_ports[@]} gateways" && start_gateways
  say "starting nginx" && start_nginx
  tell
  # Without bash's own remarks on what was killed.
  supervise 2> /dev/null
}

main "$@"
