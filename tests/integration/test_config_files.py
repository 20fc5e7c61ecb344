"""Files that are missing, doubled, broken or laid over each other."""
import json

import pytest

from harness.gateway import command
from harness.mistakes import ENVIRONMENT, MAIN, OK, M, R, check, lay, tls


def test_what_stands_in_a_broken_file_is_not_blamed_on_those_who_name_it(tmp_path, tls):
    """No route is told that its cluster, topic or consumer is unknown: the one mistake is elsewhere."""
    clusters = MAIN[MAIN.index("clusters:"):MAIN.index("topics:")]
    main = MAIN.replace(clusters, "").replace("include: [", "include: [clusters.yaml, ")
    lay(tmp_path, tls, [], {M: main, "config/clusters.yaml": clusters.replace("endpoints: [", "endpoints: [[", 1)})
    assert check(tmp_path) == (2, 'config/clusters.yaml:5:5: a "[" is open here: a "," or its "]" is missing\n')
    (tmp_path / "config/clusters.yaml").unlink()
    assert check(tmp_path) == (2, 'config/causeway.yaml:45:11: include[0]: there is no file "clusters.yaml"\n')


@pytest.mark.parametrize("section", ["consumers", "clusters", "topics", "oauth"])
def test_a_section_that_cannot_be_read_is_the_only_error(tmp_path, tls, section):
    lay(tmp_path, tls, [(M, f"\n{section}:\n", f"\n{section}: 5\nx-rest:\n")])
    code, out = check(tmp_path)
    line = MAIN[:MAIN.index(f"\n{section}:")].count("\n") + 2
    what = '"***"' if section in ("clusters", "consumers", "oauth") else '"5"'
    expected = "a mapping" if section == "oauth" else "a list"
    assert (code, out) == (2, f"config/causeway.yaml:{line}:{len(section) + 3}: {section}: expected {expected}, got {what}\n"
                              f'config/causeway.yaml:{line + 1}:1: ["x-rest"]: unknown key "x-rest"\n'.replace('["x-rest"]', "x-rest"))


def test_overlays(tmp_path, tls):
    lay(tmp_path, tls, [], {"production.yaml": "workers: 2\nnode: {id: causeway-9}\nclusters:\n  - {name: oms, endpoints: [\"10.0.0.1:80\"]}\n"
                                               "  - {name: wms, endpoints: [\"10.0.0.2:80\"]}\n"})
    assert check(tmp_path, config=("config/causeway.yaml", "production.yaml")) == (0, OK)
    (tmp_path / "production.yaml").write_text("workers: many\nnode: {ident: x}\ntopics: [{name: order-topic, retention: 5 d}]\n")
    assert check(tmp_path, config=("config/causeway.yaml", "production.yaml")) == (2, """\
production.yaml:1:10: workers: expected a whole number from 1 to 256, got "many"
production.yaml:2:8: node.ident: unknown key "ident"
production.yaml:3:41: topics[0].retention: expected a duration such as 5s or 250ms, got "5 d"
""")
    assert check(tmp_path, config=("config/causeway.yaml", "prodution.yaml")) == \
        (2, "prodution.yaml: cannot be read: No such file or directory\n")
    assert check(tmp_path, config=("config/causeway.yaml", "config/causeway.yaml")) == \
        (0, "config/causeway.yaml: warning: given twice; the second time changes nothing\n" + OK)
    assert check(tmp_path, config=("config/causeway.yaml", "routes/orders.yaml")) == \
        (2, "routes/orders.yaml:1:1: a route file: give the operators' file, which includes it\n")


def test_what_an_overlay_takes_away_is_missed_at_its_place(tmp_path, tls):
    lay(tmp_path, tls, [], {"production.yaml": "workers: 2\nlisteners: null\n"})
    assert check(tmp_path, config=("config/causeway.yaml", "production.yaml")) == \
        (2, "production.yaml:2:12: listeners: at least one is needed\n")


@pytest.mark.parametrize("arguments", [("routes",), ("explain", "GET", "/"), ("test",)], ids=lambda words: words[0])
def test_programs_get_the_rows_of_check_from_every_command(tmp_path, tls, arguments):
    lay(tmp_path, tls, [(M, "workers: 1", "workers: many")])
    _, rows = check(tmp_path, "--json")
    done = command(*arguments, "--json", "-c", "config/causeway.yaml", folder=tmp_path, environment=ENVIRONMENT)
    assert done == (2, rows, "")
    assert json.loads(rows)[0]["message"] == 'expected a whole number from 1 to 256, got "many"'
    done = command(*arguments, "-c", "config/causeway.yaml", folder=tmp_path, environment=ENVIRONMENT)
    assert done == (2, "", 'config/causeway.yaml:11:10: workers: expected a whole number from 1 to 256, got "many"\n')


def test_routes_of_an_api_that_is_not_there(tmp_path, tls):
    lay(tmp_path, tls, [])
    done = command("routes", "--api", "order", "-c", "config/causeway.yaml", folder=tmp_path, environment=ENVIRONMENT)
    assert done == (2, "", 'causeway: --api: no API is called "order" (did you mean "orders"?)\n')


def test_an_overlay_wins_over_what_the_first_file_includes(tmp_path, tls):
    clusters = MAIN[MAIN.index("clusters:"):MAIN.index("topics:")]
    main = MAIN.replace(clusters, "").replace("include: [", "include: [clusters.yaml, ")
    lay(tmp_path, tls, [], {M: main, "config/clusters.yaml": clusters,
                            "test.yaml": 'clusters: [{name: oms, endpoints: ["127.0.0.1:7"]}]\n'})
    code, out = check(tmp_path, config=("config/causeway.yaml", "test.yaml"))
    assert (code, out) == (2, 'config/causeway.yaml:41:31: subscriptions[0].deliver.http.cluster: no cluster is called "wms" (did you mean "oms"?)\n')


def test_merge_keys_and_anchors_bring_their_places_with_them(tmp_path, tls):
    lay(tmp_path, tls, [(M, "  - name: oms\n    system: OMS\n", "  - &base\n    name: oms\n    system: OMS\n    connect_timeout: soon\n"),
                        (M, "  - {name: wms, endpoints", "  - {<<: *base, name: wms, endpoints")])
    assert check(tmp_path) == (2, 'config/causeway.yaml:37:22: clusters[0].connect_timeout: expected a duration such as 5s or 250ms, got "soon"\n'
                                  'config/causeway.yaml:37:22: clusters[1].connect_timeout: expected a duration such as 5s or 250ms, got "soon"\n')


def test_run_refuses_with_the_same_words(tmp_path, tls):
    lay(tmp_path, tls, [(R, "rate: 100/s", "rate: fast")])
    code, out, err = command("run", "-c", "config/causeway.yaml", folder=tmp_path, environment=ENVIRONMENT)
    assert code == 2
    assert 'routes/orders.yaml:19:28: routes[1].plugins[0].rate_limit.rate: expected a rate such as 100/s, got "fast"\n' in out + err
