// Certificates for tests, made by openssl when they are asked for: nothing
// that expires is kept.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The reason to skip what needs certificates, or false. */
export const skipUnlessOpenssl: string | false =
  spawnSync("openssl", ["version"]).status === 0
    ? false
    : "openssl is not installed; on Debian: apt-get install openssl";

/** A certificate and its secret key, both as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Whom the certificates of a test are for. */
export interface Certificates {
  /** The certificate of the authority, to be trusted. */
  readonly ca: string;
  /** One of another authority. */
  readonly otherCa: string;
  /** For `localhost` and 127.0.0.1. */
  readonly server: Certificate;
  /** For `other.example` only. */
  readonly stranger: Certificate;
  /** For `localhost`, by the authority, and past its end. */
  readonly expired: Certificate;
}

function openssl(folder: string, args: readonly string[]): void {
  const run = spawnSync("openssl", args, { cwd: folder, encoding: "utf8" });
  if (run.status !== 0) throw new Error(`openssl ${args[0]}: ${run.stderr}`);
}

const NEW_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

/** Makes certificates in a folder. */
class Maker {
  readonly #folder = mkdtempSync(join(tmpdir(), "isomq-test-"));

  /** The certificate of an authority. */
  authority(name: string): string {
    openssl(this.#folder, [
      ...`req -x509 ${NEW_KEY} -days 2 -subj /CN=${name}`.split(" "),
      ...`-keyout ${name}.key -out ${name}.pem`.split(" "),
      ...["-addext", "keyUsage=critical,keyCertSign,cRLSign"],
    ]);
    return this.#read(`${name}.pem`);
  }

  /** A certificate by the authority `ca`. */
  issue(name: string, names: string, days: number): Certificate {
    openssl(this.#folder, [
      ...`req -new ${NEW_KEY} -subj /CN=${name}`.split(" "),
      ...`-keyout ${name}.key -out ${name}.csr`.split(" "),
      ...["-addext", `subjectAltName=${names}`],
      ...["-addext", "basicConstraints=critical,CA:FALSE"],
    ]);
    openssl(this.#folder, [
      ...`x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key`.split(" "),
      ...`-copy_extensions copy -days ${days} -out ${name}.pem`.split(" "),
    ]);
    return { cert: this.#read(`${name}.pem`), key: this.#read(`${name}.key`) };
  }

  clear(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #read(name: string): string {
    return readFileSync(join(this.#folder, name), "utf8");
  }
}

/** Makes the certificates of one test file. */
export function makeCertificates(): Certificates {
  const maker = new Maker();
  try {
    const own = "DNS:localhost,IP:127.0.0.1";
    return {
      ca: maker.authority("ca"),
      otherCa: maker.authority("other"),
      server: maker.issue("server", own, 2),
      stranger: maker.issue("stranger", "DNS:other.example", 2),
      expired: maker.issue("expired", own, -1),
    };
  } finally {
    maker.clear();
  }
}
