import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A folder of the package for each, and one for what all of them share. */
export const TEMPLATES_DIRECTORY = fileURLToPath(new URL('../../../../templates', import.meta.url));

export const TEMPLATE_NAMES = ['drivers', 'minimal'] as const;
export type TemplateName = (typeof TEMPLATE_NAMES)[number];

const COMMON = 'common';
/** Makes data instead of being copied. */
const PROGRAM = '.sql';
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
    const name = source.slice(dirname(source).length + 1);
    if (name.endsWith(PROGRAM)) continue;
    const target = RENAMED[name] ?? name;
    const text = readFileSync(source, 'utf8').replaceAll(PROJECT_PLACEHOLDER, projectName);
    writeFileSync(join(repoDir, target), text, { flag: 'wx' });
    written.push(target);
  }
  return written.sort();
}

function templateFiles(template: TemplateName): string[] {
  return [COMMON, template].flatMap((folder) =>
    readdirSync(join(TEMPLATES_DIRECTORY, folder)).map((name) => join(TEMPLATES_DIRECTORY, folder, name)),
  );
}
