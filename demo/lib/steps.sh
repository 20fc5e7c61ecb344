# Sourced by scripts/demo: one step of the story, a call and everything that it left behind.

steps=0 failures=0

expect() { # what, expected, found
  [ "$2" = "$3" ] && return
  echo "  ${red}expected $1 $2, got ${3:-nothing}${plain}"
  failures=$((failures + 1))
}
expect_in() { # what, text, where
  [[ $3 == *"$2"* ]] && return
  echo "  ${red}expected $1 with $2, got: ${3:-nothing}${plain}"
  failures=$((failures + 1))
}
expect_within() { # seconds, what, command…
  local seconds=$1 what=$2
  shift 2
  within "$seconds" "$@" && return
  echo "  ${red}not within $seconds seconds: $what${plain}"
  failures=$((failures + 1))
}

title() { # text
  steps=$((steps + 1))
  printf '\n%s%d. %s%s\n' "$bold" "$steps" "$1" "$plain"
}
indented() { sed 's/^/    /;$a\'; } # and ends the last line
label() { printf '%s  %s%s\n' "$dim" "$1" "$plain"; }

counters() { curl -s "$admin/metrics" | sed -nE '/^causeway_(requests|auth_failures)_total/p' | sort; }
counted() { counters >"$state/after"; comm -13 "$state/before" "$state/after" | grep -q "code=\"$1\""; } # code
logged() { [ -n "$1" ] && line=$(grep -F "$1" "$state/causeway.log" | tail -1) && [ -n "$line" ]; } # request id
header() { grep -i "^$1:" <<<"$head" | cut -d' ' -f2-; } # name

call() { # curl's command line: sets `head` and `answer`
  answer=$(bash -c "$1" | tr -d '\r' || true)
  head=${answer%%$'\n\n'*} answer=${answer#*$'\n\n'}
}
member() { jq -r "$1" <<<"$answer" 2>/dev/null || true; } # path

step() { # title, expected status, expected code, curl's command line
  title "$1"
  local status=$2 code=$3
  label request && indented <<<"$4"

  counters >"$state/before"
  call "$4"
  label answer
  grep -iE '^(HTTP/|(Deprecation|Sunset|Link|Retry-After|WWW-Authenticate|X-Request-Id|X-Causeway-Event):)' <<<"$head" | indented || true
  indented <<<"$answer"
  expect code "$code" "$(member .code)"
  expect_in "an HTTP status" " $status" "${head%%$'\n'*}"

  line=
  expect_within 10 "a log line for the call" logged "$(header X-Request-Id)"
  label log && indented <<<"$line"
  expect_within 10 "a metric with code $code" counted "$code"
  label counted && comm -13 "$state/before" "$state/after" | indented
}

sign() { "$build/causeway" sign -c "$config" --consumer "$@"; } # consumer, method, path…

order() { # external number, buyer: writes an order and prints @FILE
  printf '{"externalNo":"%s","buyerId":%s,"items":[{"skuId":"SKU001","qty":2,"price":19.90}]}' "$1" "${2:-4781320682406083640}" >"$state/$1.json"
  echo "@$state/$1.json"
}
