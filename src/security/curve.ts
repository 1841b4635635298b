/**
 * The CURVE mechanism: RFC 26. Only a dynamic import may reach this file: it
 * is loaded when the first CURVE socket needs it.
 *
 * @module
 */

export { CurveClient } from "./curve_client.ts";
export { CurveServer } from "./curve_server.ts";
