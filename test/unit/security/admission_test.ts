// The one decision about who may enter: every mechanism, every kind of answer.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toBytes } from "../../../src/base/bytes.ts";
import { ZmqError } from "../../../src/base/errors.ts";
import {
  type AdmissionPolicy,
  decide,
  needsDecision,
  type Verdict,
} from "../../../src/security/admission.ts";
import {
  type Authenticator,
  makeZapRequest,
  type ZapRequest,
} from "../../../src/security/zap.ts";
import { REASONS } from "./handshakes.ts";

const MECHANISMS = ["NULL", "PLAIN", "CURVE", "GSSAPI"] as const;
const yes: Authenticator = () => true;

function policy(
  mechanism: string,
  authenticator?: Authenticator,
  domain = "",
  enforceDomain = false,
): AdmissionPolicy {
  return { mechanism, zapDomain: domain, enforceDomain, authenticator };
}

function requestOf(mechanism: string): ZapRequest {
  return makeZapRequest({
    requestId: toBytes("1"),
    domain: "",
    address: "127.0.0.1",
    identity: new Uint8Array(),
    mechanism,
    credentials: [],
  });
}

function verdictOf(from: AdmissionPolicy): Promise<Verdict> {
  return decide(from, requestOf(from.mechanism));
}

/** The verdict of a PLAIN server with the authenticator. */
function plain(authenticator: Authenticator): Promise<Verdict> {
  return verdictOf(policy("PLAIN", authenticator, "global"));
}

describe("who is asked", () => {
  // Columns: no handler, a handler; each without and with a domain.
  type Course = "admit" | "ask" | "refuse";
  type Row = readonly [Course, Course, Course, Course];
  const lax: Readonly<Record<string, Row>> = {
    NULL: ["admit", "refuse", "admit", "ask"],
    PLAIN: ["refuse", "refuse", "ask", "ask"],
    CURVE: ["admit", "refuse", "ask", "ask"],
    GSSAPI: ["admit", "refuse", "ask", "ask"],
    OTHER: ["admit", "refuse", "ask", "ask"],
  };
  const strict: Readonly<Record<string, Row>> = {
    NULL: ["admit", "refuse", "admit", "ask"],
    PLAIN: ["refuse", "refuse", "refuse", "ask"],
    CURVE: ["admit", "refuse", "admit", "ask"],
    GSSAPI: ["admit", "refuse", "ask", "ask"],
  };
  for (const [enforce, table] of [[false, lax], [true, strict]] as const) {
    for (const [mechanism, row] of Object.entries(table)) {
      const how = enforce ? "with an enforced domain" : "by default";
      it(`${mechanism}: ${row.join(", ")} ${how}`, async () => {
        let asked = 0;
        const handler: Authenticator = () => {
          asked++;
          return true;
        };
        const cases = [
          policy(mechanism, undefined, "", enforce),
          policy(mechanism, undefined, "global", enforce),
          policy(mechanism, handler, "", enforce),
          policy(mechanism, handler, "global", enforce),
        ];
        for (const [i, from] of cases.entries()) {
          asked = 0;
          const verdict = await verdictOf(from);
          const course = row[i];
          assert.equal(needsDecision(from), course !== "admit", `case ${i}`);
          assert.equal(asked, course === "ask" ? 1 : 0, `case ${i}`);
          assert.equal(verdict.admitted, course !== "refuse", `case ${i}`);
        }
      });
    }
  }

  it("says that there is no handler, and sends the peer away for now", async () => {
    for (const mechanism of MECHANISMS) {
      const verdict = await verdictOf(policy(mechanism, undefined, "global"));
      assert.ok(!verdict.admitted);
      assert.equal(verdict.code, "300");
      assert.equal(verdict.error.code, "EACCES");
      assert.match(verdict.error.message, /"global".*no authenticator/);
    }
  });

  it("passes the request on as it is", async () => {
    const request = requestOf("PLAIN");
    let seen: ZapRequest | undefined;
    await decide(
      policy("PLAIN", (given) => {
        seen = given;
        return true;
      }),
      request,
    );
    assert.equal(seen, request);
  });
});

