/** Why a deployment stopped, and what to do next. */
export class DeployFailure extends Error {
  readonly next: string;

  constructor(message: string, next: string) {
    super(message);
    this.next = next;
  }
}
