// What the two sides of each socket pair say to each other when theirs speaks
// a version before 3.1.
import type { DuplexSocket } from "../../mod.ts";
import type { ForeignSocket } from "../kit/foreign.ts";
import { octets, sameMessages } from "../kit/messages.ts";
import { PATIENCE, pause } from "../kit/wait.ts";
import {
  OTHER,
  type Pairing,
  pairings,
  published,
  receiveMany,
  sendAll,
  SYNC,
  TIMEOUT,
} from "./conversations.ts";

/** A subscriber that never says so wants everything, and filters. */
async function publishAll(
  ours: DuplexSocket,
  theirs: ForeignSocket,
): Promise<void> {
  sameMessages([await ours.receive(TIMEOUT)], [[octets("\x01")]]);
  await sendAll(ours, [OTHER, ...published]);
  sameMessages(await theirs.receive(published.length), published);
}

/** A publisher that hears nothing sends everything, and an XSUB takes it. */
async function receiveAll(
  ours: DuplexSocket,
  theirs: ForeignSocket,
): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (ours.tryReceive() === undefined && Date.now() < end) {
    await theirs.send(SYNC);
    await pause(2);
  }
  await theirs.send(OTHER, ...published);
  const all = await receiveMany(ours, 1);
  while (all.at(-1)!.length === 1) all[0] = await ours.receive(TIMEOUT);
  all.push(...await receiveMany(ours, published.length));
  sameMessages(all, [OTHER, ...published]);
}

const versionless: readonly Pairing[] = [
  ...pairings.filter(({ ours, theirs }) => !`${ours} ${theirs}`.includes("X")),
  { ours: "XPUB", theirs: "SUB", talk: publishAll },
  { ours: "XSUB", theirs: "PUB", talk: receiveAll },
];

/**
 * Every pair of socket types, with old versions allowed on our side.
 *
 * @param isVersionless true for 1.0, which tells neither types nor topics.
 */
export function oldPairings(isVersionless: boolean): Pairing[] {
  const chosen = isVersionless ? versionless : pairings;
  return chosen.map((pairing) => ({
    ...pairing,
    ourOptions: { ...pairing.ourOptions, minProtocolVersion: "1.0" },
  }));
}
