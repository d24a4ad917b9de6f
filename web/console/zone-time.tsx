import type { Html } from "./html-text.ts";

/** A time in the organisation's time zone, to the minute or to the second; the exact one is in its title. */
export function ZoneTime({
  at,
  zone,
  seconds = false,
}: {
  readonly at: string;
  readonly zone: string;
  readonly seconds?: boolean;
}): Html {
  return (
    <time datetime={at} title={at}>
      {textOfTime(at, zone, seconds)}
    </time>
  );
}

const EXACT_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** What the audit trail says of a change: a time, or any other text. */
export function TimeOrText({ value, zone }: { readonly value: string; readonly zone: string }): Html {
  return EXACT_TIME.test(value) ? <ZoneTime at={value} zone={zone} /> : <bdi>{value}</bdi>;
}

export function textOfTime(at: string, zone: string, seconds = false): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds ? { second: "2-digit" } : {}),
    timeZoneName: "short",
  }).format(new Date(at));
}
