// thorough
// Autobahn's group 9: long messages, many fragments, many messages.
import { describe } from "node:test";
import {
  autobahn,
  type AutobahnCase,
  inFragments,
  payloadOf,
} from "./autobahn.ts";

const TEXT = 1;
const BINARY = 2;
const KIBI = 1024;
const MEBI = KIBI * KIBI;

describe("Autobahn 9, limits", () => {
  const sizes = [64 * KIBI, 256 * KIBI, MEBI, 4 * MEBI, 8 * MEBI, 16 * MEBI];
  const fragments = [64, 256, KIBI, 4 * KIBI, 16 * KIBI, 64 * KIBI, 256 * KIBI]
    .concat(MEBI, 4 * MEBI);
  const chops = [64, 128, 256, 512, KIBI, 2 * KIBI];
  const smalls = [0, 16, 64, 256, KIBI, 4 * KIBI];
  const text64k = new Uint8Array(64 * KIBI).fill(0x2a);
  autobahn([
    {
      id: "9.1.1",
      name: "text of 64 KiB is refused",
      says: (wire) => [wire(TEXT, text64k)],
      close: 1003,
    },
    ...sizes.map((size, i): AutobahnCase => ({
      id: `9.2.${i + 1}`,
      name: `a message of ${size} octets`,
      says: (wire) => [wire(BINARY, payloadOf(size))],
      said: [[BINARY, payloadOf(size)]],
    })),
    {
      id: "9.3.1",
      name: "text in fragments of 64 octets is refused",
      says: (wire) => inFragments(wire, TEXT, text64k, 64),
      close: 1003,
    },
    ...fragments.map((size, i): AutobahnCase => ({
      id: `9.4.${i + 1}`,
      name: `4 MiB in fragments of ${size}`,
      says: (wire) => inFragments(wire, BINARY, payloadOf(4 * MEBI), size),
      atOnce: true,
      said: [[BINARY, payloadOf(4 * MEBI)]],
    })),
    {
      id: "9.5.1",
      name: "text in chops of 64 octets is refused",
      says: (wire) => [wire(TEXT, text64k)],
      chop: 64,
      close: 1003,
    },
    ...chops.map((chop, i): AutobahnCase => ({
      id: `9.6.${i + 1}`,
      name: `1 MiB in chops of ${chop}`,
      says: (wire) => [wire(BINARY, payloadOf(MEBI))],
      chop,
      said: [[BINARY, payloadOf(MEBI)]],
    })),
    {
      id: "9.7.1",
      name: "the first of many texts is refused",
      says: (wire) => Array.from({ length: 1000 }, () => wire(TEXT)),
      close: 1003,
    },
    ...smalls.map((size, i): AutobahnCase => ({
      id: `9.8.${i + 1}`,
      name: `1000 messages of ${size} octets and a flag`,
      says: (wire) =>
        Array.from({ length: 1000 }, () => wire(BINARY, payloadOf(size + 1))),
      atOnce: true,
      said: Array.from(
        { length: 1000 },
        () => [BINARY, payloadOf(size + 1)] as const,
      ),
    })),
  ]);
});
