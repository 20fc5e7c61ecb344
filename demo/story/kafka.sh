# Sourced by scripts/demo --kafka: what the story has left on the broker, as any other program sees it.

on_kafka() { kcat -b "$kafka" -C -q -e -o beginning "$@" </dev/null; } # topic and format

title "All of it lies on Kafka, for everybody else: key, headers, value, and what was acknowledged is there once"
label "look: kcat -b $kafka -C -t order-topic -o -3 -e"
on_kafka -t order-topic -f '%T %p:%o  key %k\n  %h\n  %s\n' | tail -n 9 | tr '\a' ' ' | indented
label "look: kcat -b $kafka -C -t inventory-topic -e"
on_kafka -t inventory-topic -f '%p:%o  key %k\n  %s\n' | indented
ids=$(on_kafka -t order-topic -J | jq -r '.payload | fromjson | .eventId')
stored=$(control topics --json | jq -r '(.items // .)[] | select(.name == "order-topic") | .published')
expect "the records of order-topic" "$stored" "$(wc -l <<<"$ids")"
expect "doubled events" 0 "$(sort <<<"$ids" | uniq -d | wc -l)"
expect "the event of the first step" "${event%%;*}" "$(grep -Fx "${event%%;*}" <<<"$ids")"
expect "every digit of the last order" 1 "$(on_kafka -t order-topic | grep -cF '"buyerId":4781320682406083642')"
label "counted" && curl -s "$admin/metrics" | grep -E '^causeway_(events_published_total|outbox_pending|kafka_brokers)' | indented
