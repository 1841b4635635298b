# A libzmq peer for the tests: reads one JSON command a line from stdin, and
# writes one JSON answer a line to stdout. It ends with its stdin.
#
# A command is {"id": 1, "op": "send", ...}; its answer {"id": 1, "ok": ...} or
# {"id": 1, "error": {"code": "EAGAIN", "message": "..."}}. Frames travel as
# base64. Commands run one after the other; ZAP is answered by a thread.
import base64
import errno
import json
import os
import sys
import threading

import zmq
from zmq.utils import z85
from zmq.utils.monitor import parse_monitor_message

CONTEXT = zmq.Context()
SOCKETS = {}
MONITORS = {}
ZAP = {"domains": {}, "log": []}


def encode(frames):
    return [base64.b64encode(frame).decode() for frame in frames]


def decode(frames):
    return [base64.b64decode(frame) for frame in frames]


def wait(socket, events, timeout):
    if not socket.poll(timeout, events):
        raise zmq.ZMQError(errno.EAGAIN)


def set_options(socket, options):
    for name, value in options.items():
        if isinstance(value, dict):
            value = base64.b64decode(value["base64"])
        elif isinstance(value, str):
            value = value.encode()
        socket.setsockopt(getattr(zmq, name), value)


def op_version(command):
    return {"libzmq": zmq.zmq_version(), "pyzmq": zmq.__version__}


def op_socket(command):
    socket = CONTEXT.socket(getattr(zmq, command["type"]))
    socket.setsockopt(zmq.LINGER, 0)
    set_options(socket, command.get("options", {}))
    SOCKETS[command["socket"]] = socket


def op_set(command):
    set_options(SOCKETS[command["socket"]], command["options"])


def op_bind(command):
    socket = SOCKETS[command["socket"]]
    socket.bind(command["endpoint"])
    return socket.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode()


def op_connect(command):
    SOCKETS[command["socket"]].connect(command["endpoint"])


def op_unbind(command):
    SOCKETS[command["socket"]].unbind(command["endpoint"])


def op_disconnect(command):
    SOCKETS[command["socket"]].disconnect(command["endpoint"])


def op_close(command):
    name = command["socket"]
    stop_monitor(name)
    SOCKETS.pop(name).close(command.get("linger", 0))


def op_send(command):
    socket = SOCKETS[command["socket"]]
    for message in command["messages"]:
        wait(socket, zmq.POLLOUT, command["timeout"])
        socket.send_multipart(decode(message))


def op_receive(command):
    socket = SOCKETS[command["socket"]]
    skip = command.get("skip")
    messages = []
    while len(messages) < command["count"]:
        wait(socket, zmq.POLLIN, command["timeout"])
        message = encode(socket.recv_multipart())
        if message != skip:
            messages.append(message)
    return messages


def op_echo(command):
    socket = SOCKETS[command["socket"]]
    for _ in range(command["count"]):
        wait(socket, zmq.POLLIN, command["timeout"])
        message = socket.recv_multipart()
        wait(socket, zmq.POLLOUT, command["timeout"])
        socket.send_multipart(message)


def op_pour(command):
    """Sends numbered messages: eight octets, and padding."""
    socket = SOCKETS[command["socket"]]
    padding = bytes(command["padding"])
    for number in range(command["count"]):
        wait(socket, zmq.POLLOUT, command["timeout"])
        socket.send(number.to_bytes(8, "big") + padding)


def op_drain(command):
    """Receives numbered messages, and tells the first that is wrong."""
    socket = SOCKETS[command["socket"]]
    for expected in range(command["count"]):
        wait(socket, zmq.POLLIN, command["timeout"])
        found = int.from_bytes(socket.recv()[:8], "big")
        if found != expected:
            return {"expected": expected, "found": found}
    return None


def op_monitor(command):
    name = command["socket"]
    MONITORS[name] = SOCKETS[name].get_monitor_socket()


def op_events(command):
    """Waits until an event of the names given comes; tells all so far."""
    monitor = MONITORS[command["socket"]]
    seen = []
    while True:
        wait(monitor, zmq.POLLIN, command["timeout"])
        event = parse_monitor_message(monitor.recv_multipart())
        name = zmq.Event(event["event"]).name
        seen.append({"name": name, "value": event["value"]})
        if name in command["until"]:
            return seen


def stop_monitor(name):
    monitor = MONITORS.pop(name, None)
    if monitor is not None:
        SOCKETS[name].disable_monitor()
        monitor.close(0)


def op_zap(command):
    """Sets who may enter: by domain, users with passwords, and keys."""
    ZAP["domains"] = command["domains"]
    ZAP["log"].clear()


def op_zap_log(command):
    return list(ZAP["log"])


def judge(domain, mechanism, credentials):
    policy = ZAP["domains"].get(domain)
    if policy is None:
        return False
    if mechanism == b"PLAIN":
        user, password = (each.decode() for each in credentials)
        return policy.get("users", {}).get(user) == password
    if mechanism == b"CURVE":
        keys = policy.get("keys")
        return keys is None or z85.encode(credentials[0]).decode() in keys
    return policy.get("null", True)


def answer_zap(socket):
    while True:
        try:
            request = socket.recv_multipart()
        except zmq.ContextTerminated:
            return
        version, request_id, domain, _, _, mechanism = request[:6]
        ok = judge(domain.decode(), mechanism, request[6:])
        ZAP["log"].append({
            "domain": domain.decode(),
            "mechanism": mechanism.decode(),
            "admitted": ok,
        })
        # No user id: libzmq's REQ breaks off as a server when a peer has one.
        status = [b"200", b"OK"] if ok else [b"400", b"No"]
        socket.send_multipart([version, request_id, *status, b"", b""])


def start_zap():
    socket = CONTEXT.socket(zmq.REP)
    socket.bind("inproc://zeromq.zap.01")
    threading.Thread(target=answer_zap, args=(socket,), daemon=True).start()


def main():
    start_zap()
    operations = {
        name[3:]: function
        for name, function in globals().items()
        if name.startswith("op_")
    }
    for line in sys.stdin:
        command = json.loads(line)
        answer = {"id": command["id"]}
        try:
            answer["ok"] = operations[command["op"]](command)
        except zmq.ZMQError as error:
            code = errno.errorcode.get(error.errno, str(error.errno))
            answer["error"] = {"code": code, "message": str(error)}
        except Exception as error:  # The test is told, and fails there.
            answer["error"] = {"code": "PYTHON", "message": repr(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


main()
# Sockets that a test left open must not keep the process.
os._exit(0)
