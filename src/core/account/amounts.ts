// Numbers as people read them.

/** Such as "5,000". */
export function grouped(count: number): string {
  return `${count}`.replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

/** Such as "$49" and "$49.50". */
export function dollars(cents: number): string {
  const rest = cents % 100;
  const whole = grouped((cents - rest) / 100);
  return rest === 0 ? `$${whole}` : `$${whole}.${`${rest}`.padStart(2, "0")}`;
}
