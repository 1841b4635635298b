// One process of a row of IsoMQ: `isomq_worker ROLE MODE SIZE …`.
import process from "node:process";
import { sodium } from "../../ext/sodium/mod.ts";
import * as isomq from "../../mod.ts";
import { CURVE, CURVE_NOBLE } from "./curve.ts";
import { run } from "./roles.ts";

const words = process.argv.slice(2);
const curveCrypto = { [CURVE]: sodium, [CURVE_NOBLE]: isomq.noble }[words[1]!];
const options = curveCrypto === undefined
  ? {}
  : { context: new isomq.Context({ curveCrypto: curveCrypto() }) };
await run(isomq, words, options);
