// The opening handshake of a WebSocket as a raw peer says it, right or wrong.

const KEY = "x3JJHMbDL1EzLkh9GBhXDw==";

/** Fields of a head; what is `undefined` is left out. */
export type Fields = Readonly<Record<string, string | undefined>>;

/** A head with a start line. */
export function head(start: string, fields: Fields): string {
  const lines = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}`);
  return [start, ...lines, "", ""].join("\r\n");
}

/** A request like libzmq's for the path `/a`, with other fields. */
export function request(
  fields: Fields,
  start: string = "GET /a HTTP/1.1",
): string {
  return head(start, {
    "Host": "127.0.0.1",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Protocol": "ZWS2.0/NULL,ZWS2.0",
    "Sec-WebSocket-Version": "13",
    ...fields,
  });
}

/** A request that would be granted. */
export const HEAD: string = request({});

/** A response like libzmq's, with other fields. */
export function response(
  accept: string,
  fields: Fields,
  start: string = "HTTP/1.1 101 Switching Protocols",
): string {
  return head(start, {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Accept": accept,
    "Sec-WebSocket-Protocol": "ZWS2.0/NULL",
    ...fields,
  });
}
