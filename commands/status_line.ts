/** Takes the cursor to the line's start and clears it. */
const CLEAR = "\r\x1b[2K";

/**
 * The last line of a terminal, which shows where a run stands while log lines pass above it. Text that is written
 * through it never mixes with it.
 */
export class StatusLine {
  readonly #write: (text: string) => void;
  #status = "";
  /** Whether the status stands on the line where the cursor is. */
  #isShown = false;
  /** Whether the last text ended its line; else a status would be glued to it. */
  #atLineStart = true;

  /** @param write takes text for the terminal */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Writes text above the status. */
  readonly write = (text: string): void => {
    if (text === "") return;
    const clear = this.#isShown ? CLEAR : "";
    this.#atLineStart = text.endsWith("\n");
    this.#isShown = this.#atLineStart && this.#status !== "";
    this.#write(`${clear}${text}${this.#isShown ? this.#status : ""}`);
  };

  /** Shows a status in place of the one before; an empty one clears the line. */
  readonly show = (status: string): void => {
    this.#status = status;
    if (!this.#atLineStart || (status === "" && !this.#isShown)) return;
    this.#write(`${CLEAR}${status}`);
    this.#isShown = status !== "";
  };
}
