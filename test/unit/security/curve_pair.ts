// CURVE clients and servers with the keys of the test vectors.
import type {
  CurveCrypto,
  CurveLibrary,
  RandomSource,
} from "../../../src/security/curve_crypto.ts";
import { noble } from "../../../src/security/crypto.ts";
import { CurveClient } from "../../../src/security/curve_client.ts";
import { CurveServer } from "../../../src/security/curve_server.ts";
import type { MechanismSetup } from "../../../src/security/mechanism.ts";
import { loadLibrary } from "../../kit/curve_libraries.ts";
import { KEYS } from "./curve_vectors.ts";
import { exchange, properties, setup } from "./handshakes.ts";

/** The client's long-term keys. */
export const CLIENT_KEYS = {
  publicKey: KEYS.clientPublic,
  secretKey: KEYS.clientSecret,
};

/** The server's long-term keys. */
export const SERVER_KEYS = {
  publicKey: KEYS.serverPublic,
  secretKey: KEYS.serverSecret,
};

/** What a test may want to be different. */
export interface Difference {
  readonly setup?: MechanismSetup;
  readonly random?: RandomSource;
  readonly serverKey?: Uint8Array;
  readonly library?: CurveLibrary;
}

/** A client, by default one that will be let in. */
export async function curveClient(
  difference: Difference = {},
): Promise<CurveClient> {
  const { serverKey = KEYS.serverPublic, random } = difference;
  const crypto = await loadLibrary(difference.library ?? noble());
  const own = { crypto, keys: CLIENT_KEYS, serverKey };
  return new CurveClient(
    difference.setup ?? setup("DEALER"),
    random === undefined ? own : { ...own, random },
  );
}

/** A server, by default one of a ROUTER without an identity. */
export async function curveServer(
  difference: Difference = {},
): Promise<CurveServer> {
  const { random } = difference;
  const metadata = properties("ROUTER");
  const crypto = await loadLibrary(difference.library ?? noble());
  const own = { crypto, keys: SERVER_KEYS };
  return new CurveServer(
    difference.setup ?? { metadata, checkMetadata: () => {} },
    random === undefined ? own : { ...own, random },
  );
}

/** A client and a server between which traffic flows. */
export async function readyPair(
  library: CurveLibrary = noble(),
  serverLibrary: CurveLibrary = library,
): Promise<{ client: CurveClient; server: CurveServer; crypto: CurveCrypto }> {
  const client = await curveClient({ library });
  const server = await curveServer({ library: serverLibrary });
  exchange(client, server);
  return { client, server, crypto: await loadLibrary(library) };
}
