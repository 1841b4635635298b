// R24: libzmq on one side: no loss through narrow queues, connections that are
// cut, and a libzmq process that is gone from one moment to the next.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Dealer, Pull, Push, Router } from "../../mod.ts";
import { Breaker } from "../kit/breaker.ts";
import { History, stamped, type Verdict } from "../kit/history.ts";
import { noPython, PythonPeer } from "../kit/python_peer.ts";
import { quantile, verdict } from "../kit/verdict.ts";
import { PATIENCE, pause, until } from "../kit/wait.ts";

const COUNT = 200_000;
const CUTS = 50;
const RESTARTS = 20;

const ANY_PORT = "tcp://127.0.0.1:*";
const BODY = [0, 1, 255].map((size) => new Uint8Array(size).fill(size));

const EAGER = { reconnectInterval: 10, reconnectMaxInterval: 0 } as const;
const THEIRS = { RECONNECT_IVL: 10, SNDHWM: 100, RCVHWM: 100 } as const;

function judge(of: string, judged: Verdict, reconnects: number): void {
  const { duplicates, reordered, phantom, torn } = judged;
  verdict("R24", {
    of: `${of}, ${reconnects} breaks`,
    figure: `${judged.received} of ${judged.sent} messages: ${duplicates} ` +
      `twice, ${reordered} out of order, ${phantom + torn} wrong`,
    target: "0, 0, 0",
    ok: judged.clean && judged.received > 1000 && reconnects >= CUTS,
  });
}

