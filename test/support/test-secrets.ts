/** The secrets of a Worker in tests. */
export const TEST_SECRETS = {
  LOG_SEED: "5eed".repeat(16),
  SEND_SEED: "5e4d".repeat(16),
  VAPID_PUBLIC_KEY: "BCM8lc_JNz1HeT3C2FFSIj8Tm2b4RAOZDtKYmSh2G_D2c2oquWwfuR3gv5nHxOCBfuutRr97-oaXbXeTxaDhZ4U",
  VAPID_PRIVATE_KEY: "I3e5qgM-zuant_TZCvfl95NHXBH1JML9i9SliEzazHY",
};
