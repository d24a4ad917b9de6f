/** What the page of a problem says besides its title and status: sentences in Markdown. */
export interface ProblemText {
  /** What the code means. */
  readonly meaning: string;
  /** Why it happens. */
  readonly cause: string;
  /** What the caller does next. */
  readonly whatToDo: string;
  /** A call that gets this answer. */
  readonly example: {
    /** The path of the call. */
    readonly instance: string;
    /** The words of the answer. Left out where the problem has the same words always. */
    readonly detail?: string;
    /** What exactly is wrong, if that has more to say. */
    readonly error?: { readonly path: string; readonly code: string; readonly detail: string };
  };
}
