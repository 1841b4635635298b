// A whole CURVE handshake, octet by octet: computed with NaCl's construction
// from libzmq's well-known sample keys and the fixed randomness below.
import { fromHex } from "../../../src/base/bytes.ts";
import type { RandomSource } from "../../../src/security/curve_crypto.ts";

/** The long-term keys as Z85 text. */
export const TEXT_KEYS = {
  clientPublic: "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID",
  clientSecret: "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs",
  serverPublic: "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7",
  serverSecret: "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6",
} as const;

/** Keys, in octets. */
export const KEYS = {
  clientPublic: fromHex(
    "bb88471d65e2659b30c55a5321cebb5aab2b70a398645c26dca2b2fcb43fc518",
  ),
  clientSecret: fromHex(
    "7bb864b489afa3671fbe69101f94b38972f24816dfb01b51656b3fec8dfd0888",
  ),
  serverPublic: fromHex(
    "54fcba24e93249969316fb617c872bb0c1d1ff14800427c594cbfacf1bc2d652",
  ),
  serverSecret: fromHex(
    "8e0bdd697628b91d8f245587ee95c5b04d48963f79259877b49cd9063aead3b7",
  ),
  clientTransientPublic: fromHex(
    "7b4e909bbe7ffe44c465a220037d608ee35897d31ef972f07f74892cb0f73f13",
  ),
  serverTransientPublic: fromHex(
    "0faa684ed28867b97f4a6a2dee5df8ce974e76b7018e3f22a1c4cf2678570f20",
  ),
  sessionKey: fromHex(
    "8abe7c8ae6800b76d4f5986b04b77f6e9b4f332403c90df02428336e8bd9b525",
  ),
  clientTransientSecret: new Uint8Array(32).fill(0x11),
  serverTransientSecret: new Uint8Array(32).fill(0x22),
  cookieKey: new Uint8Array(32).fill(0x33),
} as const;

/** Long nonces. */
export const NONCES = {
  welcome: new Uint8Array(16).fill(0x44),
  cookie: new Uint8Array(16).fill(0x55),
  vouch: new Uint8Array(16).fill(0x66),
} as const;

/** The client's randomness, in the order it is asked for. */
export function clientRandom(): RandomSource {
  return queue([KEYS.clientTransientSecret, NONCES.vouch]);
}

/** The server's randomness, in the order it is asked for. */
export function serverRandom(): RandomSource {
  return queue([
    KEYS.serverTransientSecret,
    KEYS.cookieKey,
    NONCES.cookie,
    NONCES.welcome,
  ]);
}

/** Gives the values in order, each as a copy; throws when a length differs. */
export function queue(values: readonly Uint8Array[]): RandomSource {
  const waiting = [...values];
  return (length) => {
    const value = waiting.shift();
    if (value?.length !== length) {
      throw new Error(`expected to be asked for ${value?.length} octets`);
    }
    return value.slice();
  };
}

const hex = (lines: string) => fromHex(lines.replaceAll(/\s/g, ""));

/** The bodies of the commands, and what is inside of them. */
export const BODIES = {
  hello: hex(`
    0548454c4c4f010000000000000000000000000000000000000000000000000000000000
    000000000000000000000000000000000000000000000000000000000000000000000000
    00000000000000007b4e909bbe7ffe44c465a220037d608ee35897d31ef972f07f74892c
    b0f73f1300000000000000014421bee1b6bcfdff97d7ff0fbb19b8498d7c639897ae554a
    2bc26a32f47752b33a6969a446f85cb346cd5a19216cc1991c7b926bbecbd5cb4fd2793c
    0c010324677919f0c2caf410afaf707e7ecab73a
  `),
  welcome: hex(`
    0757454c434f4d4544444444444444444444444444444444a980eaf3e82182b92ae5a50d
    32e67633548b97762565d7f7c46c2c748d52ce0a7811054f36c2b8a219e64022ab9d44d4
    257b09b463774104ff635c3bbaa556d15a5bb1b3e26eaa85c68eabb8035624eb8e526373
    8f8400eb7fbc397dd2e7cc3211a32eef2ae7b912e2f17004e25d2d700975994a882e8fc5
    3425a40986d3851ffd58c067626057c5fd652694a32cd746
  `),
  cookie: hex(`
    55555555555555555555555555555555c9cf15bd3c2839be70d869ecdf9a6a1c1c0b498a
    b2a345ac7d9f750807a1b2c9097bf0a3300566c813c1e15e468b86554e4d57f15863a2cb
    3ebd0fe64f8d361be1ed144ed4742a2ec17f00885e4c4db3
  `),
  vouchBox: hex(`
    2d824b29a4245088d2fa7866aca92e397d227c0ef18047db1d2074d976d77cfb1f4a302d
    386550cc4b635399d6341e6682a360ef7a0e46486dc576948bd3631189d6d3a38051a536
    0787ca3bbef140c1
  `),
  initiate: hex(`
    08494e49544941544555555555555555555555555555555555c9cf15bd3c2839be70d869
    ecdf9a6a1c1c0b498ab2a345ac7d9f750807a1b2c9097bf0a3300566c813c1e15e468b86
    554e4d57f15863a2cb3ebd0fe64f8d361be1ed144ed4742a2ec17f00885e4c4db3000000
    00000000022437c488058d5911888870b7f613ea4af9c45b5a6f52238ade8a4edcf43bef
    cbc22ffeb1e334c2e2e686cc59a61d956eedca88d776ea40c6cac11144b69dbec0cd74f4
    c5424d38bc2374ada0d9555e698ade4c520d9749b7511cda8407aaed86b075b5254263cf
    f7c15152467363f2a25eb79a800e216d086c3d5745f9626c43763b550dbf62721a29e1ea
    c4e5009a136c21dddbb5580ef353d5d8dd0a10ddb1283422ca664325950382ccc215cb33
    c5b1625c
  `),
  ready: hex(`
    05524541445900000000000000011654075c5b591ec13475bfe241367708054044f2e2b2
    0ab4e9e1d3084fdac0c485ac4d1a1171
  `),
  clientMessage: hex(`
    074d4553534147450000000000000003fe70f612f33abd2c16aa5a5a1259e0a9b2b61f68
    e4f8
  `),
  serverMessage: hex(`
    074d4553534147450000000000000002aae0bfeaf25d7c4626817ad6621d4e3d2d930f81
    5add
  `),
  clientCommand: hex(`
    074d4553534147450000000000000004c1bac893bc8789326b8aaa47b15c4e0e91b5ce29
    a39661ff
  `),
} as const;
