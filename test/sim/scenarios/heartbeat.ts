// Heartbeats over links that are cut for a while: a peer is given up when,
// and only when, it was silent for too long, and comes back soon after.
import { Dealer } from "../../../mod.ts";
import type { SimNode } from "../node.ts";
import type { World } from "../world.ts";

/** Milliseconds that a packet, its answer and a turn may take. */
const SLACK = 150;
/** Milliseconds after which an attempt to connect is made anew. */
const CONNECT = 500;

/** Two sockets that beat, and a link between them. */
export async function heartbeat(world: World): Promise<void> {
  const { random } = world;
  const interval = random.pick([200, 1000]);
  // A peer that is told to bear less than an interval gives up by design.
  const timeout = random.pick([2.5, 5, 10]) * interval;
  const beats = {
    heartbeatInterval: interval,
    heartbeatTimeout: timeout,
    heartbeatTimeToLive: random.pick([0, timeout]),
    reconnectInterval: 100,
    reconnectMaxInterval: random.pick([0, 400]),
    connectTimeout: CONNECT,
  };
  const sockets: Dealer[] = [];
  const breaks: number[] = [];
  const make = (node: SimNode): Dealer => {
    const socket = node.make(Dealer, beats);
    socket.events.on("disconnect", () => breaks.push(world.time.now));
    sockets.push(socket);
    return socket;
  };
  const left = await world.add(async (node) => {
    await make(node).bind(`tcp://${node.address}:1`);
  });
  await world.add(async (node) => {
    make(node).connect(`tcp://${left.address}:1`);
  });
  const isOn = (socket: Dealer): boolean => socket.peers.length > 0;
  await world.until(() => sockets.every(isOn), "connected", 1000);
  // A link that is well breaks nothing.
  await world.sleep(5 * timeout);
  if (breaks.length > 0) world.judge.blame("a link that was well broke");
  for (let i = random.between(1, 3); i > 0; i--) {
    const length = random.pick([0.3, 3]) * (timeout + interval);
    const before = breaks.length;
    world.partition([left]);
    await world.sleep(length);
    if (length > timeout + interval + SLACK && sockets.some(isOn)) {
      world.judge.blame(`a peer was thought alive after ${length} ms`);
    }
    world.partition([]);
    if (length < timeout - interval - SLACK) {
      await world.sleep(2 * timeout);
      if (breaks.length > before) world.judge.blame("a peer was given up");
    }
    // A ttl may end when the link is whole again; then once more.
    const again = 2 * (CONNECT + 400) + SLACK +
      (length > timeout + interval + SLACK ? 0 : timeout + interval);
    await world.until(
      () => sockets.every((socket) => socket.peers.length === 1),
      "back",
      again,
    );
    await world.sleep(3 * timeout);
    if (!sockets.every(isOn)) world.judge.blame("the peer was lost again");
  }
}
