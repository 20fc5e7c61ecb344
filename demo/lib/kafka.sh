# Sourced by scripts/demo --kafka: a broker of this run, and config/ with its bus on it. Sets `kafka` (host:port) and `config`.

echo "starting Kafka (its programs are fetched once)"
stop_broker() { stop_all && scripts/kafka stop "$state/kafka"; }
trap stop_broker EXIT
kafka=$(scripts/kafka start "$state/kafka") || die "no Kafka"

cp -r config routes "$state"
config=$state/config/causeway.yaml
sed -i "s|^bus: .*|bus: {kafka: {brokers: [\"$kafka\"]}}|" "$config"
label "the only line of the configuration that differs"
grep '^bus:' "$config" | indented
