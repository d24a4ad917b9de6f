// The module whose default export is `exports.default` of cloudflare:workers.
declare namespace Cloudflare {
  interface Env extends Readonly<import("../../../src/env.ts").Env> {}
  interface GlobalProps {
    mainModule: typeof import("../../../src/worker.ts");
  }
}

/** Vite's: the modules whose paths match, with their exports. */
interface ImportMeta {
  glob<Module>(pattern: string, options: { readonly eager: true }): Readonly<Record<string, Module>>;
}
