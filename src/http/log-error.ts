/** The reason goes into the operator's log only. The client learns that the failure is ours. */
export function logError(requestId: string, error: unknown): void {
  console.error(requestId, error);
}
