// The module whose default export is `exports.default` of cloudflare:workers.
declare namespace Cloudflare {
  interface Env extends Readonly<import("../../../src/env.ts").Env> {}
  interface GlobalProps {
    mainModule: typeof import("../../../src/worker.ts");
  }
}
