// Months of UTC, as usage is counted in them.

const NAMES = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;

/** Such as "2026-11". */
export function monthOf(time: number): string {
  return new Date(time).toISOString().slice(0, "2026-11".length);
}

/** Such as "November 2026". */
export function monthName(month: string): string {
  const [year, number] = month.split("-");
  return `${NAMES[Number(number) - 1]} ${year}`;
}

/** The first moment of the next month. */
export function nextMonth(month: string): number {
  const [year, number] = month.split("-").map(Number);
  return Date.UTC(year ?? 0, number ?? 0);
}

/** The same as text, such as "1 December 2026, 00:00 UTC". */
export function endOfMonth(month: string): string {
  return `1 ${monthName(monthOf(nextMonth(month)))}, 00:00 UTC`;
}
