// Opens a socket of OpenPGM where the error number is EINTR, as a signal leaves
// it: pgm_errno_test.ts watches whether that ends.
//
//   ENDPOINT
import process from "node:process";
import { loadFfi } from "../../../ext/ffi/mod.ts";
import { OpenPgm } from "../../../ext/pgm/library.ts";
import { openPgm } from "../../../ext/pgm/open.ts";
import { readSettings } from "../../../ext/pgm/settings.ts";
import { parseEndpoint } from "../../../src/endpoint/endpoint.ts";

const EINTR = 4;

const [text = ""] = process.argv.slice(2);
const ffi = await loadFfi();
const library = new OpenPgm(ffi);
const { gsi_create_from_data: create } = library.calls;
let left = 0;
Object.assign(library.calls, {
  // The last call before the socket is bound.
  gsi_create_from_data(...values: Parameters<typeof create>) {
    const value = create(...values);
    left = ffi.errno(EINTR);
    return value;
  },
});
const { signal } = new AbortController();
const settings = readSettings({ role: "send", signal, ipv6: false }, text);
const sock = await openPgm(library, parseEndpoint(text), settings);
library.calls.close(sock, false);
console.log(left === EINTR ? "done" : "it was not EINTR");
process.exit();
