// Tells the types which module `exports.default` of cloudflare:workers stands for.
declare namespace Cloudflare {
  interface Env extends Readonly<import("../../../src/env.ts").Env> {}
  interface GlobalProps {
    mainModule: typeof import("../../../src/worker.ts");
  }
}
