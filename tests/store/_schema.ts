import { type Kysely, sql } from "kysely";

/**
 * Our schema as text, the same on every version of Postgres: columns with their order, indexes, constraints, views,
 * functions and triggers of `public`, sorted. Not-null constraints stand with their columns.
 */
// deno-lint-ignore no-explicit-any -- only catalogs are read
export async function describeSchema(db: Kysely<any>): Promise<string> {
  const { rows } = await sql<{ line: string }>`
    select regexp_replace(line, '\\s+', ' ', 'g') as line from (
      select format('table %s: %s %s %s%s%s', table_name, column_name, data_type,
        case is_nullable when 'NO' then 'not null' else 'null' end,
        coalesce(' default ' || column_default, ''),
        case is_identity when 'YES' then format(' generated %s as identity', identity_generation)
          else '' end) as line
      from information_schema.columns
      where table_schema = 'public' and table_name not like 'kysely%'
      union all
      select format('columns of %s: %s', table_name,
        string_agg(column_name::text, ', ' order by ordinal_position))
      from information_schema.columns
      where table_schema = 'public' and table_name not like 'kysely%'
      group by table_name
      union all
      select format('index %s', regexp_replace(indexdef, 'public\.', '', 'g')) from pg_indexes
      where schemaname = 'public' and tablename not like 'kysely%'
      union all
      select format('%s %s: %s',
        case contype when 'c' then 'check' when 'p' then 'primary key' when 'u' then 'unique'
          when 'f' then 'foreign key' else 'constraint' end,
        conrelid::regclass, pg_get_constraintdef(oid))
      from pg_constraint
      where connamespace = 'public'::regnamespace and contype in ('c', 'p', 'u', 'f', 'x')
        and conrelid::regclass::text not like 'kysely%'
      union all
      select format('view %s: %s', c.relname, pg_get_viewdef(c.oid, true)) from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'm')
      union all
      select format('function %s(%s) returns %s: %s', p.proname,
        pg_get_function_identity_arguments(p.oid), pg_get_function_result(p.oid), p.prosrc)
      from pg_proc p where p.pronamespace = 'public'::regnamespace
      union all
      select format('trigger %s', pg_get_triggerdef(t.oid)) from pg_trigger t
        join pg_class c on c.oid = t.tgrelid
      where c.relnamespace = 'public'::regnamespace and not t.tgisinternal
    ) lines
    order by line collate "C"`.execute(db);
  return rows.map((row) => `${row.line}\n`).join("");
}
