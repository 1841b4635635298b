/**
 * C structs in octets: where their fields are, and how to write and read
 * them. Little-endian, as all processors are that the runtimes run on.
 *
 * @module
 */

/** A field of one number, or of an address. */
export type FieldType =
  | "i8"
  | "u8"
  | "i16"
  | "u16"
  | "u16be"
  | "i32"
  | "u32"
  | "i64"
  | "u64"
  | "pointer";

/** A field of octets: another struct, an array, or one that nobody reads. */
export interface OctetField {
  /** How many octets. */
  readonly octets: number;
  /** What the place is a multiple of. Default: 1. */
  readonly align?: number | undefined;
}

/** The fields of a struct, in order. */
export type Fields = Readonly<Record<string, FieldType | OctetField>>;

/** The values of the fields. */
export type Values<Shape extends Fields> = {
  -readonly [Name in keyof Shape]: Shape[Name] extends "i64" | "u64" | "pointer"
    ? bigint
    : Shape[Name] extends FieldType ? number
    : Uint8Array;
};

const SIZES: Readonly<Record<FieldType, number>> = {
  i8: 1,
  u8: 1,
  i16: 2,
  u16: 2,
  u16be: 2,
  i32: 4,
  u32: 4,
  i64: 8,
  u64: 8,
  pointer: 8,
};

/** The layout of a struct. */
export class Struct<Shape extends Fields> {
  /** The octets of one, padding included. */
  readonly size: number;
  /** What the place of one is a multiple of. */
  readonly align: number;
  /** Where each field begins. */
  readonly offsets: { readonly [Name in keyof Shape]: number };
  readonly #fields: Shape;

  /** Lays the fields out as a C compiler does. */
  constructor(fields: Shape) {
    const offsets: Record<string, number> = {};
    let at = 0;
    let align = 1;
    for (const [name, field] of Object.entries(fields)) {
      const [size, own] = typeof field === "string"
        ? [SIZES[field], SIZES[field]]
        : [field.octets, field.align ?? 1];
      at = roundUp(at, own);
      offsets[name] = at;
      at += size;
      align = Math.max(align, own);
    }
    this.#fields = fields;
    this.offsets = offsets as { readonly [Name in keyof Shape]: number };
    this.align = align;
    this.size = roundUp(at, align);
  }

  /** A new one; what is not given is zero. */
  make(values: Partial<Values<Shape>>): Uint8Array<ArrayBuffer> {
    const octets = new Uint8Array(this.size);
    this.write(octets, values);
    return octets;
  }

  /** Writes the given fields, and no others. */
  write(octets: Uint8Array, values: Partial<Values<Shape>>, at = 0): void {
    const view = viewOf(octets, at, this.size);
    for (const [name, value] of Object.entries(values)) {
      const field = this.#fields[name]!;
      const offset = this.offsets[name]!;
      if (typeof field === "string") {
        writeNumber(view, offset, field, value as number | bigint);
      } else {
        const part = value as Uint8Array;
        if (part.length > field.octets) {
          throw new RangeError(
            `Cannot write ${part.length} octets to "${name}": expected at ` +
              `most ${field.octets}`,
          );
        }
        octets.set(part, at + offset);
      }
    }
  }

  /** Reads all fields; those of octets are views. */
  read(octets: Uint8Array, at = 0): Values<Shape> {
    const view = viewOf(octets, at, this.size);
    const values: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(this.#fields)) {
      const offset = this.offsets[name]!;
      values[name] = typeof field === "string"
        ? readNumber(view, offset, field)
        : octets.subarray(at + offset, at + offset + field.octets);
    }
    return values as Values<Shape>;
  }
}

/**
 * The layout of a C struct.
 *
 * @example
 * ```ts
 * import { struct } from "isomq/ext/ffi";
 *
 * const pollfd = struct({ fd: "i32", events: "i16", revents: "i16" });
 * const one = pollfd.make({ fd: 3, events: 1 });
 * console.log(pollfd.size, pollfd.read(one).fd); // 8 3
 * ```
 */
export function struct<const Shape extends Fields>(
  fields: Shape,
): Struct<Shape> {
  return new Struct(fields);
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

function viewOf(octets: Uint8Array, at: number, length: number): DataView {
  return new DataView(octets.buffer, octets.byteOffset + at, length);
}

function writeNumber(
  view: DataView,
  at: number,
  type: FieldType,
  value: number | bigint,
): void {
  switch (SIZES[type]) {
    case 1:
      return view.setUint8(at, Number(value));
    case 2:
      return view.setUint16(at, Number(value), type !== "u16be");
    case 4:
      return view.setUint32(at, Number(value), true);
    default:
      return view.setBigUint64(at, BigInt(value), true);
  }
}

function readNumber(
  view: DataView,
  at: number,
  type: FieldType,
): number | bigint {
  switch (type) {
    case "i8":
      return view.getInt8(at);
    case "u8":
      return view.getUint8(at);
    case "i16":
      return view.getInt16(at, true);
    case "u16":
      return view.getUint16(at, true);
    case "u16be":
      return view.getUint16(at, false);
    case "i32":
      return view.getInt32(at, true);
    case "u32":
      return view.getUint32(at, true);
    case "i64":
      return view.getBigInt64(at, true);
    default:
      return view.getBigUint64(at, true);
  }
}
