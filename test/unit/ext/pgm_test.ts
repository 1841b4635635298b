// PGM as a program meets it: what is missing, what is strange, and its end.
import { PGM_OPTIONS } from "../../../ext/pgm/settings.ts";
import { testExtension } from "../../compliance/multicast_extension.ts";
import { EPGM } from "../../kit/pgm.ts";

testExtension(EPGM, {
  library: /library OpenPGM.*libpgm-5\.3\.so\.0.*apt install libpgm-5\.3-0/,
  names: PGM_OPTIONS,
  publisher: {
    rate: 40_000,
    recoveryInterval: 1000,
    multicastMaxTransportDataUnit: 1000,
    multicastHops: 2,
    multicastLoop: false,
    sendBufferSize: 100_000,
  },
  subscriber: { receiveBufferSize: 100_000 },
  strangers: 500,
  // Headers of every type, right and wrong, cut short and empty.
  strange(number) {
    const octets = new Uint8Array(number % 50);
    for (let i = 0; i < octets.length; i++) octets[i] = number * 31 + i * 17;
    if (octets.length > 5) octets[4] = number % 16;
    return octets;
  },
});
