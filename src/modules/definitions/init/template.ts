import { constants, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE_DIRECTORY = fileURLToPath(new URL('../../../../', import.meta.url));
/** A folder for each template, and one for what all of them share. */
const TEMPLATES_DIRECTORY = join(PACKAGE_DIRECTORY, 'templates');

export const TEMPLATE_NAMES = ['drivers', 'minimal', 'onnx'] as const;
export type TemplateName = (typeof TEMPLATE_NAMES)[number];

const COMMON = 'common';
/** Makes data instead of being copied. */
const DATA_PROGRAM = 'data.sql';
/** The bundled example is the template `drivers` with a name: what both hold stands there. */
const EXAMPLE_FILES: Readonly<Record<TemplateName, readonly string[]>> = {
  drivers: ['features.ts', 'static_artifacts.ts', DATA_PROGRAM],
  minimal: [],
  onnx: [],
};
const PROJECT_PLACEHOLDER = 'my_project';
/** No text, and copied as it is. */
const BINARY = /\.onnx$/;
/** npm leaves out of a package what is called `.gitignore`. */
const RENAMED: Readonly<Record<string, string>> = { gitignore: '.gitignore' };

/**
 * Writes the files of a template into a folder, with the name of the project in them. Never over a file that is there.
 *
 * Returns their names.
 */
export function writeTemplateFiles(
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
    if (BINARY.test(name)) copyFileSync(source, join(repoDir, target), constants.COPYFILE_EXCL);
    else {
      const text = readFileSync(source, 'utf8').replaceAll(PROJECT_PLACEHOLDER, projectName);
      writeFileSync(join(repoDir, target), text, { flag: 'wx' });
    }
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

/** What a template has itself goes before what all share. */
function templateFiles(template: TemplateName): string[] {
  const files = [COMMON, template].flatMap((folder) =>
    readdirSync(join(TEMPLATES_DIRECTORY, folder)).map((name) => join(TEMPLATES_DIRECTORY, folder, name)),
  );
  const own = new Map(files.map((file) => [basename(file), file]));
  return [
    ...own.values(),
    ...EXAMPLE_FILES[template].map((name) => join(PACKAGE_DIRECTORY, 'example', name)),
  ];
}
