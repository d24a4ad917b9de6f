// A JSON number is a decimal, but programs read it as a double. If the two differ, the approver and the executor
// would see different amounts.

/** Whether the token has the same decimal value as the double's shortest text. */
export function sameDecimal(token: string, value: number): boolean {
  const shortest = String(value);
  return token === shortest || decimalOf(token) === decimalOf(shortest);
}

/** Significant digits and power of ten, without leading or trailing zeros. Equal values give equal texts. */
function decimalOf(token: string): string {
  const [mantissa = "", exponent = "0"] = token.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const digits = whole + fraction;
  // Loops instead of /0+$/, which takes seconds for 64 KiB of zeros that end in a one.
  let first = 0;
  while (digits[first] === "0") first++;
  if (first === digits.length) return "0";
  let end = digits.length;
  while (digits[end - 1] === "0") end--;
  const power = Number(exponent) - fraction.length + (digits.length - end);
  return `${mantissa.startsWith("-") ? "-" : ""}${digits.slice(first, end)}e${power}`;
}
