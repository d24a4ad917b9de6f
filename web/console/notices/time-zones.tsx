/** For a list to choose from. */
export function timeZoneOptions(current: string): readonly (readonly [name: string, text: string])[] {
  const names = new Set(["UTC", current, ...Intl.supportedValuesOf("timeZone")]);
  return [...names].map((name) => [name, name.replaceAll("_", " ")] as const);
}
