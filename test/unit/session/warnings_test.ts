// Endpoints warn of what is open to a network, in events and nowhere else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultOptions, type Options } from "../../../src/options/options.ts";
import { bindWarnings, clearWarning } from "../../../src/session/warnings.ts";

const PLAIN = { securityMechanism: "plain", plainServer: true } as const;
const CURVE = { securityMechanism: "curve", curveServer: true } as const;

/** The codes of the warnings at an endpoint. */
function codes(
  changes: Partial<Options>,
  endpoint: string,
  asked = true,
): string[] {
  const options = { ...defaultOptions("PULL"), ...changes };
  return bindWarnings(options, endpoint, asked).map(({ code }) => code);
}

const open = [
  "tcp://0.0.0.0:5555",
  "tcp://[::]:5555",
  "tcp://192.168.1.2:5555",
  "tcp://128.0.0.1:5555",
  "tcp://[2001:db8::1]:5555",
  "tcp://[::ffff:10.0.0.1]:5555",
  "ws://0.0.0.0:8080/",
  "ws://[::]:8080/path",
  // Nobody knows where the program's own server listens.
  "ws://upgrade/path",
  "tipc://<1.1.2:4711>",
  "tipc://<0.0.1:4711>",
];
const closed = [
  "tcp://127.0.0.1:5555",
  "tcp://127.1.2.3:5555",
  "tcp://[::1]:5555",
  "tcp://[::ffff:127.0.0.1]:5555",
  "ipc:///tmp/socket",
  "inproc://name",
  "ws://127.0.0.1:8080/path",
  "ws://[::1]:8080/",
  "tipc://<0.0.0:4711>",
];

test("bindWarnings() warns of NULL that other hosts reach", () => {
  for (const endpoint of open) {
    assert.deepEqual(codes({}, endpoint), ["NO_SECURITY"], endpoint);
    assert.deepEqual(codes({ zapDomain: "d" }, endpoint), [], endpoint);
    assert.deepEqual(codes(CURVE, endpoint), [], endpoint);
  }
  for (const endpoint of closed) {
    assert.deepEqual(codes({}, endpoint), [], endpoint);
  }
});

test("bindWarnings() warns of PLAIN that other hosts reach", () => {
  for (const endpoint of open) {
    assert.deepEqual(codes(PLAIN, endpoint), ["CLEAR_PASSWORD"], endpoint);
  }
  for (const endpoint of closed) {
    assert.deepEqual(codes(PLAIN, endpoint), [], endpoint);
  }
});

test("bindWarnings() of wss warns of NULL, and not of a password", () => {
  const endpoint = "wss://0.0.0.0:8443/";
  assert.deepEqual(codes({}, endpoint), ["NO_SECURITY"]);
  assert.deepEqual(codes(PLAIN, endpoint), []);
});

test("bindWarnings() warns where nobody is there to be asked", () => {
  const endpoint = "tcp://127.0.0.1:5555";
  const lacks = ["NO_AUTHENTICATOR"];
  assert.deepEqual(codes({}, endpoint, false), []);
  assert.deepEqual(codes(CURVE, endpoint, false), []);
  assert.deepEqual(codes(PLAIN, endpoint, false), lacks);
  assert.deepEqual(codes({ zapDomain: "d" }, endpoint, false), lacks);
  const both = { ...CURVE, zapDomain: "d" };
  assert.deepEqual(codes(both, endpoint, false), lacks);
});

test("bindWarnings() warns of GSSAPI in clear that other hosts reach", () => {
  const gssapi = { securityMechanism: "gssapi", gssapiServer: true } as const;
  const inClear = { ...gssapi, gssapiPlainText: true };
  for (const endpoint of open) {
    assert.deepEqual(codes(inClear, endpoint), ["CLEAR_TRAFFIC"], endpoint);
    assert.deepEqual(codes(gssapi, endpoint), [], endpoint);
  }
  for (const endpoint of closed) {
    assert.deepEqual(codes(inClear, endpoint), [], endpoint);
  }
  // A flag that no mechanism looks at.
  const alone = { gssapiPlainText: true };
  assert.deepEqual(codes(alone, open[0]!), ["NO_SECURITY"]);
});

test("clearWarning() is for PLAIN towards other hosts only", () => {
  const options = { ...defaultOptions("PUSH"), ...PLAIN };
  assert.equal(clearWarning(options, open[2]!)?.code, "CLEAR_PASSWORD");
  assert.equal(clearWarning(options, closed[0]!), undefined);
  const none = defaultOptions("PUSH");
  assert.equal(clearWarning(none, open[2]!), undefined);
});
