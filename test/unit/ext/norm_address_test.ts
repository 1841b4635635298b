// Addresses of NORM.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseNorm } from "../../../ext/norm/address.ts";

const parse = (address: string) =>
  parseNorm({ scheme: "norm", address, text: `norm://${address}` });

describe("parseNorm()", () => {
  it("finds the node, the interface, the address and the port", () => {
    assert.deepEqual(parse("7,eth0;224.1.2.3:5556"), {
      node: 7,
      interface: "eth0",
      host: "224.1.2.3",
      port: 5556,
    });
    assert.deepEqual(parse("4294967294,10.0.0.1:1"), {
      node: 4294967294,
      host: "10.0.0.1",
      port: 1,
    });
    const { host, interface: device } = parse("fe80::1%eth0;[ff02::1]:5556");
    assert.deepEqual([host, device], ["ff02::1", "fe80::1%eth0"]);
    assert.equal(parse("peer.example.org:5556").host, "peer.example.org");
    assert.equal(parse("224.1.2.3:65535").port, 65535);
  });

  it("gives a node another id each time where there is none", () => {
    const [one, two] = [parse("224.1.2.3:5556"), parse("224.1.2.3:5556")];
    assert.notEqual(one.node, two.node);
    for (const { node } of [one, two]) {
      assert.ok(node >= 1 && node < 0xffffffff, `${node}`);
    }
  });

  for (
    const address of [
      "0,224.1.2.3:5556",
      "4294967295,224.1.2.3:5556",
      "-1,224.1.2.3:5556",
      "one,224.1.2.3:5556",
      "1,;224.1.2.3:5556",
      "1,2,224.1.2.3:5556",
      "a;b;224.1.2.3:5556",
      "ff02::1:5556",
      "[ff02::1]5556",
      "[fe80::1%eth0]:5556",
      "1,:5556",
      "224.1.2.3",
      "224.1.2.3:0",
      "224.1.2.3:65536",
    ]
  ) {
    it(`refuses ${address}`, () => {
      assert.throws(() => parse(address), { code: "EINVAL" });
    });
  }
});
