// Several publishers over PGM and one subscriber, with a link between them
// that loses more than can be had again.
// thorough
import assert from "node:assert/strict";
import { it } from "node:test";
import { ADDRESSES, ImpairedLink } from "../kit/impaired.ts";
import { Part, skipWithoutNamespaces } from "../kit/multicast_pair.ts";
import { skipWithoutPgm } from "../kit/pgm.ts";
import type { SourcesReport } from "../kit/pgm_sources_program.ts";
import { runtimeName, scriptCommand, scriptUrl } from "../kit/runtime.ts";
import { show } from "../kit/show.ts";
import { within } from "../kit/wait.ts";

const PROGRAM = scriptUrl("../kit/pgm_sources_program", import.meta.url);

const COUNT = 1500;
/**
 * Octets of a body: its message fills two packets, so what is put together of
 * the beginning of one and the end of another is of the right length.
 */
const SIZE = 2831;
const RATE = 10_000;
/** Milliseconds that packets can be had again: less than asking takes. */
const RECOVERY = 30;

it(
  "two publishers with losses: no message is torn, and each loss has its gap",
  {
    skip: skipWithoutPgm || skipWithoutNamespaces,
  },
  async () => {
    const parts: Part[] = [];
    const start = (launcher: readonly string[], ...args: unknown[]): Part => {
      const words = args.map(String);
      const part = new Part(scriptCommand(PROGRAM, words, { launcher }));
      parts.push(part);
      return part;
    };
    await using link = await ImpairedLink.open(
      "--loss",
      "15",
      "--one-way",
      "A",
    );
    const [near, far] = link.launchers;
    const group = "239.192.4.1:7200";
    try {
      const at = `epgm://${ADDRESSES[1]};${group}`;
      const receiver = start(far, "receive", at, 2, SIZE, RATE);
      await within(receiver.line(), "the subscriber to be ready", 20_000);
      const from = `epgm://${ADDRESSES[0]};${group}`;
      for (const name of ["a", "b"]) {
        const sender = start(
          near,
          ...["send", from, name, COUNT, SIZE, RATE, RECOVERY],
        );
        await within(sender.line(), "a publisher to be ready", 20_000);
      }
      const line = await within(receiver.line(), "the report", 90_000);
      const { sources, gaps } = JSON.parse(line) as SourcesReport;
      show(`PGM of two on ${runtimeName}: ${line}`);
      assert.deepEqual(Object.keys(sources).sort(), ["a", "b"]);
      const told = Object.values(gaps).sort((x, y) => x - y);
      const jumps = Object.values(sources).map((each) => each.jumps)
        .sort((x, y) => x - y);
      for (const { received, jumps, wrong } of Object.values(sources)) {
        assert.equal(wrong, 0, "a message is not what was sent");
        assert.ok(received > 0 && jumps > 0, "the link has lost nothing");
      }
      assert.equal(told.length, 2);
      for (const [index, each] of jumps.entries()) {
        assert.ok(
          told[index]! >= each,
          `${told[index]} gaps of ${each} losses`,
        );
      }
    } finally {
      for (const part of parts) part.kill();
      await Promise.all(parts.map(({ exited }) => within(exited, "its end")));
    }
  },
);
