// What a program does with the installed package, however it got the exports.
"use strict";

const TEXT = "It crossed the wire";

/** Sends one message from a PUSH to a PULL socket, plain or with CURVE. */
async function exchange({ Pull, Push, curveKeyPair }, encrypted) {
  const server = await curveKeyPair();
  const client = await curveKeyPair();
  const pull = new Pull(
    encrypted
      ? { curveServer: true, curveSecretKey: server.secretKey }
      : undefined,
  );
  const push = new Push(
    encrypted
      ? {
        curveServerKey: server.publicKey,
        curvePublicKey: client.publicKey,
        curveSecretKey: client.secretKey,
      }
      : undefined,
  );
  push.connect(await pull.bind("tcp://127.0.0.1:*"));
  await push.send(TEXT);
  const [frame] = await pull.receive({ timeout: 10_000 });
  const text = new TextDecoder().decode(frame);
  if (text !== TEXT) throw new Error(`Expected "${TEXT}", got "${text}"`);
  await push.close();
  await pull.close();
}

/** A bundler that renames a class changes what errors and logs say. */
function checkNames(isomq) {
  for (const [name, value] of Object.entries(isomq)) {
    if (typeof value !== "function" || value.name === name) continue;
    throw new Error(`Expected the name "${name}", got "${value.name}"`);
  }
}

/** Uses every road that an installed package must offer. */
exports.tryPackage = async function tryPackage(isomq) {
  checkNames(isomq);
  await exchange(isomq, false);
  await exchange(isomq, true);
};
