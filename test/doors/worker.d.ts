// Tells the types which module `exports.default` of cloudflare:workers stands for.
declare namespace Cloudflare {
  interface GlobalProps {
    mainModule: typeof import("../../src/worker.ts");
  }
}
