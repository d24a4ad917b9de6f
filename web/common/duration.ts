const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
];

/** The two largest units: "2 d 4 h", "12 min 5 s", "42 s". Rounded up, so that "0 s" means that no time is left. */
export function durationText(milliseconds: number): string {
  let seconds = Math.max(0, Math.ceil(milliseconds / 1_000));
  const largest = UNITS.findIndex(([, size]) => seconds >= size);
  if (largest < 0) return "0 s";
  const parts: string[] = [];
  for (const [name, size] of UNITS.slice(largest, largest + 2)) {
    parts.push(`${Math.floor(seconds / size)} ${name}`);
    seconds %= size;
  }
  return parts.join(" ");
}
