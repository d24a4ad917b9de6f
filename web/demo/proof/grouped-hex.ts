/** Four bytes at a time, so that a person can compare them. */
const GROUP_DIGITS = 8;

export function groupedHex(hex: string): string {
  return hex.replace(new RegExp(`.{${GROUP_DIGITS}}(?=.)`, "g"), "$& ");
}
