/**
 * The mechanism GSSAPI, with Kerberos 5, as libzmq speaks it: peers prove who
 * they are with tickets of a KDC, and messages are encrypted. It needs the
 * library of Kerberos and the package `koffi`.
 *
 * Sockets of the default context find it by their options. Other contexts
 * that are to have it otherwise, are given it.
 *
 * @example
 * ```ts
 * import { Context, Reply } from "isomq";
 * import { gssapi } from "isomq/ext/gssapi";
 *
 * const context = new Context({
 *   mechanisms: [gssapi({ outlivesTickets: true })],
 *   authenticate: ({ principal = "" }) => ({
 *     statusCode: principal.endsWith("@EXAMPLE.ORG") ? "200" : "400",
 *     userId: principal,
 *   }),
 * });
 * const reply = new Reply({ context, gssapiServer: true });
 * console.log(reply.securityMechanism); // gssapi
 * await reply.close();
 * ```
 *
 * @module
 */

import {
  context as defaultContext,
  type ExtensionOptions,
  type MechanismFactory,
  type MechanismMaker,
  type Runtime,
  ZmqError,
} from "../../mod.ts";
import { loadedPerRuntime } from "../ffi/loading.ts";
import { loadFfi } from "../ffi/mod.ts";
import { GssapiClient } from "./client.ts";
import { GssContext } from "./context.ts";
import { type Name, ServerKeys } from "./credential.ts";
import { Gssapi } from "./library.ts";
import { GssapiServer } from "./server.ts";

/** How the mechanism is made. */
export interface GssapiInit {
  /** The runtime. Default: the one at hand. */
  readonly runtime?: Runtime | undefined;
  /**
   * True: a connection goes on when the ticket that it was made with expires,
   * as libzmq has it. Default: false: it ends, and the client comes again
   * with a new ticket if it can get one.
   */
  readonly outlivesTickets?: boolean | undefined;
}

/** The options that the mechanism honours. */
const OPTIONS = [
  "gssapiServer",
  "gssapiPrincipal",
  "gssapiServicePrincipal",
  "gssapiPlainText",
  "gssapiPrincipalNameType",
  "gssapiServicePrincipalNameType",
];

/** The longest time that timers take, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

const load = loadedPerRuntime(async (runtime) =>
  new Gssapi(await loadFfi(runtime))
);

/**
 * GSSAPI, for the `mechanisms` of a context. Loads nothing before an endpoint
 * needs it: that then fails with `ENOTSUP` where the library or the package is
 * missing, and with `EACCES` when a server that is bound has no key.
 */
export function gssapi(init: GssapiInit = {}): MechanismFactory {
  const { runtime = defaultContext.runtime, outlivesTickets = false } = init;
  return {
    name: "gssapi",
    options: new Set(OPTIONS),
    prepare: (options) => prepare(runtime, options, outlivesTickets),
  };
}

async function prepare(
  runtime: Runtime,
  options: Readonly<ExtensionOptions>,
  outlivesTickets: boolean,
): Promise<MechanismMaker> {
  const { gssapiServer: asServer, gssapiPlainText } = options;
  const own = nameOf(options.gssapiPrincipal, options.gssapiPrincipalNameType);
  const service = nameOf(
    options.gssapiServicePrincipal,
    options.gssapiServicePrincipalNameType,
  );
  if (!asServer && service === undefined) {
    throw new ZmqError(
      "EINVAL",
      'Cannot use GSSAPI: neither "gssapiServer" nor ' +
        '"gssapiServicePrincipal" is set',
    );
  }
  const library = await load(runtime);
  const rest = { encrypts: !gssapiPlainText, outlivesTickets };
  if (!asServer) {
    return {
      name: "GSSAPI",
      asServer,
      make: (setup) =>
        new GssapiClient(setup, {
          context: new GssContext(library, own, service),
          ...rest,
        }),
    };
  }
  const keys = new ServerKeys(library, own);
  return {
    name: "GSSAPI",
    asServer,
    bind: () => hold(runtime, keys),
    make: (setup) =>
      new GssapiServer(setup, {
        context: new GssContext(library, own, undefined, keys),
        ...rest,
      }),
  };
}

/** Fails where a server has no key, before anybody has connected. */
async function hold(runtime: Runtime, keys: ServerKeys): Promise<() => void> {
  // Threads hold no process, and there is nothing else yet that does.
  const timer = runtime.clock.setTimer(() => {}, LONGEST_TIMER);
  try {
    return await keys.hold();
  } finally {
    timer.cancel();
  }
}

function nameOf(text: string | null, type: Name["type"]): Name | undefined {
  return text === null ? undefined : { text, type };
}
