// Minutes of a day, as a form has them: `22:30`.

const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/;
const HOUR_MINUTES = 60;

/** Undefined if the text is not a time. */
export function readDayMinutes(text: string): number | undefined {
  const [whole, hours, minutes] = TIME.exec(text) ?? [];
  return whole === undefined ? undefined : Number(hours) * HOUR_MINUTES + Number(minutes);
}

export function dayMinutesText(minutes: number): string {
  const pair = [Math.floor(minutes / HOUR_MINUTES), minutes % HOUR_MINUTES];
  return pair.map((part) => String(part).padStart(2, "0")).join(":");
}