describe("what follows an answer", () => {
  for (const mechanism of MECHANISMS) {
    it(`is the same for ${mechanism}`, async () => {
      const from = (authenticator: Authenticator) =>
        verdictOf(policy(mechanism, authenticator, "global"));
      assert.deepEqual((await from(yes)).admitted, true);
      for (const statusCode of ["300", "400", "500"] as const) {
        const verdict = await from(() => ({ statusCode }));
        assert.ok(!verdict.admitted);
        assert.equal(verdict.code, statusCode);
        assert.equal(verdict.error.code, "EACCES");
        assert.equal(verdict.error.reason, statusCode);
      }
      const verdict = await from(() => ({ statusCode: "201" } as never));
      assert.ok(!verdict.admitted);
      assert.equal(verdict.code, "500");
    });
  }

  it("is admission with the user id and the metadata", async () => {
    const verdict = await plain(() => ({
      statusCode: "200",
      userId: "me",
      metadata: { Group: "a" },
    }));
    assert.ok(verdict.admitted);
    assert.equal(verdict.userId, "me");
    assert.equal(verdict.metadata.getText("group"), "a");
  });

  it("shows the status text, escaped", async () => {
    const verdict = await plain(() => ({
      statusCode: "400",
      statusText: "no\x1b[0m",
    }));
    assert.ok(!verdict.admitted);
    assert.equal(
      verdict.error.message,
      'The authenticator refused the peer: "400", "no\\x1b[0m"',
    );
  });

  it("comes from promises and other thenables as well", async () => {
    const thenable = {
      then: (resolve: (value: boolean) => void) => resolve(true),
    };
    for (const answer of [Promise.resolve(true), thenable]) {
      assert.equal((await plain(() => answer as never)).admitted, true);
    }
    const no = await plain(() => Promise.resolve(false));
    assert.ok(!no.admitted);
    assert.equal(no.code, "400");
  });

  const failures: Readonly<Record<string, () => unknown>> = {
    "throws": () => {
      throw new Error("down\x07");
    },
    "throws nothing in particular": () => {
      const nothing: unknown = undefined;
      throw nothing;
    },
    "throws an object without a prototype": () => {
      throw Object.create(null);
    },
    "rejects": () => Promise.reject(new Error("down\x07")),
    "rejects with nothing": () => Promise.reject(),
    "throws a ZmqError that is not about ZAP": () => {
      throw new ZmqError("ETIMEDOUT", "down\x07");
    },
    "answers nothing": () => undefined,
    "answers a promise of nothing": () => Promise.resolve(),
    "answers a truthy value": () => 1,
    "answers the text true": () => "true",
    "answers a function": () => () => true,
    "answers an array": () => [true],
    "answers without a status": () => ({ userId: "root" }),
    "answers a status as a number": () => ({ statusCode: 200 }),
    "answers wrong metadata": () => ({ statusCode: "200", metadata: 7 }),
    "answers an object whose status throws": () => ({
      get statusCode() {
        throw new Error("trap");
      },
    }),
    "answers an object whose then throws": () => ({
      get then() {
        throw new Error("trap");
      },
    }),
  };
  for (const [what, handler] of Object.entries(failures)) {
    it(`is refusal with 500 when the authenticator ${what}`, async () => {
      const verdict = await plain(handler as Authenticator);
      assert.ok(!verdict.admitted);
      assert.equal(verdict.code, "500");
      assert.equal(verdict.error.code, "EPROTO");
      assert.ok(REASONS.has(verdict.error.reason!));
      assert.ok(!verdict.error.message.includes("\x07"));
    });
  }

  for (const code of ["EAGAIN", "ETERM"] as const) {
    it(`is refusal for now when the authenticator throws ${code}`, async () => {
      const cause = new ZmqError(code, "busy\x07");
      for (
        const handler of [
          () => Promise.reject(cause),
          () => {
            throw cause;
          },
        ]
      ) {
        const verdict = await plain(handler);
        assert.ok(!verdict.admitted);
        assert.equal(verdict.code, "300");
        assert.equal(verdict.error.code, "EACCES");
        assert.equal(verdict.error.reason, "300");
        assert.equal(verdict.error.cause, cause);
        assert.ok(!verdict.error.message.includes("\x07"));
      }
    });
  }

  it("keeps the reason of a reply that was malformed on the way", async () => {
    const reason = "ERR_ZAP_BAD_VERSION";
    const verdict = await plain(() => {
      throw new ZmqError("EPROTO", "Bad", { reason });
    });
    assert.ok(!verdict.admitted);
    assert.equal(verdict.error.reason, reason);
  });

  it("takes one microtask when the answer is there at once", async () => {
    const order: string[] = [];
    const steps = [
      plain(yes).then(() => order.push("verdict")),
      Promise.resolve().then(() => order.push("one")),
      Promise.resolve().then(() => {}).then(() => order.push("two")),
    ];
    await Promise.all(steps);
    assert.deepEqual(order, ["verdict", "one", "two"]);
  });
});
