/**
 * The `wss` options as `node:tls` wants them. A certificate is always checked,
 * and always for a name; what cannot be checked is an error, not a warning.
 *
 * @module
 */

import type * as Tls from "node:tls";
import { quote, ZmqError } from "../../src/base/errors.ts";
import { isIPv4, isIPv6 } from "../../src/endpoint/tcp.ts";
import type { StreamOptions } from "../../src/transport/transport.ts";
import { builtin } from "../builtin.ts";

/** TLS 1.2 with its default ciphers is the least. */
const leastVersion = "TLSv1.2";

/**
 * What a client's socket is made with.
 *
 * @param host the address that is dialled.
 * @throws {ZmqError} `EINVAL` when nothing is trusted, or what is no
 * certificate.
 */
export function clientTls(
  options: StreamOptions,
  host: string,
): Tls.ConnectionOptions {
  // Nobody else's name will do: without one, that of the endpoint.
  const name = optionText(options, "wssHostname") ??
    optionText(options, "serverName") ?? host;
  const isAddress = isIPv4(name) || isIPv6(name);
  return {
    ...trusted(options),
    minVersion: leastVersion,
    rejectUnauthorized: true,
    // RFC 6066 §3: an address is no name for this field.
    servername: isAddress ? "" : name,
    checkServerIdentity: (_, certificate) =>
      builtin("node:tls").checkServerIdentity(
        name.replace(/%.*$/, ""),
        certificate,
      ),
  };
}

function trusted(options: StreamOptions): Tls.ConnectionOptions {
  const pem = optionText(options, "wssTrustPem");
  const system = options.wssTrustSystem === true;
  if (pem === undefined) {
    if (system) return {};
    throw new ZmqError(
      "EINVAL",
      "Cannot check the certificate of a wss server: nothing is trusted, " +
        `expected "wssTrustPem" or "wssTrustSystem" to be set`,
    );
  }
  const own = certificatesOf(pem, "wssTrustPem");
  return { ca: system ? [...systemCertificates(), ...own] : own };
}

function systemCertificates(): readonly string[] {
  const tls = builtin("node:tls") as typeof Tls & {
    getCACertificates?(type: "default"): string[];
  };
  // Node has the function since 22.15.
  return tls.getCACertificates?.("default") ?? tls.rootCertificates;
}

/**
 * What a listener is made with.
 *
 * @throws {ZmqError} `EINVAL` when the certificate or the key is missing, or
 * they do not belong to each other.
 */
export function serverTls(options: StreamOptions): Tls.TlsOptions {
  const cert = optionText(options, "wssCertPem");
  const key = optionText(options, "wssKeyPem");
  if (cert === undefined || key === undefined) {
    throw new ZmqError(
      "EINVAL",
      `Cannot listen with TLS: expected "wssCertPem" and "wssKeyPem" to be set`,
    );
  }
  certificatesOf(cert, "wssCertPem");
  const { X509Certificate, createPrivateKey } = builtin("node:crypto");
  let fits;
  try {
    fits = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch (cause) {
    throw new ZmqError(
      "EINVAL",
      `Cannot use "wssKeyPem": expected a secret key as PEM, not encrypted`,
      { cause },
    );
  }
  if (fits) return { cert, key, minVersion: leastVersion };
  throw new ZmqError(
    "EINVAL",
    `Cannot use "wssKeyPem": it is not the key of the certificate in ` +
      `"wssCertPem"`,
  );
}

/** The certificates of a PEM, each checked: some runtimes skip what is none. */
function certificatesOf(pem: string, option: string): string[] {
  const { X509Certificate } = builtin("node:crypto");
  const found = pem.match(
    /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g,
  ) ?? [];
  try {
    for (const each of found) new X509Certificate(each);
    if (found.length > 0) return found;
  } catch (cause) {
    throw noCertificate(option, cause);
  }
  throw noCertificate(option);
}

function noCertificate(option: string, cause?: unknown): ZmqError {
  return new ZmqError(
    "EINVAL",
    `Cannot use ${quote(option)}: expected one or more certificates as PEM`,
    { cause },
  );
}

function optionText(options: StreamOptions, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}
