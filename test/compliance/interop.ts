// The interop matrix: every socket pair × transport × mechanism × who binds,
// one test each, and a table of them at the end.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type Context,
  type CurveLibrary,
  Dish,
  type DuplexSocket,
  Subscriber,
} from "../../mod.ts";
import type { Foreign, ForeignSocket } from "../kit/foreign.ts";
import { octets } from "../kit/messages.ts";
import type { Places, Scheme } from "../kit/places.ts";
import { makeDuplex } from "../kit/sockets.ts";
import { within } from "../kit/wait.ts";
import {
  type Pairing,
  pairings as allPairings,
} from "../interop/conversations.ts";
import {
  type Mechanism,
  mechanisms as allMechanisms,
  ourSecurity,
  theirSecurity,
  trustingContext,
} from "../interop/security.ts";
import { showTable } from "../kit/show.ts";

/** A column of the table. */
interface Setting {
  readonly scheme: Scheme;
  readonly mechanism: Mechanism;
  readonly weBind: boolean;
}

/** What a matrix has beside the sides that bind; all of it by default. */
export interface MatrixPart {
  readonly schemes?: readonly Scheme[];
  readonly mechanisms?: readonly Mechanism[];
  readonly pairings?: readonly Pairing[];
  /** Our cryptography of CURVE. */
  readonly library?: CurveLibrary;
  /** Where to connect to, by what was asked for; default: what was bound. */
  connectTo?(place: string): string;
}

function settingsOf(part: MatrixPart): Setting[] {
  const { schemes = ["tcp", "ipc"], mechanisms = allMechanisms } = part;
  return schemes.flatMap((scheme) =>
    mechanisms.flatMap((mechanism) =>
      [true, false].map((weBind) => ({ scheme, mechanism, weBind }))
    )
  );
}

const TOPICS = [octets("T"), octets("S")] as const;

/** Milliseconds for one cell. */
const CELL_LIMIT = 15_000;

/**
 * Registers the tests of the matrix.
 *
 * @param foreign gives the other side, which is there when tests run
 */
export function testMatrix(
  foreign: () => Foreign,
  places: Places,
  part: MatrixPart = {},
): void {
  const passed = new Map<string, number>();
  const context = trustingContext(part.library);
  const settings = settingsOf(part);
  const { pairings = allPairings } = part;
  for (const pairing of pairings) {
    describe(`${pairing.ours} with their ${pairing.theirs}`, () => {
      for (const setting of settings) {
        const { scheme, mechanism, weBind } = setting;
        const binder = weBind ? "we" : "they";
        it(`exchanges messages over ${scheme} with ${mechanism}, ${binder} bind`, async () => {
          await within(
            runCell(foreign(), context, places, pairing, setting, part),
            "the exchange",
            CELL_LIMIT,
          );
          passed.set(cellName(pairing, setting), 1);
        });
      }
    });
  }
  it("passes in every cell of the matrix", () => {
    const rows = pairings.map((pairing) => [
      `${pairing.ours} ${pairing.theirs}`,
      ...settings.map((setting) =>
        passed.has(cellName(pairing, setting)) ? "ok" : "FAIL"
      ),
    ]);
    const cells = pairings.length * settings.length;
    showTable(
      `Interop with ${foreign().name}${
        part.library ? `, CURVE by ${part.library.name}` : ""
      }: ${passed.size} of ${cells} cells pass`,
      [
        ["ours theirs", ...settings.map(({ scheme }) => scheme)],
        ["", ...settings.map(({ mechanism }) => mechanism)],
        ["", ...settings.map(({ weBind }) => weBind ? "we" : "they")],
      ],
      rows,
    );
    assert.equal(passed.size, cells);
  });
}

function cellName(pairing: Pairing, setting: Setting): string {
  return `${pairing.ours} ${pairing.theirs} ${JSON.stringify(setting)}`;
}

async function runCell(
  foreign: Foreign,
  context: Context,
  places: Places,
  pairing: Pairing,
  { scheme, mechanism, weBind }: Setting,
  { connectTo }: MatrixPart,
): Promise<void> {
  const ours = makeDuplex(pairing.ours, {
    context,
    linger: 0,
    ...pairing.ourOptions,
    ...ourSecurity(mechanism, weBind),
  });
  const theirs = await foreign.socket(pairing.theirs, {
    ...pairing.theirOptions,
    ...theirSecurity(mechanism, !weBind),
  });
  try {
    const endpoint = places.fresh(scheme);
    const bound = await (weBind ? ours : theirs).bind(endpoint);
    await (weBind ? theirs : ours).connect(connectTo?.(endpoint) ?? bound);
    await subscribeBoth(pairing, ours, theirs);
    await pairing.talk(ours, theirs);
  } finally {
    await Promise.all([ours.close({ linger: 0 }), theirs.close()]);
  }
}

/** Topics, or groups. */
async function subscribeBoth(
  pairing: Pairing,
  ours: DuplexSocket,
  theirs: ForeignSocket,
): Promise<void> {
  if (ours instanceof Subscriber) ours.subscribe(...TOPICS);
  if (ours instanceof Dish) ours.join(...TOPICS);
  if (pairing.ours === "XSUB") {
    for (const topic of TOPICS) await ours.send(subscription(topic));
  }
  if (pairing.theirs === "SUB" || pairing.theirs === "DISH") {
    await theirs.subscribe(...TOPICS);
  }
  if (pairing.theirs === "XSUB") {
    await theirs.send(...TOPICS.map((topic) => [subscription(topic)]));
  }
}

function subscription(topic: Uint8Array): Uint8Array {
  return new Uint8Array([1, ...topic]);
}
