"""A peer of the tour in Python, on libzmq: does what tour_roles.ts does."""

import json
import sys
import time

import zmq

context = zmq.Context()
MARK, END = "message %d", "end %d"


def tell(**line):
    print(json.dumps(line), flush=True)


def bound(socket, task):
    port = socket.bind_to_random_port("tcp://127.0.0.1")
    tell(leg=task["leg"], endpoint="tcp://127.0.0.1:%d" % port)


def milliseconds(start):
    return (time.monotonic() - start) * 1000


def send_for(task, send):
    start = time.monotonic()
    count = 0
    while True:
        for _ in range(50):
            send((MARK % count).encode())
            count += 1
        if milliseconds(start) >= task["milliseconds"]:
            break
    send((END % count).encode())
    return count, milliseconds(start)


class Counter:
    def __init__(self):
        self.count, self.start = 0, None

    def take(self, message):
        if self.start is None:
            self.start = time.monotonic()
        message = message.decode()
        if message == END % self.count:
            return True
        if message != MARK % self.count:
            raise ValueError("Expected %r, got %r" % (MARK % self.count, message))
        self.count += 1
        return False

    def result(self):
        return self.count, milliseconds(self.start)


def push(socket, task):
    keys = task.get("keys")
    if keys:
        socket.curve_serverkey = keys["serverPublic"].encode()
        socket.curve_publickey = keys["clientPublic"].encode()
        socket.curve_secretkey = keys["clientSecret"].encode()
    socket.connect(task["endpoint"])
    return send_for(task, socket.send)


def pull(socket, task):
    keys = task.get("keys")
    if keys:
        socket.curve_server = True
        socket.curve_publickey = keys["serverPublic"].encode()
        socket.curve_secretkey = keys["serverSecret"].encode()
    bound(socket, task)
    counter = Counter()
    while not counter.take(socket.recv()):
        pass
    return counter.result()


def publish(socket, task):
    socket.sndhwm = 0
    bound(socket, task)
    socket.recv()

    def send(message):
        socket.send_multipart([b"coffee", message])
        socket.send_multipart([b"tea", message])

    return send_for(task, send)


def subscribe(socket, task):
    socket.rcvhwm = 0
    socket.subscribe(b"tea")
    socket.connect(task["endpoint"])
    counter = Counter()
    while True:
        topic, message = socket.recv_multipart()
        if topic != b"tea":
            raise ValueError("Got what nobody wanted")
        if counter.take(message):
            return counter.result()


def ask(socket, task):
    socket.connect(task["endpoint"])

    def send(message):
        socket.send(message)
        if socket.recv() != b"re: " + message:
            raise ValueError("A wrong reply")

    return send_for(task, send)


def answer(socket, task):
    bound(socket, task)
    counter = Counter()
    ended = False
    while not ended:
        message = socket.recv()
        ended = counter.take(message)
        socket.send(b"re: " + message)
    return counter.result()


def deal(socket, task):
    socket.identity = b"dealer %d" % task["leg"]
    socket.connect(task["endpoint"])
    waiting = []

    def settle():
        if socket.recv() != b"re: " + waiting.pop(0):
            raise ValueError("A wrong reply")

    def send(message):
        waiting.append(message)
        socket.send(message)
        while len(waiting) >= 10:
            settle()

    result = send_for(task, send)
    while waiting:
        settle()
    return result


def route(socket, task):
    bound(socket, task)
    counter = Counter()
    ended = False
    while not ended:
        identity, message = socket.recv_multipart()
        if identity != b"dealer %d" % task["leg"]:
            raise ValueError("A wrong id")
        ended = counter.take(message)
        socket.send_multipart([identity, b"re: " + message])
    return counter.result()


ROLES = {
    "pipeline": {"a": (zmq.PUSH, push), "b": (zmq.PULL, pull)},
    "pubsub": {"a": (zmq.XPUB, publish), "b": (zmq.SUB, subscribe)},
    "reqrep": {"a": (zmq.REQ, ask), "b": (zmq.REP, answer)},
    "router": {"a": (zmq.DEALER, deal), "b": (zmq.ROUTER, route)},
    "curve": {"a": (zmq.PUSH, push), "b": (zmq.PULL, pull)},
}

tell(hello=zmq.zmq_version())
for line in sys.stdin:
    task = json.loads(line)
    kind, role = ROLES[task["pattern"]][task["side"]]
    socket = context.socket(kind)
    socket.linger = socket.rcvtimeo = socket.sndtimeo = 5000
    try:
        count, elapsed = role(socket, task)
        tell(leg=task["leg"], count=count, milliseconds=elapsed)
    except Exception as error:
        tell(leg=task["leg"], error=str(error))
    socket.close()
context.term()
