/**
 * Name of the table that holds a view.
 *
 * Source: spec/online-store-sqlite.md, Tables.
 */
export function tableName(project: string, viewName: string, version: number): string {
  return version === 0 ? `${project}_${viewName}` : `${project}_${viewName}_v${version}`;
}

/** A name as it stands in SQL. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as it stands in SQL; SQL ends at a NUL, so a text with one is written as bytes. */
export function quoteText(text: string): string {
  if (text.includes('\0')) return `CAST(x'${Buffer.from(text, 'utf8').toString('hex')}' AS TEXT)`;
  return `'${text.replaceAll("'", "''")}'`;
}
