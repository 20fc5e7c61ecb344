"""`bus: kafka` in the files: what is wrong is told with its place, and without asking a broker."""
import textwrap

import pytest

from harness import certificates
from harness.gateway import Gateway, command

MAIN = """\
listeners: [{name: public, address: "127.0.0.1:0"}]
bus:
  kafka:
    brokers: ["127.0.0.1:9"]
topics:
  - name: orders
clusters: [{name: wms, endpoints: ["127.0.0.1:9"]}]
subscriptions:
  - {name: wms, topic: orders, deliver: {http: {cluster: wms, path: /in}}}
include: [../routes/*.yaml]
"""
ROUTES = """\
api: events
base: /events
defaults: {auth: none}
routes:
  - {name: publish, match: {method: POST, path: /orders}, adapter: {publish: {topic: orders, type: X, acknowledge: broker}}}
"""


def check(folder, main, environment=None):
    gateway = Gateway(textwrap.dedent(main), {"events": ROUTES}, folder, start=False)
    return command("check", "-c", "config/causeway.yaml", folder=gateway.folder, environment=environment)


def problems(folder, main, **more):
    code, out, err = check(folder, main, **more)
    assert (code, err) == (2, ""), (code, out, err)
    return out.splitlines()


def changed(*replacements):
    main = MAIN
    for old, new in replacements:
        assert old in main, old
        main = main.replace(old, new)
    return main


def with_properties(text):
    return changed(('    brokers: ["127.0.0.1:9"]\n', f'    brokers: ["127.0.0.1:9"]\n    properties:\n      {text}\n'))


def test_a_right_one_needs_no_broker(tmp_path):
    code, out, err = check(tmp_path, MAIN)
    assert (code, out, err) == (0, "ok: 1 routes, 1 clusters, 0 consumers\n", "")


@pytest.mark.parametrize("replacements, expected", [
    ([("  kafka:\n", "  embedded: {}\n  kafka:\n")],
     "config/causeway.yaml:3:3: bus: embedded or kafka, not both: a topic may say `bus: embedded`"),
    ([('    brokers: ["127.0.0.1:9"]\n', "")], 'config/causeway.yaml:3:3: bus.kafka: missing "brokers" (host:port of some of the brokers)'),
    ([("  kafka:\n", "  rocketmq: {}\n  kafka:\n")], 'config/causeway.yaml:3:3: bus.rocketmq: "rocketmq" is not in this version'),
    ([('  kafka:\n    brokers: ["127.0.0.1:9"]\n', "  embedded: {}\n"), ("  - name: orders\n", "  - name: orders\n    bus: kafka\n")],
     "config/causeway.yaml:6:10: topics[0].bus: this process has no Kafka: say `bus: {kafka: {brokers: [...]}}`"),
    ([("  - name: orders\n", "  - name: orders\n  - {name: others, kafka: {topic: orders}}\n")],
     'config/causeway.yaml:7:35: topics[1].kafka.topic: "orders" is called "orders" on Kafka too: a topic there belongs to one here'),
    ([("  - name: orders\n", "  - {name: others, kafka: {topic: orders}}\n  - name: orders\n")],
     'config/causeway.yaml:7:11: topics[1].name: "others" is called "orders" on Kafka too: a topic there belongs to one here'),
    ([("  - name: orders\n", "  - name: orders\n    bus: rabbit\n")],
     'config/causeway.yaml:7:10: topics[0].bus: expected one of embedded, kafka; got "rabbit"'),
    ([("  - name: orders\n", "  - name: orders\n    kafka: {partitions: 0}\n")],
     "config/causeway.yaml:7:25: topics[0].kafka.partitions: expected a whole number from 1 to 1024, got \"0\""),
], ids=lambda value: "" if isinstance(value, list) else value.split(": ", 2)[2][:40])
def test_what_is_wrong_is_told_with_its_place(tmp_path, replacements, expected):
    assert problems(tmp_path, changed(*replacements)) == [expected]


def test_kafka_s_keys_on_an_embedded_topic_are_a_warning(tmp_path):
    code, out, _ = check(tmp_path, changed(("  - name: orders\n", "  - name: orders\n    bus: embedded\n    kafka: {partitions: 3}\n")))
    assert code == 0
    assert out.splitlines()[0] == "config/causeway.yaml:8:12: topics[0].kafka: warning: not used, the embedded bus carries this topic"


