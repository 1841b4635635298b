/**
 * The options of one socket as the engine reads them, and how users set and
 * read them.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import type { AddressFilter } from "./address_filter.ts";
import { selectMechanism } from "./mechanism.ts";
import { nearestName } from "./names.ts";
import type { Option, SecurityMechanism } from "./option.ts";
import {
  datagramTypes,
  multicastTypes,
  singlePartTypes,
  type SocketType,
} from "./socket_type.ts";
import {
  type EveryOption,
  findOption,
  formerNames,
  isOptionOf,
  type OptionName,
  optionNames,
  optionTable,
  replacedOptions,
} from "./table.ts";
import {
  expectation,
  INVALID,
  type Properties,
  publish,
  resolve,
  shown,
  sizeOf,
} from "./values.ts";

export { defineOptionProperties } from "./properties.ts";
export { optionNames, optionTable } from "./table.ts";

/** Options that the engine reads in another form than users. */
interface ResolvedOptions {
  /** The socket's type. */
  readonly type: SocketType;
  /** True for types whose messages have exactly one frame. */
  readonly threadSafe: boolean;
  /** Follows from the options of the mechanisms; `null` is NULL. */
  readonly securityMechanism: SecurityMechanism;
  /** Octets, or none. */
  routingId: Uint8Array | null;
  /** Octets, or none. */
  helloMessage: Uint8Array | null;
  /** Octets, or none. */
  disconnectMessage: Uint8Array | null;
  /** Octets, or none. */
  hiccupMessage: Uint8Array | null;
  /** Octets, or none. */
  welcomeMessage: Uint8Array | null;
  /** 32 octets, or none. */
  curvePublicKey: Uint8Array | null;
  /** 32 octets, or none. */
  curveSecretKey: Uint8Array | null;
  /** 32 octets, or none. */
  curveServerKey: Uint8Array | null;
  /** 1: peers that come; 2: peers that go. */
  notify: number;
  /** 1: refused; 2: the handshake failed; 4: while disconnecting. */
  reconnectStop: number;
  /** Empty accepts all. */
  tcpAcceptFilter: readonly AddressFilter[];
  /** Names and values for the handshake. */
  metadata: Properties;
}

/** Options that are not here, but with the socket. */
type StateName = "lastEndpoint" | "topicsCount";

/**
 * Every option by its name, in the form that the engine reads. Values are
 * replaced and never changed, so that a copy stays as it is.
 */
export interface Options
  extends
    Omit<EveryOption, keyof ResolvedOptions | StateName>,
    ResolvedOptions {}

/** Something that honours options. */
export interface OptionHolder {
  /** Their names. */
  readonly options: ReadonlySet<string>;
}

/** The runtime as options know it. */
export interface OptionRuntime {
  /** Its name, for error messages. */
  readonly name: string;
  /** The platform and extension options that it can honour. */
  readonly options: ReadonlySet<string>;
  /** What it has for datagrams, with the options that only they honour. */
  readonly datagrams?: readonly OptionHolder[];
  /** What there is for multicast, likewise. */
  readonly multicasts?: readonly OptionHolder[];
  /** What mechanisms there are beside those that are built in, likewise. */
  readonly mechanisms?: readonly OptionHolder[];
  /** Those that it can honour with the help of native code. */
  readonly nativeOptions?: NativeOptions;
}

/** Options that a runtime honours where a package is installed. */
export interface NativeOptions {
  /** True for these options. */
  has(name: string): boolean;
  /** What is missing for them, in words; `undefined` when nothing is. */
  lack(): string | undefined;
}

let base: Options | undefined;
const templates = new Map<SocketType, Options>();

/** The options of a new socket. */
export function defaultOptions(type: SocketType): Options {
  return { ...templateOf(type) };
}

/** The options as they are now, for an endpoint to keep. */
export function snapshot(options: Options): Options {
  return { ...options };
}

function templateOf(type: SocketType): Options {
  let template = templates.get(type);
  if (template === undefined) {
    // The copy of an object that grew one field at a time is faster to copy
    // and to read than that object.
    base ??= { ...resolveDefaults() };
    template = { ...base, type, threadSafe: singlePartTypes.has(type) };
    for (const [name, option] of Object.entries(optionTable())) {
      const own = (option as Option).defaults?.[type];
      if (own !== undefined) write(template, name, resolve(option, own));
    }
    templates.set(type, template);
  }
  return template;
}

function resolveDefaults(): Options {
  const options: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(optionTable())) {
    if (option.access === "state") continue;
    options[name] = option.access === "read-only"
      ? option.default
      : resolve(option, option.default);
  }
  return options as unknown as Options;
}

function read(options: Options, name: string): unknown {
  return options[name as keyof Options];
}

function write(options: Options, name: string, value: unknown): void {
  (options as unknown as Record<string, unknown>)[name] = value;
}

/**
 * Sets an option; when it throws, nothing has changed.
 *
 * @throws {ZmqError} `EINVAL` when there is no such option, or not for the
 * socket type, when it is read-only or the value is wrong; `ENOTSUP` when the
 * runtime cannot honour it.
 */
