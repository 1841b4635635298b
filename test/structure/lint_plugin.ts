// Rules of `deno lint` for this repository: src/ names no runtime, adapters/
// load nothing of Node statically, what is shipped has no top-level await, and
// tests use only what behaves alike on every runtime. Runs inside `deno lint`,
// whose types are not known to tsc: hence the few of its own.

interface Node {
  readonly type: string;
  readonly parent?: Node | null;
  // deno-lint-ignore no-explicit-any
  readonly [field: string]: any;
}

interface RuleContext {
  readonly filename: string;
  report(finding: { node: Node; message: string; hint?: string }): void;
}

type Visitor = Record<string, (node: Node) => void>;

interface Plugin {
  readonly name: string;
  readonly rules: Record<string, { create(context: RuleContext): Visitor }>;
}

const RUNTIME_GLOBALS = new Set([
  "Buffer",
  "Bun",
  "Deno",
  "__dirname",
  "__filename",
  "clearImmediate",
  "console",
  "global",
  "process",
  "require",
  "setImmediate",
]);

const FUNCTIONS =
  /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|StaticBlock)$/;

/** The path below the project's root, or undefined for a file elsewhere. */
function pathInProject(filename: string): string | undefined {
  const root = import.meta.dirname?.replace(/test[\\/]structure[\\/]?$/, "");
  if (root === undefined || !filename.startsWith(root)) return undefined;
  return filename.slice(root.length).replaceAll("\\", "/");
}

function isIn(context: RuleContext, folders: readonly string[]): boolean {
  const path = pathInProject(context.filename);
  return path !== undefined &&
    folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

/** Calls back with the node and the specifier of every import of the file. */
function onImports(check: (node: Node, specifier: string) => void): Visitor {
  const visit = (node: Node) => {
    const source = node.source ?? node.argument;
    const specifier = source?.value ?? source?.literal?.value;
    if (typeof specifier === "string") check(node, specifier);
  };
  return {
    ImportDeclaration: visit,
    ImportExpression: visit,
    ExportNamedDeclaration: visit,
    ExportAllDeclaration: visit,
    TSImportType: visit,
  };
}

/** Whether the identifier names a property or a key and not a variable. */
function isPropertyName(node: Node): boolean {
  const parent = node.parent;
  if (!parent) return false;
  if (parent.type === "MemberExpression") {
    const holder = parent.object?.name;
    return parent.property === node && !parent.computed &&
      holder !== "globalThis" && holder !== "self";
  }
  if (parent.type === "TSQualifiedName") return parent.right === node;
  const keyed =
    /^(Property|PropertyDefinition|MethodDefinition|AccessorProperty|TS(Abstract)?(Property|Method)\w*)$/;
  return keyed.test(parent.type) && parent.key === node && !parent.computed &&
    !parent.shorthand;
}

const srcIsRuntimeFree = {
  create(context: RuleContext): Visitor {
    if (!isIn(context, ["src"])) return {};
    return {
      ...onImports((node, specifier) => {
        const isRelative = specifier.startsWith(".");
        const leaves = /(^|\/)(adapters|ext)\//.test(specifier);
        const isNoble = specifier.startsWith("@noble/");
        if (isRelative ? !leaves : isNoble) return;
        context.report({
          node,
          message: `src/ must not import "${specifier}"`,
          hint: "Pass what a runtime offers in through the seams of " +
            "src/transport",
        });
      }),
      Identifier(node) {
        if (!RUNTIME_GLOBALS.has(node.name) || isPropertyName(node)) return;
        context.report({
          node,
          message: `src/ must not name "${node.name}"`,
          hint: "Only adapters/ knows a runtime",
        });
      },
    };
  },
};

const adaptersLoadLazily = {
  create(context: RuleContext): Visitor {
    if (!isIn(context, ["adapters", "mod.ts"])) return {};
    return onImports((node, specifier) => {
      const isType = node.importKind === "type" || node.exportKind === "type" ||
        node.type === "TSImportType";
      if (isType || !/^(node|bun|jsr|npm):|^bun$/.test(specifier)) return;
      context.report({
        node,
        message: `"${specifier}" cannot be imported on every runtime`,
        hint: "Use import type, and process.getBuiltinModule for the value",
      });
    });
  },
};

const noTopLevelAwait = {
  create(context: RuleContext): Visitor {
    if (!isIn(context, ["mod.ts", "src", "adapters", "ext"])) return {};
    if (isIn(context, ["ext/examples"])) return {};
    const check = (node: Node) => {
      for (let at = node.parent; at; at = at.parent) {
        if (FUNCTIONS.test(at.type)) return;
      }
      context.report({
        node,
        message: "A shipped module must not await at the top level",
        hint: "require() of such a module fails on Node",
      });
    };
    return {
      AwaitExpression: check,
      ForOfStatement: (node) => node.await && check(node),
    };
  },
};

const testsArePortable = {
  create(context: RuleContext): Visitor {
    if (!isIn(context, ["test"])) return {};
    return {
      MemberExpression(node) {
        const name = node.property?.name;
        if (node.object?.name !== "t") return;
        if (name !== "skip" && name !== "todo" && name !== "assert") return;
        context.report({
          node,
          message: `"t.${name}" behaves differently on some runtime`,
          hint: name === "assert"
            ? "Use node:assert/strict"
            : "Give the test the option { skip: reason }",
        });
      },
    };
  },
};

const plugin: Plugin = {
  name: "isomq",
  rules: {
    "adapters-load-lazily": adaptersLoadLazily,
    "no-top-level-await": noTopLevelAwait,
    "src-is-runtime-free": srcIsRuntimeFree,
    "tests-are-portable": testsArePortable,
  },
};

export default plugin;
