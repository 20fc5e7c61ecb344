# Sourced by scripts/demo: the first half of the story, calls to one system.

step "An order is created: signed, versioned, forwarded, wrapped, counted, logged" \
  201 0 "$(sign oms POST /api/v2/orders --body "$(order SHOP-1001)")"
expect_in "every digit of" '"buyerId":4781320682406083640' "$answer"
expect_in "every digit of" '"price":19.90' "$answer"
order_id=$(member .data.orderId)

step "A wrong secret is refused, and OMS never hears of it" \
  401 40191 "$(OMS_SECRET=not-the-secret-of-oms sign oms POST /api/v2/orders --body "$(order SHOP-1002)")"

step "A call of version 1 works, and says that its days are counted" \
  200 0 "$(sign oms GET /api/v1/orders)"
expect_in "the header Deprecation" "@" "$(header Deprecation)"
expect_in "the header Sunset" "GMT" "$(header Sunset)"
expect_in "the header Link" "successor-version" "$(header Link)"

step "A reporting tool reads stock with a token instead of a signature" \
  200 0 "curl -sS -i $gateway/api/v1/inventory/SKU001 -H 'X-API-Key: $reporting_token'"

stop oms
step "OMS is down: the caller is told so at once, in the same envelope" \
  502 50290 "$(sign oms POST /api/v2/orders --body "$(order SHOP-1003)")"

start oms
step "OMS is back: the same order goes through" \
  201 0 "$(sign oms POST /api/v2/orders --body "@$state/SHOP-1003.json")"

step "And the first order is still there" \
  200 0 "$(sign oms GET "/api/v2/orders/$order_id")"

printf '\n%sWhat OMS really did%s (its ledger: two orders, no credentials passed on)\n' "$bold" "$plain"
ledger=$(curl -s "$oms/ledger")
jq -r '.[] | "    \(.effect) \(.subject) externalNo=\(.body.externalNo) consumer=\(.headers["X-Consumer-Name"]) traceparent=\(.headers.traceparent)"' <<<"$ledger"
expect "orders in the ledger" "SHOP-1001 SHOP-1003" "$(jq -r '[.[].body.externalNo] | join(" ")' <<<"$ledger")"
expect "the consumer's name at OMS" "oms oms" "$(jq -r '[.[].headers["X-Consumer-Name"]] | join(" ")' <<<"$ledger")"
expect "credentials at OMS" 0 "$(jq '[.[].headers | keys[] | select(test("authorization|x-signature|x-api-key"; "i"))] | length' <<<"$ledger")"

# ---- A shop outside, with a token ------------------------------------------------------------------------------------------

title "A shop proves itself at the gateway's own token endpoint"
label request && indented <<<"curl -u shop:\$SHOP_SECRET $gateway/oauth/token -d grant_type=client_credentials -d scope='orders:read orders:write'"
token_for() { # scopes
  curl -s -u "shop:$SHOP_SECRET" "$gateway/oauth/token" -d grant_type=client_credentials --data-urlencode "scope=$1"
}
answer=$(token_for "orders:read orders:write")
jq -c '.access_token |= .[:24] + "…"' <<<"$answer" | indented || true
token=$(member .access_token)
expect "the token's kind" Bearer "$(member .token_type)"
expect "its scope" "orders:read orders:write" "$(member .scope)"

shop() { # method, path, body, token
  printf "curl -sS -i -X %s '%s%s' -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' -d '%s'" "$1" "$gateway" "$2" "${4:-$token}" "$3"
}
goods='{"externalNo":"SHOP-1101","buyerId":4781320682406083640,"goods":[{"skuId":"SKU001","qty":1,"price":19.90}]}'
step "It orders in the shape of version 1, goods for items: OMS, and the event, see version 2" \
  201 0 "$(shop POST /api/v1/orders "$goods")"
expect "its goods" '[{"skuId":"SKU001","qty":1,"price":19.90}]' "$(grep -oE '\[\{"skuId".*\}\]' <<<"$answer" || true)"
expect_in "every digit of" '"buyerId":4781320682406083640' "$answer"

step "Ten where five are left: OMS says 200, the shop reads what it is: 40001 with the numbers" \
  400 40001 "$(shop POST /api/v2/orders '{"externalNo":"SHOP-1102","items":[{"skuId":"SKU003","qty":10,"price":1.00}]}')"
expect message 库存不足 "$(member .message)"
expect details '{"skuId":"SKU003","required":10,"available":5}' "$(member '.details | {skuId, required, available} | tojson')"

step "An order that is none: every violation at once" \
  400 40092 "$(shop POST /api/v2/orders '{"items":[{"skuId":"SKU001","qty":0},{"qty":"2"}]}')"
expect violations "4" "$(member '.details.violations | length')"

step "A token for reading does not write" \
  403 40390 "$(shop POST /api/v2/orders "$goods" "$(token_for orders:read | jq -r .access_token)")"

# ---- A call that nobody answered -------------------------------------------------------------------------------------------

orders_of() { curl -s "$oms/ledger" | jq --arg no "$1" '[.[] | select(.body.externalNo == $no)] | length'; } # externalNo
curl -s "$oms/faults" -d '{"mode": "reset", "path": "/internal/orders", "times": 1}' >"$state/faults.json"
step "OMS takes an order and dies before it answers: the gateway asks what became of it, and the caller gets the order" \
  200 0 "$(sign oms POST /api/v2/orders --body "$(order SHOP-1201)")"
kept=$answer event=$(header X-Causeway-Event)
step "The caller asks once more: the same answer, byte for byte" \
  200 0 "$(sign oms POST /api/v2/orders --body "@$state/SHOP-1201.json")"
expect "the answer" "$kept" "$answer"
expect "Idempotency-Replayed" true "$(header Idempotency-Replayed)"
expect "orders SHOP-1201 in OMS' ledger" 1 "$(orders_of SHOP-1201)"
step "The event of that order, one and settled by the check" \
  200 0 "$(sign oms GET "/api/v1/events/status/${event%%;*}")"
