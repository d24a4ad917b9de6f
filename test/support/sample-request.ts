/** The request in the README and its pictures. */
export const WIRE = {
  username: "alex",
  action: "Wire transfer to vendor",
  payload: { to: "acct_8821", amount_usd: 4200, memo: "INV-2025-118" },
};
