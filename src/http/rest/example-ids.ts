// The ids of all examples.

export const CONFIRMATION_ID = "c_01jgq0x5k3v7m2n8p4r6s9t1w5yb0c7d2f80";
export const PROJECT_ID = "j_01jgq0x5k3v7m2n8p4r6s9t1w5yb0c7d2f8";
export const KEY_ID = "k_01jgq0x5k3v7m2n8p4r6s9t1w5yb0c7d2f8";
export const WEBHOOK_ID = "w_01jgq0x5k3v7m2n8p4r6s9t1w5yb0c7d2f8";
