/** Takes the cursor to the line's start and clears it. */
const CLEAR = "\r\x1b[2K";

/**
 * The last line of a terminal, which shows where a run stands while log lines pass above it. Text that is written
 * through it never mixes with it.
 */
export class StatusLine {
  readonly #write: (text: string) => void;
  #status = "";
  /** Whether the last text ended its line; else a status would be glued to it. */
  #atLineStart = true;

  /** @param write takes text for the terminal */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Writes text above the status. */
  readonly write = (text: string): void => {
    if (text === "") return;
    this.#atLineStart = text.endsWith("\n");
    const status = this.#atLineStart ? this.#status : "";
    this.#write(this.#status === "" ? text : `${CLEAR}${text}${status}`);
  };

  /** Shows a status in place of the one before; an empty one clears the line. */
  readonly show = (status: string): void => {
    if (!this.#atLineStart) return;
    if (status !== "" || this.#status !== "") this.#write(`${CLEAR}${status}`);
    this.#status = status;
  };
}
