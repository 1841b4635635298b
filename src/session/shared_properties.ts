/**
 * What the peers of one endpoint tell of themselves, kept once.
 *
 * @module
 */

/**
 * The properties of the peers of one endpoint. Most of them tell the same:
 * it is kept once.
 */
export class SharedProperties {
  #last: ReadonlyMap<string, string> = new Map();

  /** These properties, or those of the peer before where they are the same. */
  share(properties: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
    const last = this.#last;
    let isSame = properties.size === last.size;
    for (const [name, value] of properties) {
      isSame = isSame && last.get(name) === value;
    }
    return isSame ? last : this.#last = properties;
  }
}
