// Reads TypeScript source as text, without a compiler: blanks comments and
// strings, finds imports. Knows nothing of this project's folders.

/** One import, re-export or dynamic import of a module. */
export interface Import {
  /** The specifier as it is written. */
  readonly specifier: string;
  /** "type" is erased, "value" runs at load, "dynamic" runs when called. */
  readonly kind: "type" | "value" | "dynamic";
  /** The line, counted from 1. */
  readonly line: number;
}

/**
 * Replaces comments and the contents of strings, templates and regular
 * expressions with spaces. Line breaks, the quotes and what a template
 * embeds stay, so that every offset keeps its meaning.
 */
export function blank(source: string): string {
  const out: string[] = [];
  // The depth of braces at which each open template's expression ends.
  const templates: number[] = [];
  let depth = 0;
  let at = 0;
  const keep = (length: number) => {
    out.push(source.slice(at, at + length));
    at += length;
  };
  const erase = (end: number) => {
    out.push(source.slice(at, end).replace(/[^\n]/g, " "));
    at = end;
  };
  const template = () => {
    const end = templateEnd(source, at);
    erase(end);
    if (source[end] === "`") return keep(1);
    if (end >= source.length) return;
    templates.push(depth++);
    keep(2);
  };
  while (at < source.length) {
    const char = source[at] as string;
    const pair = source.slice(at, at + 2);
    if (pair === "//") erase(endOf(source, "\n", at));
    else if (pair === "/*") erase(endOf(source, "*/", at + 2) + 2);
    else if (char === '"' || char === "'") {
      keep(1);
      erase(delimitedEnd(source, at, char));
      keep(1);
    } else if (char === "`") {
      keep(1);
      template();
    } else if (char === "}" && templates.at(-1) === depth - 1) {
      templates.pop();
      depth--;
      keep(1);
      template();
    } else if (char === "/" && regExpMayStart(out)) {
      keep(1);
      erase(regExpEnd(source, at));
      keep(1);
    } else {
      if (char === "{") depth++;
      if (char === "}") depth--;
      keep(1);
    }
  }
  return out.join("");
}

function endOf(source: string, text: string, from: number): number {
  const index = source.indexOf(text, from);
  return index < 0 ? source.length : index;
}

function delimitedEnd(source: string, from: number, quote: string): number {
  let at = from;
  while (at < source.length && source[at] !== quote && source[at] !== "\n") {
    at += source[at] === "\\" ? 2 : 1;
  }
  return Math.min(at, source.length);
}

function templateEnd(source: string, from: number): number {
  let at = from;
  while (at < source.length && source[at] !== "`") {
    if (source.startsWith("${", at)) return at;
    at += source[at] === "\\" ? 2 : 1;
  }
  return Math.min(at, source.length);
}

function regExpEnd(source: string, from: number): number {
  let inClass = false;
  let at = from;
  while (at < source.length && source[at] !== "\n") {
    const char = source[at];
    if (char === "/" && !inClass) break;
    if (char === "[") inClass = true;
    if (char === "]") inClass = false;
    at += char === "\\" ? 2 : 1;
  }
  return Math.min(at, source.length);
}

function regExpMayStart(before: readonly string[]): boolean {
  const code = before.slice(-200).join("").trimEnd();
  return /(^|[([{,;=:!&|?+\-*%~^<>]|\b(return|typeof|case|in|of|await|yield))$/
    .test(code);
}

/** Lists every import of a source text in the order of its lines. */
export function importsOf(source: string): Import[] {
  const code = blank(source);
  const found: Import[] = [];
  const add = (pattern: RegExp, kindOf: (clause: string) => Import["kind"]) => {
    for (const match of code.matchAll(pattern)) {
      const end = match.index + match[0].length - 1;
      const start = code.lastIndexOf(code[end] as string, end - 1) + 1;
      found.push({
        specifier: source.slice(start, end),
        kind: kindOf(match[1] ?? ""),
        line: source.slice(0, match.index).split("\n").length,
      });
    }
  };
  const typed = (clause: string) =>
    /^\s*type\b(?!\s*(,|from\b))/.test(clause) ? "type" : "value";
  add(/\b(?:import|export)\b([\w\s{},*$]*?)\bfrom\s*(["']) *\2/g, typed);
  add(/\bimport()\s*(["']) *\2/g, () => "value");
  add(/\bimport()\s*\(\s*(["'`]) *\2/g, () => "dynamic");
  return found.sort((a, b) => a.line - b.line);
}
