import { refuse } from "../../core/refusal.ts";

/** The passkey of a sandbox opens a session, whose cookie would replace that of a real organisation. */
export const SIGNED_IN = refuse(
  "signed_in",
  "you are signed in here, and the demo would replace your session; open this page in a private window, or sign out first",
);
