import { make } from "./dom.ts";

/** Large, for two people who compare it by phone. Four groups of four digits, which wrap only in the middle. */
export function drawFingerprint(fingerprint: string): HTMLElement {
  const [first = "", second = "", ...rest] = fingerprint.split(" ");
  const half = (...groups: readonly string[]) => make("span", "", groups.join(" "));
  return make("code", "fingerprint", half(first, second), " ", half(...rest));
}
