# Sourced by scripts/demo: the second half of the story, what happened reaches every other system by itself.

ledger() { curl -s "http://127.0.0.1:${port[$1]}/ledger"; } # system
effects() { ledger "$1" | jq -r --arg order "$2" '[.[] | select(.body.data.orderId == $order) | .effect] | join(" ")'; } # system, order
tail_of_ledger() { # how many: reads a ledger
  jq -r --argjson last "$1" '.[-$last:][] | "#\(.number) \(.effect) \(.subject) order=\(.body.data.orderId) sequence=\(.headers["X-Causeway-Sequence"])"' | indented
}
did() { [ "$(effects "$1" "$2")" = "$3" ]; } # system, order, effects
control() { "$build/causeway" "$@"; } # a command that asks the running gateway
show() { # a command and its arguments
  label "look: causeway $*"
  control "$@" | indented || expect "causeway $*" "to work" ""
}
subscription() { control subscriptions --json | jq -r --arg name "$1" --arg member "$2" '(.items // .)[] | select(.name == $name) | .[$member]'; } # name, member
subscription_is() { [ "$(subscription "$1" "$2")" = "$3" ]; } # name, member, value
dead_letter() { control dead-letters --json | jq -r '(.items // .)[0].id // empty'; }

heard() { # system, path, what an order is called there, effect
  expect_within 10 "$1 hears of the order" did "$1" "$order_id" "$4"
  label "$3"
  curl -s "http://127.0.0.1:${port[$1]}$2" | jq -c --arg order "$order_id" '.items[] | select(.orderId == $order)' | indented
}

step "One order, and three more systems know of it: the answer's X-Causeway-Event is stored, then delivered" \
  201 0 "$(sign oms POST /api/v2/orders --body "$(order SHOP-2001)")"
order_id=$(member .data.orderId) event=$(header X-Causeway-Event)
expect_in "the header X-Causeway-Event" "; status=stored" "$event"
heard wms /outbound-orders "WMS: an outbound order (curl 127.0.0.1:18082/outbound-orders)" outbound_created
heard erp /entries "ERP: a receivable (curl 127.0.0.1:18083/entries)" receivable_booked
heard bi /rows "BI: a row (curl 127.0.0.1:18084/rows)" row_added
waybill() { curl -s "http://127.0.0.1:${port[tms]}/waybills" | jq -r --arg order "$1" '.data.items[] | select(.orderNo == $order) | .waybillNo'; } # order
has_waybill() { [ -n "$(waybill "$1")" ]; }
expect_within 10 "TMS hears of the order, in its own shape" has_waybill "$order_id"
label "TMS: a waybill (curl 127.0.0.1:18085/waybills)"
curl -s "http://127.0.0.1:${port[tms]}/waybills" | jq -c --arg order "$order_id" '.data.items[] | select(.orderNo == $order)' | indented
expect "the key of the delivery" "${event%%;*}/wms-orders" \
  "$(ledger wms | jq -r --arg order "$order_id" '.[] | select(.body.data.orderId == $order) | .headers["Idempotency-Key"]')"

step "Where is that event? Its place, and how far each subscription is" \
  200 0 "$(sign oms GET "/api/v1/events/status/${event%%;*}")"

step "And where is its parcel? TMS wraps its answers itself; the caller sees the one form" \
  200 0 "$(sign oms GET "/api/v1/tracking/$(waybill "$order_id")")"
expect "the order of the parcel" "$order_id" "$(member .data.orderId)"
title "A parcel that TMS does not know is 40401 inside its HTTP 200: the caller gets 404"
call "$(sign oms GET /api/v1/tracking/SF999999)"
indented <<<"$answer"
expect "the code and the message" "40401 运单不存在" "$(member '"\(.code) \(.message)"')"
expect_in "an HTTP status" " 404" "${head%%$'\n'*}"

echo '{"warehouseId":"WH1","skuId":"SKU001","beforeQty":120,"afterQty":118,"changeType":"OUT"}' >"$state/stock.json"
step "WMS tells of a stock change by itself" \
  201 0 "$(sign wms POST /api/v1/events/inventory --body "@$state/stock.json")"
