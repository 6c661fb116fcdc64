import { type Kysely, sql } from "kysely";

/**
 * Our schema as text, the same on every version of Postgres: columns, indexes, constraints and views of
 * `public`, in the order of their names.
 */
// deno-lint-ignore no-explicit-any -- only catalogs are read
export async function describeSchema(db: Kysely<any>): Promise<string> {
  const { rows } = await sql<{ line: string }>`
    select line from (
      select format('table %s: %s %s %s%s', table_name, column_name, data_type,
        case is_nullable when 'NO' then 'not null' else 'null' end,
        coalesce(' default ' || column_default, '')) as line
      from information_schema.columns
      where table_schema = 'public' and table_name not like 'kysely%'
      union all
      select format('index %s', regexp_replace(indexdef, 'public\.', '', 'g')) from pg_indexes
      where schemaname = 'public' and tablename not like 'kysely%'
      union all
      select format('check %s: %s', conrelid::regclass, pg_get_constraintdef(oid))
      from pg_constraint
      where connamespace = 'public'::regnamespace and contype = 'c'
        and conrelid::regclass::text not like 'kysely%'
    ) lines
    order by line collate "C"`.execute(db);
  return rows.map((row) => `${row.line}\n`).join("");
}
