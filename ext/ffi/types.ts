/**
 * The types of C that functions take and return, by the names used here, and
 * what they are in TypeScript.
 *
 * @module
 */

/**
 * Memory that a function is given by its address. A view's memory must not be
 * kept by the function after it has returned: for that, allocate. `0n` and
 * `null` are C's NULL.
 */
export type Pointer = ArrayBufferView | bigint | null;

/** What each type is as an argument. */
export interface Arguments {
  /** `bool` of C. */
  readonly bool: boolean;
  /** `int8_t`. */
  readonly i8: number;
  /** `uint8_t`. */
  readonly u8: number;
  /** `int16_t`. */
  readonly i16: number;
  /** `uint16_t`. */
  readonly u16: number;
  /** `int32_t`, `int`. */
  readonly i32: number;
  /** `uint32_t`, `unsigned int`. */
  readonly u32: number;
  /** `int64_t`, `ssize_t`, `off_t`. */
  readonly i64: number | bigint;
  /** `uint64_t`. */
  readonly u64: number | bigint;
  /** `size_t`. */
  readonly size: number | bigint;
  /** `long`, which is narrow on Windows. */
  readonly long: number | bigint;
  /** `unsigned long`. */
  readonly ulong: number | bigint;
  /** `float`. */
  readonly f32: number;
  /** `double`. */
  readonly f64: number;
  /** Any pointer. */
  readonly pointer: Pointer;
  /** `const char *`, of text: copied for the call. */
  readonly text: string | null;
}

/** What each type is as a result. */
export interface Results extends Omit<Arguments, "pointer"> {
  /** Nothing. */
  readonly void: undefined;
  /** An address; `null` is C's NULL. */
  readonly pointer: bigint | null;
}

/** The name of a type that can be an argument. */
export type ArgumentType = keyof Arguments;
/** The name of a type that can be a result. */
export type ResultType = keyof Results;

/** The types of a list of arguments. */
export type ArgumentsOf<Types extends readonly ArgumentType[]> = {
  -readonly [Index in keyof Types]: Arguments[Types[Index]];
};

/** koffi's names of the types. */
export const koffiTypes: Readonly<Record<ResultType | ArgumentType, string>> = {
  void: "void",
  bool: "bool",
  i8: "int8_t",
  u8: "uint8_t",
  i16: "int16_t",
  u16: "uint16_t",
  i32: "int32_t",
  u32: "uint32_t",
  i64: "int64_t",
  u64: "uint64_t",
  size: "size_t",
  long: "long",
  ulong: "unsigned long",
  f32: "float",
  f64: "double",
  pointer: "void *",
  text: "str",
};
