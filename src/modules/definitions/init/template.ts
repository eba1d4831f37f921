import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE_DIRECTORY = fileURLToPath(new URL('../../../../', import.meta.url));
/** A folder for each template, and one for what all of them share. */
const TEMPLATES_DIRECTORY = join(PACKAGE_DIRECTORY, 'templates');

export const TEMPLATE_NAMES = ['drivers', 'minimal'] as const;
export type TemplateName = (typeof TEMPLATE_NAMES)[number];

const COMMON = 'common';
/** Makes data instead of being copied. */
const DATA_PROGRAM = 'data.sql';
/** The bundled example is the template `drivers` with a name: what both hold stands there. */
const EXAMPLE_FILES: Readonly<Record<TemplateName, readonly string[]>> = {
  drivers: ['features.ts', 'static_artifacts.ts', DATA_PROGRAM],
  minimal: [],
};
const PROJECT_PLACEHOLDER = 'my_project';
/** npm leaves out of a package what is called `.gitignore`. */
const RENAMED: Readonly<Record<string, string>> = { gitignore: '.gitignore' };

/**
 * Writes the texts of a template into a folder, with the name of the project in them. Never over a file that is there.
 *
 * Returns their names.
 */
export function writeTemplateTexts(
  template: TemplateName,
  repoDir: string,
  projectName: string,
): readonly string[] {
  mkdirSync(repoDir, { recursive: true });
  const written: string[] = [];
  for (const source of templateFiles(template)) {
    const name = basename(source);
    if (name === DATA_PROGRAM) continue;
    const target = RENAMED[name] ?? name;
    const text = readFileSync(source, 'utf8').replaceAll(PROJECT_PLACEHOLDER, projectName);
    writeFileSync(join(repoDir, target), text, { flag: 'wx' });
    written.push(target);
  }
  return written.sort();
}

/** The text of the SQL that makes the data of a template. */
export function templateDataProgram(template: TemplateName): string {
  const file = templateFiles(template).find((path) => basename(path) === DATA_PROGRAM);
  if (file === undefined) throw new Error(`the template ${template} has no ${DATA_PROGRAM}`);
  return readFileSync(file, 'utf8');
}

function templateFiles(template: TemplateName): string[] {
  const own = [COMMON, template].flatMap((folder) =>
    readdirSync(join(TEMPLATES_DIRECTORY, folder)).map((name) => join(TEMPLATES_DIRECTORY, folder, name)),
  );
  return [...own, ...EXAMPLE_FILES[template].map((name) => join(PACKAGE_DIRECTORY, 'example', name))];
}
