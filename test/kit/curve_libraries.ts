// The libraries of cryptography behind CURVE: what one promises, all do.
import { detectRuntime } from "../../adapters/auto.ts";
import { sodium } from "../../ext/sodium/mod.ts";
import { type CurveCrypto, type CurveLibrary, noble } from "../../mod.ts";

/** Every library, to be chosen by a context. */
export const libraries: readonly CurveLibrary[] = [noble(), sodium()];

/** A library's cryptography, on the runtime at hand. */
export async function loadLibrary(
  library: CurveLibrary,
): Promise<CurveCrypto> {
  return await library.load(detectRuntime());
}
