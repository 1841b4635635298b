// The rows with CURVE: the modes, and the same keys for ours and the controls.
// Knows no library.

/** By the fastest cryptography that a library has. */
export const CURVE = "curve";
/** Ours, by noble alone. */
export const CURVE_NOBLE = "curve-noble";

// RFC 32's example keys, in `libzmq_perf.c` too: they protect nothing here.
const SERVER = {
  publicKey: "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7",
  secretKey: "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6",
} as const;
const CLIENT = {
  publicKey: "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID",
  secretKey: "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs",
} as const;

/** The options of a socket in a mode; none where it has no CURVE. */
export function curveOptions(mode: string, isServer: boolean): object {
  if (mode !== CURVE && mode !== CURVE_NOBLE) return {};
  return isServer ? { curveServer: true, curveSecretKey: SERVER.secretKey } : {
    curveServerKey: SERVER.publicKey,
    curvePublicKey: CLIENT.publicKey,
    curveSecretKey: CLIENT.secretKey,
  };
}
