import { type PGlite, protocol, type Results, types } from "@electric-sql/pglite";
import { encodeArray } from "./binary_array.ts";

/** Texts that are remembered; what is built anew for each call, as a list of values, must not fill the database. */
const TEXTS_MAX = 500;

/** What Postgres prepares; anything else runs once or changes what is prepared. */
const IS_PREPARED = /^\s*(select|with|insert|update|delete)\b/i;
const CHANGES_SCHEMA = /\b(create|alter|drop)\b/i;

/** A statement that the database has parsed. */
interface Prepared {
  readonly name: string;
  readonly parameterTypes: readonly number[];
  readonly fields: readonly { readonly name: string; readonly type: number }[];
}

type Message = Awaited<ReturnType<PGlite["execProtocol"]>>["messages"][number];

/**
 * Statements of the embedded database, prepared at their second use. PGlite itself parses a statement at each call and
 * enters WebAssembly six times for it; this enters once: 0.09 ms instead of 0.48 ms for an update of one row. Plans are
 * made at each call all the same (`plan_cache_mode` of open_embedded.ts).
 */
export class PreparedStatements {
  readonly #pglite: PGlite;
  /** By text; null after the first use. */
  #statements = new Map<string, Prepared | null>();
  #names = 0;

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
  }

  /** Notes a statement or script that runs elsewhere: one that changes tables may change what others return. */
  noteOther(text: string): void {
    if (CHANGES_SCHEMA.test(text)) this.#statements.clear();
  }

  /**
   * Runs a statement if it is prepared by now. It must run where PGlite's own `query` would, in a transaction or out of
   * one. Rejects like that one.
   * @returns null if `query` is to run it
   */
  async query<T>(text: string, params: readonly unknown[]): Promise<Results<T> | null> {
    if (!IS_PREPARED.test(text)) {
      this.noteOther(text);
      return null;
    }
    const known = this.#statements.get(text);
    if (known === undefined) {
      if (this.#statements.size < TEXTS_MAX) this.#statements.set(text, null);
      return null;
    }
    return await this.#pglite.runExclusive(async () => {
      const statement = known ?? await this.#prepare(text);
      return await this.#run<T>(statement, params);
    });
  }

  async #prepare(text: string): Promise<Prepared> {
    const { serialize } = protocol;
    const name = `s${this.#names++}`;
    const messages = await this.#exec(
      serialize.parse({ name, text }),
      serialize.describe({ type: "S", name }),
      serialize.sync(),
    );
    const statement: Prepared = {
      name,
      parameterTypes: find(messages, "parameterDescription")?.dataTypeIDs ?? [],
      fields: (find(messages, "rowDescription")?.fields ?? []).map((field) => ({
        name: field.name,
        type: field.dataTypeID,
      })),
    };
    this.#statements.set(text, statement);
    return statement;
  }

  async #run<T>(statement: Prepared, params: readonly unknown[]): Promise<Results<T>> {
    const { serialize } = protocol;
    const { serializers, parsers } = this.#pglite;
    const values = params.map((value, i) => {
      if (value === null || value === undefined) return null;
      const type = statement.parameterTypes[i];
      return encodeArray(type, value) ?? serializers[type]?.(value) ?? String(value);
    });
    const messages = await this.#exec(
      serialize.bind({ statement: statement.name, values }),
      serialize.execute({}),
      serialize.sync(),
    );
    const { fields } = statement;
    const rows: T[] = [];
    let affectedRows = 0;
    for (const message of messages) {
      if (isNamed(message, "dataRow")) {
        const row: Record<string, unknown> = {};
        message.fields.forEach((value, i) => {
          row[fields[i].name] = types.parseType(value, fields[i].type, parsers);
        });
        rows.push(row as T);
      } else if (isNamed(message, "commandComplete")) affectedRows = affectedOf(message.text);
    }
    return {
      rows,
      affectedRows,
      fields: fields.map(({ name, type }) => ({ name, dataTypeID: type })),
    };
  }

  async #exec(...messages: readonly Uint8Array[]): Promise<readonly Message[]> {
    return (await this.#pglite.execProtocol(concat(messages))).messages;
  }
}

/** The messages that are looked at, by their names. */
interface Messages {
  readonly parameterDescription: { readonly dataTypeIDs: number[] };
  readonly rowDescription: {
    readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
  };
  readonly dataRow: { readonly fields: readonly (string | null)[] };
  readonly commandComplete: { readonly text: string };
}

function isNamed<N extends keyof Messages>(
  message: Message,
  name: N,
): message is Message & Messages[N] {
  return message.name === name;
}

function find<N extends keyof Messages>(
  messages: readonly Message[],
  name: N,
): Messages[N] | undefined {
  return messages.find((message) => isNamed(message, name)) as Messages[N] | undefined;
}

/** The count at the end of a command's tag, such as `INSERT 0 5`; that of a SELECT is none of changed rows. */
function affectedOf(tag: string): number {
  return tag.startsWith("SELECT") ? 0 : Number(tag.slice(tag.lastIndexOf(" ") + 1));
}

function concat(messages: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(messages.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const message of messages) {
    bytes.set(message, at);
    at += message.length;
  }
  return bytes;
}
