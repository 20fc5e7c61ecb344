# Sourced by scripts/demo: the programs of the demo. Only those that were started here are ended.

declare -A pid=() port=([oms]=18081 [wms]=18082 [erp]=18083 [bi]=18084 [tms]=18085)

die() { echo "${red}scripts/demo: $*${plain}" >&2; exit 1; }

within() { # seconds, command…: true as soon as the command is
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.05
  done
}

stop() { # program, signal
  [ -n "${pid[$1]:-}" ] || return 0
  kill "-${2:-TERM}" "${pid[$1]}" 2>/dev/null || true
  wait "${pid[$1]}" 2>/dev/null || true
  unset "pid[$1]"
}
stop_all() { stop causeway && for system in "${!port[@]}"; do stop "$system"; done; }

free() { # port, what
  ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null ||
    die "port $1 ($2) is taken. Look who listens: ss -ltnp 'sport = :$1'"
}

ended_or_listens() { ! kill -0 "${pid[$1]}" 2>/dev/null || curl -fs -o /dev/null "$2"; } # program, address

started() { # program, address: until it answers; a process that ended is not waited for
  within 20 ended_or_listens "$1" "$2" && kill -0 "${pid[$1]}" 2>/dev/null && return
  cat "$state/$1.log" >&2
  die "$1 did not start"
}

start() { # system: one of `port`. It carries on from its ledger
  "$build/demo_$1" --port "${port[$1]}" --ledger "$state/$1.jsonl" >>"$state/$1.log" 2>&1 &
  pid[$1]=$!
  started "$1" "http://127.0.0.1:${port[$1]}/health"
}

start_gateway() {
  "$build/causeway" run -c "$config" >"$state/causeway.log" 2>&1 &
  pid[causeway]=$!
  started causeway "$admin/readyz"
}
