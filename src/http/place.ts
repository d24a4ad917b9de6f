import type { RequestContext } from "./context.ts";

// From where somebody acts, in general terms: a browser, a system and a country. No address and no version, which would
// follow a person around.

const BROWSERS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bEdgA?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bFirefox\/|\bFxiOS\//, "Firefox"],
  [/Chrome\/|\bCriOS\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];

const SYSTEMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bAndroid\b/, "Android"],
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bWindows\b/, "Windows"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bMac OS X\b/, "macOS"],
  [/\bLinux\b/, "Linux"],
];

const COUNTRY = /^[A-Z]{2}$/;

/** Such as "Chrome on Android, DE". */
export function placeOf(context: RequestContext): string {
  const country = context.req.header("cf-ipcountry") ?? "";
  const device = deviceOf(context);
  return COUNTRY.test(country) ? `${device}, ${country}` : device;
}

/** Such as "Chrome on Android". */
export function deviceOf(context: RequestContext): string {
  const agent = context.req.header("user-agent") ?? "";
  const browser = nameIn(BROWSERS, agent) ?? "a program";
  const system = nameIn(SYSTEMS, agent);
  return system === undefined ? browser : `${browser} on ${system}`;
}

function nameIn(
  table: readonly (readonly [pattern: RegExp, name: string])[],
  agent: string,
): string | undefined {
  return table.find(([pattern]) => pattern.test(agent))?.[1];
}
