/**
 * Which security mechanism a socket uses follows from the options that were
 * set: the last one counts.
 *
 * @module
 */

import type { Option, SecurityMechanism } from "./option.ts";
import { optionTable } from "./table.ts";

/** The part of the options that is about mechanisms. */
interface MechanismRecord {
  securityMechanism: SecurityMechanism;
  [name: string]: unknown;
}

type Row = readonly [name: string, option: Option];

let known: readonly Row[] | undefined;

function mechanismRows(): readonly Row[] {
  return known ??= (Object.entries(optionTable()) as [string, Option][])
    .filter(([, option]) => option.mechanism !== undefined);
}

/**
 * Selects the mechanism that an option stands for, after it was set.
 *
 * Setting one selects its mechanism and ends the server role of every other;
 * an option of the client side ends that of its own too. Clearing one leaves
 * the mechanism selected while another of its options is set, and after that a
 * mechanism that has one: the socket must not fall back to clear text because
 * a key was taken away.
 */
export function selectMechanism(record: object, name: string): void {
  const options = record as MechanismRecord;
  const rows = mechanismRows();
  const option = rows.find(([own]) => own === name)?.[1];
  const mechanism = option?.mechanism;
  if (option === undefined || mechanism === undefined) return;
  if (isSet(options, name)) {
    options.securityMechanism = mechanism;
    for (const [other, { role, mechanism: its }] of rows) {
      if (role !== "server" || other === name) continue;
      if (its !== mechanism || option.role === "client") {
        options[other] = false;
      }
    }
    return;
  }
  if (options.securityMechanism !== mechanism) return;
  const left = rows.filter(([other]) => isSet(options, other));
  if (left.some(([, row]) => row.mechanism === mechanism)) return;
  options.securityMechanism = left[0]?.[1].mechanism ?? null;
}

/** Every option of a mechanism is unset as `null` or `false`. */
function isSet(options: MechanismRecord, name: string): boolean {
  return options[name] !== null && options[name] !== false;
}
