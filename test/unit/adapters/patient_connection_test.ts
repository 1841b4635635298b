// What arrives while the engine does not read: held up to a limit, told in
// order, with the end of the peer behind it.
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { describe, it } from "node:test";
import { PatientConnection } from "../../../adapters/tls/patient_connection.ts";

class FakeSocket extends EventEmitter {
  pauses = 0;
  destroyed = false;
  writableLength = 0;
  pause(): void {
    this.pauses++;
  }
  resume(): void {}
  destroy(): void {
    this.destroyed = true;
    queueMicrotask(() => this.emit("close"));
  }
}

function started(): {
  socket: FakeSocket;
  connection: PatientConnection;
  told: string[];
} {
  const socket = new FakeSocket();
  const connection = new PatientConnection(
    socket as unknown as Socket,
    "wss://127.0.0.1:1",
    "wss://127.0.0.1:2",
  );
  const told: string[] = [];
  connection.start({
    data: (chunk) => told.push(`${chunk.length}`),
    drain: () => {},
    end: () => told.push("end"),
    closed: () => told.push("closed"),
  });
  return { socket, connection, told };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("PatientConnection", () => {
  it("holds octets and the end behind them, and does not pause", async () => {
    const { socket, connection, told } = started();
    socket.emit("data", new Uint8Array(1));
    connection.pause();
    socket.emit("data", new Uint8Array(2));
    socket.emit("data", new Uint8Array(3));
    socket.emit("end");
    socket.emit("close");
    await turn();
    assert.deepEqual(told, ["1"]);
    assert.equal(socket.pauses, 0);
    connection.resume();
    assert.deepEqual(told, ["1"], "not from inside the call");
    await turn();
    assert.deepEqual(told, ["1", "2", "3", "end", "closed"]);
  });

  it("pauses after all when too much is held", async () => {
    const { socket, connection, told } = started();
    connection.pause();
    socket.emit("data", new Uint8Array(1_000_000));
    assert.equal(socket.pauses, 0);
    socket.emit("data", new Uint8Array(100_000));
    assert.equal(socket.pauses, 1);
    connection.resume();
    await turn();
    assert.deepEqual(told, ["1000000", "100000"]);
    socket.emit("data", new Uint8Array(5));
    socket.emit("end");
    assert.deepEqual(told.slice(2), ["5", "end"]);
  });

  it("drops what is held when it is closed", async () => {
    for (const isGone of [false, true]) {
      const { socket, connection, told } = started();
      connection.pause();
      socket.emit("data", new Uint8Array(1));
      if (isGone) socket.emit("close");
      connection.close();
      await turn();
      assert.deepEqual(told, ["closed"]);
    }
  });
});
