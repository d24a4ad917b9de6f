// A JSON number is a decimal; a program reads it as a double. Where the two differ, the person and the
// executor would see different amounts.

/** Whether the token's exact decimal value is the one the double is written as. */
export function sameDecimal(token: string, value: number): boolean {
  const shortest = String(value);
  return token === shortest || decimalOf(token) === decimalOf(shortest);
}

/** Significant digits and power of ten, without leading or trailing zeros: equal texts, equal values. */
function decimalOf(token: string): string {
  const [mantissa = "", exponent = "0"] = token.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const digits = whole + fraction;
  // Loops and not /0+$/, which takes seconds on 64 KiB of zeros that end in a one.
  let first = 0;
  while (digits[first] === "0") first++;
  if (first === digits.length) return "0";
  let end = digits.length;
  while (digits[end - 1] === "0") end--;
  const power = Number(exponent) - fraction.length + (digits.length - end);
  return `${mantissa.startsWith("-") ? "-" : ""}${digits.slice(first, end)}e${power}`;
}
