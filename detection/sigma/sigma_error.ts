/** What is wrong with a Sigma document, and at which line; `message` is the reason as a sentence. */
export class SigmaError extends Error {
  override readonly name = "SigmaError";
  /** 1-based line in the file. */
  readonly line: number;

  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}
