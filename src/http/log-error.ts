/** The reason is for the operator's log; what a client is told is only that it was our fault. */
export function logError(requestId: string, problem: unknown): void {
  console.error(requestId, problem);
}
