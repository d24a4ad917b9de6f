/** What takes longer does not serve people either. */
const ANSWER_MILLISECONDS = 3_000;

/** Raises if this part of the platform has not answered in time. */
export async function inTime<Value>(what: string, answer: Promise<Value>): Promise<Value> {
  const late = scheduler.wait(ANSWER_MILLISECONDS).then(() => {
    throw new Error(`${what} did not answer within ${ANSWER_MILLISECONDS} ms`);
  });
  late.catch(() => undefined);
  return Promise.race([answer, late]);
}
