"""The few requests of Kafka's protocol that kcat has no word for, to a broker that is alone. One connection a request."""
import socket
import struct

CREATE_TOPICS, DELETE_RECORDS, CREATE_PARTITIONS, OFFSET_FETCH, LIST_OFFSETS, METADATA = 19, 21, 37, 9, 2, 3
UNKNOWN_TOPIC = 3


def _text(value):
    if value is None:
        return struct.pack(">h", -1)
    return struct.pack(">h", len(value.encode())) + value.encode()


def _list(items):
    return struct.pack(">i", len(items)) + b"".join(items)


class _Answer:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        values = struct.unpack_from(">" + form, self.data, self.at)
        self.at += struct.calcsize(">" + form)
        return values[0]

    def text(self):
        size = self.take("h")
        if size < 0:
            return None
        self.at += size
        return self.data[self.at - size:self.at].decode()

    def items(self, read):
        return [read() for _ in range(self.take("i"))]


class Client:
    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.where = (host, int(port))

    def ask(self, key, version, body):
        request = struct.pack(">hhi", key, version, 1) + _text("tests") + body
        with socket.create_connection(self.where, 20) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            size = struct.unpack(">i", _exactly(connection, 4))[0]
            return _Answer(_exactly(connection, size)[4:])

    def create_topic(self, name, partitions, settings):
        configs = _list([_text(key.replace("_", ".")) + _text(str(value)) for key, value in settings.items()])
        topic = _text(name) + struct.pack(">ih", partitions, 1) + _list([]) + configs
        answer = self.ask(CREATE_TOPICS, 2, _list([topic]) + struct.pack(">i?", 10_000, False))
        answer.take("i")
        [(said, error, message)] = answer.items(lambda: (answer.text(), answer.take("h"), answer.text()))
        assert (said, error) == (name, 0), (error, message)

    def grow(self, name, partitions):
        """To so many partitions."""
        topic = _text(name) + struct.pack(">i", partitions) + struct.pack(">i", -1)
        answer = self.ask(CREATE_PARTITIONS, 0, _list([topic]) + struct.pack(">i?", 10_000, False))
        answer.take("i")
        [(said, error, message)] = answer.items(lambda: (answer.text(), answer.take("h"), answer.text()))
        assert (said, error) == (name, 0), (error, message)

    def delete_records(self, name, before):
        """`before`: {partition: the first offset that stays}."""
        partitions = _list([struct.pack(">iq", partition, offset) for partition, offset in before.items()])
        answer = self.ask(DELETE_RECORDS, 0, _list([_text(name) + partitions]) + struct.pack(">i", 10_000))
        answer.take("i")
        [(_, found)] = answer.items(lambda: (answer.text(), answer.items(lambda: (answer.take("i"), answer.take("q"), answer.take("h")))))
        assert all(error == 0 for _, _, error in found), found

    def partitions(self, name):
        """How many; 0: there is no such topic."""
        answer = self.ask(METADATA, 1, _list([_text(name)]))
        answer.items(lambda: (answer.take("i"), answer.text(), answer.take("i"), answer.text()))
        answer.take("i")
        [(error, _, _, found)] = answer.items(lambda: (answer.take("h"), answer.text(), answer.take("?"), answer.items(
            lambda: (answer.take("h"), answer.take("i"), answer.take("i"), answer.items(lambda: answer.take("i")), answer.items(lambda: answer.take("i"))))))
        assert error in (0, UNKNOWN_TOPIC), error
        return len(found)

    def end_offsets(self, name):
        """{partition: the next offset}; empty: there is no such topic."""
        count = self.partitions(name)
        if count == 0:
            return {}
        wanted = _list([struct.pack(">iq", partition, -1) for partition in range(count)])
        answer = self.ask(LIST_OFFSETS, 1, struct.pack(">i", -1) + _list([_text(name) + wanted]))
        [(_, found)] = answer.items(lambda: (answer.text(), answer.items(
            lambda: (answer.take("i"), answer.take("h"), answer.take("q"), answer.take("q")))))
        return {partition: offset for partition, error, _, offset in found if error == 0}

    def committed(self, group, name):
        """{partition: offset}, without those that were never committed."""
        wanted = _list([struct.pack(">i", partition) for partition in range(self.partitions(name))])
        answer = self.ask(OFFSET_FETCH, 2, _text(group) + _list([_text(name) + wanted]))
        found = answer.items(lambda: (answer.text(), answer.items(
            lambda: (answer.take("i"), answer.take("q"), answer.text(), answer.take("h")))))
        return {partition: offset for _, rows in found for partition, offset, _, error in rows if error == 0 and offset >= 0}


def _exactly(connection, size):
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise ConnectionError("closed")
        data += piece
    return data
