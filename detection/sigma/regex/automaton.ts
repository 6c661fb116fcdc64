import { CharClasses, Side } from "./char_classes.ts";
import type { Assertion } from "./parse_regex.ts";
import type { Step } from "./program.ts";

/** The kinds of steps as numbers. */
const enum StepKind {
  Match,
  Split,
  Assertion,
  Set,
}

interface State {
  /** Steps that wait for the next character. */
  readonly steps: Int32Array;
  readonly before: Side;
  /** By class of the next character; 0 is not known yet. */
  readonly next: Int32Array;
}

/** Places in `next` of what is no state. */
const UNKNOWN = 0;
const MATCHED = 1;
/** Memory for states of one expression; when it is full, it is emptied. */
const STATES_MAX = 1000;
/** How often that may happen in one text before states are no longer worth making. */
const FORGOTTEN_MAX = 2;

const NO_STEPS = new Int32Array(0);

/**
 * Runs a program over texts by building the deterministic automaton as far as the texts ask for it. Each
 * character costs one look-up, or, for a state not seen yet, time proportional to the program: never more,
 * whatever the text.
 */
export class Automaton {
  readonly #steps: readonly Step[];
  readonly #classes: CharClasses;
  /** The steps as numbers: what kind, where to, and by class whether a set takes the character. */
  readonly #kinds: Uint8Array;
  readonly #targets: Int32Array;
  readonly #otherTargets: Int32Array;
  readonly #takes: Uint8Array;
  /** Work space of one move. */
  readonly #visited: Uint32Array;
  readonly #pending: Int32Array;
  #waiting: Int32Array;
  #reached: Int32Array;
  #visit = 0;
  #forgotten = 0;
  #states: State[] = [];
  #stateByKey = new Map<string, number>();

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
    const sets = steps.flatMap((step) => step.kind === "set" ? [step.set] : []);
    this.#classes = new CharClasses(sets);
    const count = steps.length;
    this.#kinds = Uint8Array.from(steps, kindOf);
    this.#targets = Int32Array.from(steps, targetOf);
    this.#otherTargets = Int32Array.from(steps, (step) => step.kind === "split" ? step.b : 0);
    this.#takes = new Uint8Array(count * this.#classes.count);
    steps.forEach((step, place) => {
      if (step.kind === "set") {
        this.#takes.set(this.#classes.membersOf(step.set), place * this.#classes.count);
      }
    });
    this.#visited = new Uint32Array(count);
    // A step is put there at most once by each of the two that lead to it, and once at the start.
    this.#pending = new Int32Array(count * 3 + 1);
    this.#waiting = new Int32Array(count);
    this.#reached = new Int32Array(count);
    this.#forget();
  }

  /** Whether the expression matches anywhere in the text. */
  test(text: string): boolean {
    const forgottenBefore = this.#forgotten;
    let state = this.#intern(NO_STEPS, Side.Edge);
    for (let i = 0; i < text.length;) {
      const point = text.codePointAt(i)!;
      i += point > 0xffff ? 2 : 1;
      const kind = this.#classes.classOf(point, i === text.length);
      const known = this.#states[state].next[kind];
      state = known === UNKNOWN ? this.#advance(state, kind) : known;
      if (state === MATCHED) return true;
      if (this.#forgotten - forgottenBefore > FORGOTTEN_MAX) {
        return this.#simulate(this.#states[state], text, i);
      }
    }
    const known = this.#states[state].next[this.#classes.end];
    return (known === UNKNOWN ? this.#advance(state, this.#classes.end) : known) === MATCHED;
  }

  /** Goes on from a state without making states, which do not come back often enough in such a text. */
  #simulate(from: State, text: string, at: number): boolean {
    this.#waiting.set(from.steps);
    let count = from.steps.length;
    let before = from.before;
    for (let i = at; i < text.length;) {
      const point = text.codePointAt(i)!;
      i += point > 0xffff ? 2 : 1;
      const kind = this.#classes.classOf(point, i === text.length);
      count = this.#move(this.#waiting, count, before, kind);
      if (count < 0) return true;
      [this.#waiting, this.#reached] = [this.#reached, this.#waiting];
      before = this.#classes.sideOf(kind);
    }
    return this.#move(this.#waiting, count, before, this.#classes.end) < 0;
  }

  #advance(from: number, kind: number): number {
    const { steps, before, next } = this.#states[from];
    const count = this.#move(steps, steps.length, before, kind);
    const target = count < 0
      ? MATCHED
      : this.#intern(this.#reached.slice(0, count), this.#classes.sideOf(kind));
    next[kind] = target;
    return target;
  }

  /**
   * Puts the steps that wait after a character of this class into `#reached`.
   * @returns how many; negative if the expression has matched before the character
   */
  #move(steps: Int32Array, count: number, before: Side, kind: number): number {
    const pending = this.#pending;
    const visited = this.#visited;
    // The stamps must not run over; nobody sees that a lap begins anew.
    if (this.#visit === 0xffffffff) {
      visited.fill(0);
      this.#visit = 0;
    }
    const visit = ++this.#visit;
    let reachedCount = 0;
    for (let i = -1; i < count; i++) {
      // An attempt starts at every position, so the first step is always among those that wait.
      pending[0] = i < 0 ? this.#steps.length - 1 : steps[i];
      let height = 1;
      while (height > 0) {
        const place = pending[--height];
        if (visited[place] === visit) continue;
        visited[place] = visit;
        switch (this.#kinds[place]) {
          case StepKind.Match:
            return -1;
          case StepKind.Split:
            pending[height++] = this.#otherTargets[place];
            pending[height++] = this.#targets[place];
            break;
          case StepKind.Assertion:
            if (this.#holds(place, before, kind)) pending[height++] = this.#targets[place];
            break;
          default:
            if (this.#takes[place * this.#classes.count + kind] === 1) {
              this.#reached[reachedCount++] = this.#targets[place];
            }
        }
      }
    }
    return reachedCount;
  }

  #holds(place: number, before: Side, kind: number): boolean {
    const step = this.#steps[place];
    return step.kind === "assertion" && holds(step.assertion, before, this.#classes.sideOf(kind));
  }

  #intern(reached: Int32Array, before: Side): number {
    const steps = reached.sort().filter((step, i, all) => i === 0 || step !== all[i - 1]);
    const key = `${before}:${steps.join()}`;
    const known = this.#stateByKey.get(key);
    if (known !== undefined) return known;
    if (this.#states.length >= STATES_MAX) this.#forget();
    const next = new Int32Array(this.#classes.count);
    const place = this.#states.push({ steps, before, next }) - 1;
    this.#stateByKey.set(key, place);
    return place;
  }

  #forget(): void {
    const none: State = { steps: NO_STEPS, before: Side.Edge, next: new Int32Array(0) };
    // The first places are taken by what is no state.
    this.#forgotten++;
    this.#states = [none, none];
    this.#stateByKey = new Map();
  }
}

function kindOf(step: Step): StepKind {
  switch (step.kind) {
    case "match":
      return StepKind.Match;
    case "split":
      return StepKind.Split;
    case "assertion":
      return StepKind.Assertion;
    case "set":
      return StepKind.Set;
  }
}

function targetOf(step: Step): number {
  if (step.kind === "match") return 0;
  return step.kind === "split" ? step.a : step.next;
}

function holds(assertion: Assertion, before: Side, after: Side): boolean {
  switch (assertion) {
    case "text start":
      return before === Side.Edge;
    case "line start":
      // As in PCRE, no line starts behind a newline that ends the text.
      return before === Side.Edge ||
        (isNewline(before) && after !== Side.Edge);
    case "text end":
      return after === Side.Edge;
    case "text end or final newline":
      return after === Side.Edge || after === Side.FinalNewline;
    case "line end":
      return after === Side.Edge || isNewline(after);
    case "word boundary":
      return (before === Side.Word) !== (after === Side.Word);
    case "no word boundary":
      return (before === Side.Word) === (after === Side.Word);
  }
}

function isNewline(side: Side): boolean {
  return side === Side.Newline || side === Side.FinalNewline;
}
