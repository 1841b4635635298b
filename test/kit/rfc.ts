/**
 * Tests that each show one sentence of an RFC, named after it.
 *
 * @module
 */

import { test } from "node:test";

/** Shows a sentence; `differs` says what we deliberately do otherwise. */
export type Says = (
  quote: string,
  body: () => void | Promise<void>,
  differs?: string,
) => void;

// While names are collected, nothing is run.
let names: string[] | undefined;

/** The name of the test of a sentence. */
export function nameOf(
  rfc: number,
  section: string,
  quote: string,
  differs?: string,
): string {
  const name = `RFC ${rfc}, ${section}: "${quote}"`;
  return differs === undefined ? name : `${name} (differs: ${differs})`;
}

/** A section of an RFC, whose sentences are tests. */
export function section(rfc: number, title: string): Says {
  return (quote, body, differs) => {
    const name = nameOf(rfc, title, quote, differs);
    if (names === undefined) test(name, async () => await body());
    else names.push(name);
  };
}

/** The names of the tests that loading a file makes, without running them. */
export async function collect(load: () => Promise<unknown>): Promise<string[]> {
  const collected: string[] = [];
  names = collected;
  try {
    await load();
  } finally {
    names = undefined;
  }
  return collected;
}
