/**
 * IsoMQ for browsers, where no other runtime will be: all of the package, and
 * its runtime. In the npm package this is one file for
 * `<script type="module">`, with a second one beside it that is loaded for
 * CURVE.
 *
 * @example
 * ```ts
 * import { Context, Subscriber, webRuntime } from "isomq/web";
 *
 * const context = new Context({ runtime: webRuntime() });
 * const ticker = new Subscriber({ context });
 * ticker.connect("ws://127.0.0.1:8080/ticker");
 * ticker.subscribe("");
 * await ticker.close();
 * ```
 *
 * @module
 */

export * from "../../mod.ts";
export { webRuntime } from "./runtime.ts";
