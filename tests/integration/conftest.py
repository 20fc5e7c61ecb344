"""One system and one gateway per suite; each suite says in `configuration(upstream)` what it wants: (main file, route files)."""
import pytest

from harness.events import ROUTES, configuration
from harness.gateway import Gateway
from harness.kafka import Broker, Scene
from harness.upstream import Upstream


@pytest.fixture(scope="module")
def upstream():
    with Upstream() as system:
        yield system


@pytest.fixture(scope="module")
def gateway(request, upstream, tmp_path_factory):
    config, routes = request.module.configuration(upstream)
    with Gateway(config, routes, tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.fixture
def system():
    """A system of one test's own, for the suites about deliveries."""
    with Upstream() as running:
        yield running


@pytest.fixture
def start(system, tmp_path):
    """Starts a gateway with these subscriptions, whose receiver is `system`."""
    running = []

    def begin(*subscriptions, **more):
        running.append(Gateway(configuration(system.port, *subscriptions, **more), {"events": ROUTES}, tmp_path))
        return running[-1]
    yield begin
    for gateway in running:
        gateway.stop()


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """A real one, of the suite's own."""
    running = Broker(tmp_path_factory.mktemp("broker"))
    yield running
    running.kill()


@pytest.fixture
def scene(broker, system, tmp_path):
    """A topic and a group of the test's own, behind a gateway that `scene.start(…)` starts."""
    made = Scene(broker, system, tmp_path)
    yield made
    if made.gateway:
        made.gateway.stop()


@pytest.fixture(autouse=True)
def fresh_record(request):
    """Each test starts with an empty record; afterwards nothing ambiguous may have reached the system."""
    if "upstream" not in request.fixturenames:
        yield
        return
    system = request.getfixturevalue("upstream")
    system.reset()
    yield
    odd = [fault for fault in system.broken if "cut" not in fault]
    assert not odd, odd