describe("libzmq", { skip: noPython }, () => {
  it(`sends ${COUNT} messages through narrow queues`, async () => {
    const python = await PythonPeer.start();
    await using pull = new Pull({ receiveHighWaterMark: 10 });
    const push = await python.socket("PUSH", { SNDHWM: 10 });
    await push.connect(await pull.bind(ANY_PORT));
    const pouring = push.pour(COUNT, 100);
    let wrong = 0;
    for (let i = 0; i < COUNT; i++) {
      const [frame] = await pull.receive({ timeout: PATIENCE });
      const { buffer, byteOffset } = frame!;
      const seq = new DataView(buffer, byteOffset).getUint32(4);
      if (seq !== i) wrong++;
      if (i % 1000 === 0) await pause(Math.random() * 3);
    }
    await pouring;
    await python.end();
    verdict("R24", {
      of: `${COUNT} messages from libzmq`,
      figure: `${wrong} lost or out of order`,
      target: "0",
      ok: wrong === 0,
    });
  });

  it(`receives ${COUNT} messages through narrow queues`, async () => {
    const python = await PythonPeer.start();
    await using push = new Push({ sendHighWaterMark: 10, linger: 0 });
    const pull = await python.socket("PULL", { RCVHWM: 10 });
    push.connect(await pull.bind(ANY_PORT));
    const draining = pull.drain(COUNT);
    for (let i = 0; i < COUNT; i++) {
      const frame = new Uint8Array(100);
      new DataView(frame.buffer).setUint32(4, i);
      await push.send(frame, { timeout: PATIENCE });
    }
    const wrong = await draining;
    await python.end();
    verdict("R24", {
      of: `${COUNT} messages to libzmq`,
      figure: wrong === null ? "0 lost or out of order" : JSON.stringify(wrong),
      target: "0",
      ok: wrong === null,
    });
  });

  it(`sends over connections that are cut ${CUTS} times`, async () => {
    const python = await PythonPeer.start();
    const history = new History();
    await using pull = new Pull();
    await using breaker = await Breaker.to(await pull.bind(ANY_PORT));
    const push = await python.socket("PUSH", THEIRS);
    await push.connect(breaker.endpoint);
    let arrived = 0;
    const receiving = (async () => {
      try {
        for (;;) {
          const { message, peer } = await pull.receiveFrom();
          history.received(0, message, peer.address);
          arrived++;
        }
      } catch {
        // It was closed.
      }
    })();
    let running = true;
    let seq = 0;
    const sending = (async () => {
      while (running) {
        const messages = Array.from({ length: 20 }, () => {
          const stamp = { sender: 1, epoch: 0, seq: seq++ };
          history.sent(stamp);
          return stamped(stamp, BODY);
        });
        await push.send(...messages);
      }
    })();
    try {
      for (let cuts = 0; cuts < CUTS; cuts += breaker.cut()) {
        const before = arrived;
        await until(() => arrived > before + 20, "messages come through");
        await pause(Math.random() * 10);
      }
      const before = arrived;
      await until(() => arrived > before + 100, "messages come again");
    } finally {
      running = false;
      await sending;
    }
    await pause(200);
    await pull.close();
    await receiving;
    await python.end();
    judge("PUSH of libzmq", history.verdict(), breaker.count - 1);
  });

  it(`receives over connections that are cut ${CUTS} times`, async () => {
    const python = await PythonPeer.start();
    const history = new History();
    const router = await python.socket("ROUTER", THEIRS);
    await using breaker = await Breaker.to(await router.bind(ANY_PORT));
    await using dealer = new Dealer({
      ...EAGER,
      linger: 0,
      sendHighWaterMark: 100,
    });
    dealer.connect(breaker.endpoint);
    let running = true;
    let seq = 0;
    const sending = (async () => {
      while (running) {
        const stamp = { sender: 1, epoch: 0, seq: seq++ };
        history.sent(stamp);
        await dealer.send(stamped(stamp, BODY), { timeout: PATIENCE });
        if (seq % 16 === 0) await pause();
      }
    })();
    const take = async (patience: number) => {
      const [message] = await router.receive(1, undefined, patience);
      const [id, ...frames] = message!;
      history.received(0, frames, id!.join("."));
    };
    try {
      for (let cuts = 0; cuts < CUTS; cuts += breaker.cut()) {
        for (let i = 0; i < 30; i++) await take(PATIENCE);
      }
      for (let i = 0; i < 100; i++) await take(PATIENCE);
    } finally {
      running = false;
      // What is on the way makes room for what waits to be sent.
      await assert.rejects(async () => {
        for (;;) await take(500);
      }, { code: "EAGAIN" });
      await sending;
    }
    await python.end();
    judge("ROUTER of libzmq", history.verdict(), breaker.count - 1);
  });

  it(`is found again after each of ${RESTARTS} restarts`, async () => {
    let python = await PythonPeer.start();
    let router = await python.socket("ROUTER");
    const endpoint = await router.bind(ANY_PORT);
    await using dealer = new Dealer({
      ...EAGER,
      reconnectInterval: 50,
      linger: 0,
    });
    dealer.connect(endpoint);
    const times: number[] = [];
    for (let i = 0; i <= RESTARTS; i++) {
      if (i > 0) {
        await python.end();
        await pause(100 + Math.random() * 400);
        python = await PythonPeer.start();
        router = await python.socket("ROUTER");
        await router.bind(endpoint);
      }
      const start = performance.now();
      const echoing = router.echo(1);
      await until(() => dealer.peers.length === 1, "it is back");
      await dealer.send("?");
      await dealer.receive({ timeout: PATIENCE });
      await echoing;
      if (i > 0) times.push(performance.now() - start);
    }
    await python.end();
    const most = quantile(times, 1);
    verdict("R24", {
      of: `${RESTARTS} restarts of libzmq`,
      figure: `back after ${most.toFixed(0)} ms at most`,
      target: "200 ms",
      ok: times.length === RESTARTS && most <= 200,
    });
  });

  it("comes back to each of our restarts", async () => {
    const python = await PythonPeer.start();
    const dealer = await python.socket("DEALER", { RECONNECT_IVL: 50 });
    let router = new Router();
    const endpoint = await router.bind(ANY_PORT);
    await dealer.connect(endpoint);
    const times: number[] = [];
    for (let i = 0; i <= RESTARTS; i++) {
      if (i > 0) {
        await router.close({ linger: 0 });
        await pause(100 + Math.random() * 400);
        router = new Router();
        await router.bind(endpoint);
      }
      const start = performance.now();
      await until(() => router.peers.length === 1, "it is back");
      await dealer.send([new Uint8Array([i])]);
      await router.send(await router.receive({ timeout: PATIENCE }));
      await dealer.receive(1);
      if (i > 0) times.push(performance.now() - start);
    }
    await router.close({ linger: 0 });
    await python.end();
    const most = quantile(times, 1);
    verdict("R24", {
      of: `${RESTARTS} restarts of ours, libzmq connects`,
      figure: `back after ${most.toFixed(0)} ms at most`,
      target: "300 ms",
      ok: times.length === RESTARTS && most <= 300,
    });
  });
});