expect "the event" published "$(member .data.status)"

# ---- WMS is away -----------------------------------------------------------------------------------------------------------

expect_within 10 "WMS has had everything so far" subscription_is wms-orders backlog 0
stop wms KILL
title "WMS is killed. Twenty orders are accepted all the same; every fifth is cancelled again"
declare -A due=() # order: what WMS shall have done
in_order=()       # what its ledger shall say
for number in {2101..2120}; do
  call "$(sign oms POST /api/v2/orders --body "$(order "SHOP-$number")")"
  order_id=$(member .data.orderId) said="${head%%$'\n'*} | X-Causeway-Event: $(header X-Causeway-Event)"
  order_id=${order_id:-none-for-$number}
  due[$order_id]=outbound_created in_order+=("outbound_created $order_id")
  expect_in "SHOP-$number" " 201 " "$said"
  if ((number % 5 == 0)); then
    call "$(sign oms POST "/api/v2/orders/$order_id/cancel")"
    due[$order_id]+=" outbound_cancelled" in_order+=("outbound_cancelled $order_id") said+=" | cancelled: ${head%%$'\n'*}"
    expect_in "the cancellation of SHOP-$number" " 200" "${head%%$'\n'*}"
  fi
  echo "    SHOP-$number $order_id $said"
  expect_in "SHOP-$number" "; status=stored" "$said"
done
expect_within 20 "ERP has all of it" subscription_is erp-orders backlog 0
expect_within 20 "BI has all of it" subscription_is bi-orders backlog 0
expect_within 20 "the backlog of WMS is what was sent since" subscription_is wms-orders backlog 24
show subscriptions

title "WMS is back: all twenty are in its ledger, each once, in the order of the buyer's calls"
start wms
expect_within 20 "WMS has caught up" subscription_is wms-orders backlog 0
label "look: curl 127.0.0.1:18082/ledger"
ledger wms | tail_of_ledger 24
expect "the order of WMS' ledger" "$(printf '%s\n' "${in_order[@]}")" \
  "$(ledger wms | jq -r '.[-24:][] | "\(.effect) \(.body.data.orderId)"')"
for order_id in "${!due[@]}"; do
  expect "what WMS did for $order_id" "${due[$order_id]}" "$(effects wms "$order_id")"
done

# ---- One order that WMS cannot take ------------------------------------------------------------------------------------------

title "WMS refuses one order with 422: a dead letter. What follows of its key waits, all others go on"
curl -s "http://127.0.0.1:${port[wms]}/faults" -d '{"mode": 422, "contains": "SHOP-2201", "message": "SKU001 is not kept here", "effect": false}' | indented
call "$(sign oms POST /api/v2/orders --body "$(order SHOP-2201 4781320682406083641)")"
poisoned=$(member .data.orderId)
call "$(sign oms POST "/api/v2/orders/$poisoned/cancel")"
call "$(sign oms POST /api/v2/orders --body "$(order SHOP-2202 4781320682406083642)")"
order_id=$(member .data.orderId)
expect_within 10 "the other order goes through" did wms "$order_id" outbound_created
expect_within 10 "a dead letter" subscription_is wms-orders deadLetters 1
expect_within 10 "the cancellation waits behind it" subscription_is wms-orders held 1
id=$(dead_letter || true)
show dead-letters
show dead-letters show "$id"
expect "what WMS did for the refused order" "" "$(effects wms "$poisoned")"

title "WMS is mended, the dead letter is replayed, and its key follows in order"
curl -s "http://127.0.0.1:${port[wms]}/faults" -d '{"mode": "none"}' | indented
show dead-letters replay "$id"
expect_within 20 "both events of the order, in order" did wms "$poisoned" "outbound_created outbound_cancelled"
expect_within 10 "nothing is left" subscription_is wms-orders backlog 0
ledger wms | tail_of_ledger 2
expect "dead letters" 0 "$(subscription wms-orders deadLetters)"
show subscriptions
