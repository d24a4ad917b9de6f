import type { Path } from "../common/http.ts";

const WORKER: Path = "/sw.js";

interface ScriptAddresses {
  readonly createScriptURL: (address: string) => unknown;
}

interface TrustedTypes {
  readonly createPolicy: (
    name: string,
    rules: { readonly createScriptURL: (address: string) => string },
  ) => ScriptAddresses;
}

/** A page allows its policy of this name once. */
let addresses: ScriptAddresses | undefined;

/** The service worker that shows notices, once it is ready. Another call returns the same one. */
export async function registerWorker(): Promise<ServiceWorkerRegistration> {
  await navigator.serviceWorker.register(trusted(WORKER), { updateViaCache: "none" });
  return navigator.serviceWorker.ready;
}

/** Browsers that know trusted types want the address of a script from a policy that the page allows. */
function trusted(path: Path): string {
  const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
  addresses ??= trustedTypes?.createPolicy("countersign", {
    createScriptURL: (address) => {
      if (address === WORKER) return address;
      throw new TypeError("this page runs no other script");
    },
  });
  return (addresses?.createScriptURL(path) ?? path) as string;
}