export function setOption(
  options: Options,
  type: SocketType,
  name: string,
  value: unknown,
  runtime: OptionRuntime,
): void {
  const option = knownOption(type, name, "set", value);
  if (option.access !== "settable") {
    throw refusal(option, name, value, "the option is read-only");
  }
  const resolved = resolve(option, value, read(options, name));
  if (resolved === INVALID) {
    throw refusal(option, name, value, `expected ${expectation(option)}`);
  }
  if (resolved !== read(templateOf(type), name)) {
    checkSupport(option, type, name, value, runtime);
  }
  write(options, name, resolved);
  selectMechanism(options, name);
}

/**
 * The value of an option as users see it. What the socket keeps itself,
 * `lastEndpoint` and `topicsCount`, reads as its default here.
 *
 * @throws {ZmqError} `EINVAL` when there is no such option, or not for the
 * socket type.
 */
export function getOption(
  options: Options,
  type: SocketType,
  name: string,
): unknown {
  const option = knownOption(type, name, "read");
  if (option.access === "state") return option.default;
  return publish(option, read(options, name));
}

/**
 * The platform and extension options that are not at their defaults, as users
 * see them: what a transport is told.
 */
export function platformOptions(options: Options): Record<string, unknown> {
  const template = templateOf(options.type);
  const changed: Record<string, unknown> = {};
  for (const [name, option] of gatedOptions()) {
    const value = read(options, name);
    if (value !== read(template, name)) changed[name] = publish(option, value);
  }
  return changed;
}

let gated: readonly (readonly [string, Option])[] | undefined;

function gatedOptions(): readonly (readonly [string, Option])[] {
  return gated ??= Object.entries(optionTable()).filter(([, option]) =>
    option.platform || option.needs !== undefined
  );
}

/** True for an option that the runtime honours, by itself or with help. */
export function honours(
  { options, nativeOptions }: OptionRuntime,
  name: string,
): boolean {
  return options.has(name) ||
    (nativeOptions?.has(name) === true && nativeOptions.lack() === undefined);
}

function checkSupport(
  option: Option,
  type: SocketType,
  name: string,
  value: unknown,
  runtime: OptionRuntime,
): void {
  const isGated = option.platform || option.needs !== undefined;
  if (!isGated || runtime.options.has(name)) return;
  const { datagrams = [], multicasts = [], mechanisms = [], nativeOptions } =
    runtime;
  const isHeld = ({ options }: OptionHolder): boolean => options.has(name);
  if (mechanisms.some(isHeld)) return;
  const isForDatagrams = datagrams.some(isHeld);
  if (isForDatagrams && datagramTypes.has(type)) return;
  const isForMulticast = multicasts.some(isHeld);
  if (isForMulticast && multicastTypes.has(type)) return;
  const isNative = nativeOptions?.has(name) === true;
  const lack = isNative ? nativeOptions!.lack() : undefined;
  if (isNative && lack === undefined) return;
  const only = isNative
    ? ` without ${lack}`
    : isForDatagrams
    ? " but for datagrams"
    : isForMulticast
    ? " but for multicast"
    : "";
  const reason = option.needs === undefined || isForMulticast
    ? `the runtime ${quote(runtime.name)} does not support the option${only}`
    : `the option belongs to ${option.needs}, which the runtime ` +
      `${quote(runtime.name)} does not have`;
  throw new ZmqError(
    "ENOTSUP",
    `Cannot set ${quote(name)} to ${shown(option, value)}: ${reason}, ` +
      `expected the default, ${quote(option.default)}`,
  );
}

function knownOption(
  type: SocketType,
  name: string,
  verb: "set" | "read",
  ...value: unknown[]
): Option {
  const option = findOption(name);
  const isKnown = option !== undefined;
  if (isKnown && isOptionOf(option, type)) return option;
  const to = value.length === 0
    ? ""
    : ` to ${isKnown ? shown(option, value[0]) : guarded(value[0])}`;
  const reason = isKnown
    ? `expected a socket of type ${either(option.types!)}, this one is ${type}`
    : unknownReason(type, name);
  throw new ZmqError(
    "EINVAL",
    `Cannot ${verb} ${quote(name)}${to}: ${reason}`,
  );
}

function unknownReason(type: SocketType, name: string): string {
  if (Object.hasOwn(replacedOptions, name)) {
    return `it is no option, expected ${replacedOptions[name]!.instead}`;
  }
  const near = Object.hasOwn(formerNames, name)
    ? formerNames[name]
    : nearestName(String(name), candidates(type));
  const hint = near === undefined ? "" : `, expected ${quote(near)}`;
  return `there is no such option${hint}`;
}

function* candidates(
  type: SocketType,
): Iterable<readonly [string, Option["libzmq"]]> {
  const own = optionNames(type);
  const table = optionTable();
  for (const name of own) yield [name, table[name].libzmq];
  for (const name of Object.keys(table) as OptionName[]) {
    if (!own.includes(name)) yield [name, table[name].libzmq];
  }
}

/** A value for a message where it is not known whether it is a secret. */
function guarded(value: unknown): string {
  return typeof value === "string" ? sizeOf(value) : quote(value);
}

function either(types: readonly string[]): string {
  if (types.length === 1) return types[0]!;
  return `${types.slice(0, -1).join(", ")} or ${types.at(-1)}`;
}

function refusal(
  option: Option,
  name: string,
  value: unknown,
  reason: string,
): ZmqError {
  return new ZmqError(
    "EINVAL",
    `Cannot set ${quote(name)} to ${shown(option, value)}: ${reason}`,
  );
}
