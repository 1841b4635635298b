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


def bounded(command):
    """The socket of a command, which waits no longer than the command says."""
    socket = SOCKETS[command["socket"]]
    # Not poll: a peer may go between that and a send, which would then wait.
    socket.setsockopt(zmq.SNDTIMEO, command["timeout"])
    socket.setsockopt(zmq.RCVTIMEO, command["timeout"])
    return socket


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
    socket = bounded(command)
    for message in command["messages"]:
        socket.send_multipart(decode(message))


def op_receive(command):
    socket = bounded(command)
    skip = command.get("skip")
    messages = []
    while len(messages) < command["count"]:
        message = encode(socket.recv_multipart())
        if message != skip:
            messages.append(message)
    return messages


def op_echo(command):
    socket = bounded(command)
    for _ in range(command["count"]):
        message = socket.recv_multipart()
        socket.send_multipart(message)


def op_pour(command):
    """Sends numbered messages: eight octets, and padding."""
    socket = bounded(command)
    padding = bytes(command["padding"])
    for number in range(command["count"]):
        socket.send(number.to_bytes(8, "big") + padding)


def op_drain(command):
    """Receives numbered messages, and tells the first that is wrong."""
    socket = bounded(command)
    for expected in range(command["count"]):
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
    monitor.setsockopt(zmq.RCVTIMEO, command["timeout"])
    seen = []
    while True:
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