def test_two_names_that_are_one_to_kafka_s_metrics_are_a_warning(tmp_path):
    code, out, _ = check(tmp_path, changed(("  - name: orders\n", "  - name: orders\n  - {name: prod.stock}\n  - {name: stock, kafka: {topic: prod_stock}}\n")))
    assert code == 0
    assert out.splitlines()[0] == ('config/causeway.yaml:8:34: topics[2]: warning: "prod.stock" and "prod_stock" are one name in Kafka\'s metrics: '
                                   "a broker that has one of them does not make the other")


def test_a_number_with_a_unit_is_no_number_to_librdkafka(tmp_path):
    assert problems(tmp_path, with_properties("session.timeout.ms: 6 s")) == [
        'config/causeway.yaml:6:27: bus.kafka.properties["session.timeout.ms"]: expected a number without a unit for "session.timeout.ms"']


def test_every_wrong_property_is_told_at_once(tmp_path):
    main = changed(('    brokers: ["127.0.0.1:9"]\n', """\
    brokers: ["kafka-1", "127.0.0.1:99999"]
    properties:
      enable.idempotence: "false"
      group.id: mine
      linger.m: 5
      linger.ms: soon
      compression.codec: brotli
      ssl.ca.location: tls/nowhere.pem
      sasl.password: "${env:KAFKA_PASSWORD}"
      nonsense: 1
"""))
    assert problems(tmp_path, main) == [
        'config/causeway.yaml:4:15: bus.kafka.brokers[0]: expected an address such as 10.0.0.11:8080, got "kafka-1"',
        'config/causeway.yaml:4:26: bus.kafka.brokers[1]: expected an address such as 10.0.0.11:8080, got "127.0.0.1:99999"',
        'config/causeway.yaml:6:7: bus.kafka.properties["enable.idempotence"]: "enable.idempotence" is not to be set: '
        "no event may be lost, doubled or put out of order on its way",
        'config/causeway.yaml:7:7: bus.kafka.properties["group.id"]: "group.id" is not to be set: it is the subscription\'s group',
        'config/causeway.yaml:8:7: bus.kafka.properties["linger.m"]: "linger.m" is not a property of Kafka\'s clients that can be set here '
        '(did you mean "linger.ms"?)',
        'config/causeway.yaml:9:18: bus.kafka.properties["linger.ms"]: Invalid value for configuration property "linger.ms"',
        'config/causeway.yaml:10:26: bus.kafka.properties["compression.codec"]: Invalid value "brotli" for configuration property "compression.codec"',
        'config/causeway.yaml:11:24: bus.kafka.properties["ssl.ca.location"]: file tls/nowhere.pem cannot be read: No such file or directory',
        'config/causeway.yaml:12:22: bus.kafka.properties["sasl.password"]: environment variable KAFKA_PASSWORD is not set',
        'config/causeway.yaml:13:7: bus.kafka.properties.nonsense: "nonsense" is not a property of Kafka\'s clients that can be set here',
    ]


def test_a_secret_of_a_property_is_never_shown(tmp_path):
    properties = with_properties('security.protocol: SASL_PLAINTEXT\n      sasl.mechanism: PLAIN\n      sasl.username: u\n      sasl.password: "${env:KAFKA_PASSWORD}"')
    code, out, err = check(tmp_path, properties, environment={"KAFKA_PASSWORD": "geheim"})
    assert code == 0 and "geheim" not in out + err, (out, err)
    assert problems(tmp_path, properties.replace("PLAIN\n", "${env:KAFKA_PASSWORD}\n"), environment={"KAFKA_PASSWORD": "geheim"})
    code, out, err = check(tmp_path, properties.replace("PLAIN\n", '"${env:KAFKA_PASSWORD}"\n'), environment={"KAFKA_PASSWORD": "geheim"})
    assert code == 2 and "geheim" not in out + err, (out, err)


def test_a_file_is_relative_to_the_one_that_names_it(tmp_path):
    properties = with_properties("security.protocol: SSL\n      ssl.ca.location: tls/ca.pem")
    (tmp_path / "config" / "tls").mkdir(parents=True)
    (tmp_path / "config" / "tls" / "ca.pem").write_text("no certificate")
    assert check(tmp_path, properties)[0] == 2
    certificates.make(tmp_path / "config" / "tls", "ca")
    assert check(tmp_path, properties) == (0, "ok: 1 routes, 1 clusters, 0 consumers\n", "")
