// Runs in a process of its own, on whatever runtime: a ROUTER on wss that
// echoes, with the certificate of its arguments, or a DEALER that asks it.
import { readFileSync } from "node:fs";
import process from "node:process";
import { Dealer, Router } from "../../mod.ts";

const [role, folder, endpoint] = process.argv.slice(2);
const read = (name: string) => readFileSync(`${folder}/${name}`, "utf8");

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

if (role === "server") {
  const router = new Router({
    wssCertPem: read("cert.pem"),
    wssKeyPem: read("key.pem"),
  });
  say(await router.bind("wss://127.0.0.1:*/echo"));
  for await (const message of router) await router.send(message);
} else {
  const dealer = new Dealer({ wssTrustPem: read("ca.pem") });
  dealer.connect(endpoint!);
  const body = new Uint8Array(1_000_000).map((_, i) => i % 251);
  let octets = 0;
  for (const part of [new Uint8Array(1), body, new Uint8Array(0)]) {
    await dealer.send(part);
    const [echo] = await dealer.receive();
    if (echo!.some((octet, i) => octet !== part[i])) throw new Error("changed");
    octets += echo!.length;
  }
  say(`${octets} octets came back`);
  await dealer.close();
}
