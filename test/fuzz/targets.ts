/**
 * Everything that is fuzzed.
 *
 * @module
 */

import { gssapiTargets } from "./gssapi_targets.ts";
import { mechanismTargets } from "./mechanism_targets.ts";
import { openingTargets } from "./opening_targets.ts";
import { sessionTargets } from "./session_targets.ts";
import { curveTargets } from "./curve_targets.ts";
import type { Target } from "./target.ts";
import { webSocketTargets } from "./websocket_targets.ts";
import { wireTargets } from "./wire_targets.ts";

/** All targets. */
export const targets: readonly Target[] = [
  ...wireTargets,
  ...webSocketTargets,
  ...mechanismTargets,
  ...gssapiTargets,
  ...sessionTargets,
  ...curveTargets,
  ...openingTargets,
];
